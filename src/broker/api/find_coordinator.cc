// FindCoordinator: which broker coordinates a group (KIP-699). __consumer_offsets comes into being
// with the first question.
//
// Transactions and share groups are not served yet: UNSUPPORTED_VERSION, which no error table calls
// retriable. The Java client stops at it. librdkafka (seen with 2.12.1) asks again every half
// second whatever it is told here, and init_transactions ends with its time-out; only
// TRANSACTIONAL_ID_AUTHORIZATION_FAILED and CLUSTER_AUTHORIZATION_FAILED stop it at once, here and
// at InitProducerId. They would send people to look for missing rights, so the truth is said.

#include "wire/message/find_coordinator_request.h"
#include "wire/message/find_coordinator_response.h"

#include "broker/api/endpoints.h"
#include "broker/api/typed.h"
#include "broker/topic_creation.h"
#include "coordinator/group/partition_for.h"

namespace weir::broker::api {
namespace {

using wire::ErrorCode;
using wire::FindCoordinatorRequest;
using wire::FindCoordinatorResponse;
using CoordinatorAnswer = FindCoordinatorResponse::Coordinator;

constexpr std::int8_t group_key = 0;
constexpr std::int8_t share_key = 2;

void refuse(CoordinatorAnswer& answer, ErrorCode error, wire::Str message = wire::Str("")) {
  answer.error_code = code(error);
  answer.error_message = message;
  answer.node_id = no_broker;
  answer.port = -1;
}

CoordinatorAnswer find(Request& request, std::int8_t key_type, wire::Str key) {
  CoordinatorAnswer answer;
  answer.key = key;
  if (key_type < group_key || key_type > share_key) {
    refuse(answer, ErrorCode::invalid_request);
    return answer;
  }
  if (key_type != group_key) {
    refuse(answer, ErrorCode::unsupported_version,
           wire::Str("Transactions and share groups are not served by this broker."));
    return answer;
  }
  const weir::metadata::Topic* topic = request.shard->image().topic(offsets_topic);
  const weir::metadata::Partition* partition =
      topic ? topic->partition(coordinator::partition_for(
                  key.view(), static_cast<std::int32_t>(topic->partitions.size())))
            : nullptr;
  const weir::metadata::Endpoint* endpoint =
      partition ? endpoint_of(request, partition->leader) : nullptr;
  if (!endpoint) {
    refuse(answer, ErrorCode::coordinator_not_available);
    return answer;
  }
  answer.node_id = partition->leader;
  answer.host = request.arena.copy(std::string_view(endpoint->host));
  answer.port = endpoint->port;
  answer.error_message = wire::Str::null();
  return answer;
}

Task<> handle(Request& request, const FindCoordinatorRequest& body,
              FindCoordinatorResponse& response) {
  if (body.key_type == group_key && !request.shard->image().topic(offsets_topic)) {
    const std::vector<std::string> names{std::string(offsets_topic)};
    co_await create_topics_automatically(request, names);
  }
  if (request.version < 4) {
    const CoordinatorAnswer answer = find(request, body.key_type, body.key);
    response.error_code = answer.error_code;
    response.error_message = answer.error_code == 0 ? wire::Str("NONE") : answer.error_message;
    response.node_id = answer.node_id;
    response.host = answer.host;
    response.port = answer.port;
    co_return;
  }
  response.coordinators = request.arena.array<CoordinatorAnswer>(body.coordinator_keys.size());
  for (std::size_t i = 0; i < body.coordinator_keys.size(); ++i) {
    response.coordinators[i] = find(request, body.key_type, body.coordinator_keys[i]);
  }
}

}  // namespace

const Api find_coordinator{wire::ApiKey::find_coordinator,
                           serve_typed<FindCoordinatorRequest, FindCoordinatorResponse, handle>};

}  // namespace weir::broker::api
