// CreatePartitions: topics grow (KIP-195).

#include "wire/message/create_partitions_request.h"
#include "wire/message/create_partitions_response.h"

#include "broker/api/forward.h"

namespace weir::broker::api {
namespace {

using wire::CreatePartitionsRequest;
using wire::CreatePartitionsResponse;

void refuse(Request& request, const CreatePartitionsRequest& body,
            CreatePartitionsResponse& response) {
  response.results = request.arena.array<CreatePartitionsResponse::CreatePartitionsTopicResult>(
      body.topics.size());
  for (std::size_t i = 0; i < body.topics.size(); ++i) {
    auto& answer = response.results[i];
    answer.name = body.topics[i].name;
    answer.error_code = code(wire::ErrorCode::kafka_storage_error);
    answer.error_message = no_room_message;
  }
}

}  // namespace

const Api create_partitions{
    wire::ApiKey::create_partitions,
    forward_change<CreatePartitionsRequest, CreatePartitionsResponse, refuse>};

}  // namespace weir::broker::api
