// ElectLeaders: preferred or unclean election, of named partitions or of all (KIP-460).

#include <fmt/format.h>

#include "metadata/controller/handlers.h"
#include "metadata/controller/leader_and_isr.h"
#include "wire/message/elect_leaders_request.h"
#include "wire/message/elect_leaders_response.h"

namespace weir::metadata {
namespace {

using wire::ErrorCode;
using PartitionResult = wire::ElectLeadersResponse::PartitionResult;

ApiError elect(std::string_view topic_name, PartitionIndex index, Election election,
               ControllerContext& context) {
  const Topic* topic = context.image.topic(topic_name);
  if (topic == nullptr) {
    return {ErrorCode::unknown_topic_or_partition, fmt::format("No such topic as {}", topic_name)};
  }
  const Partition* partition = topic->partition(index);
  if (partition == nullptr) {
    return {ErrorCode::unknown_topic_or_partition,
            fmt::format("No such partition as {}-{}", topic_name, index)};
  }
  const bool preferred = election == Election::preferred;
  if (preferred ? partition->leader == partition->preferred_leader()
                : partition->leader != no_broker) {
    return plain_error(ErrorCode::election_not_needed);
  }
  PartitionChangeInput input = change_input(context, *topic, index, *partition);
  input.election = election;
  const auto change = partition_change(input);
  if (!change) {
    return plain_error(preferred ? ErrorCode::preferred_leader_not_available
                                 : ErrorCode::eligible_leaders_not_available);
  }
  add_change(context, change);
  return {};
}

PartitionResult result_of(PartitionIndex index, const ApiError& error, ControllerContext& context) {
  PartitionResult result;
  result.partition_id = index;
  result.error_code = code_of(error.code);
  result.error_message = context.message_of(error);
  return result;
}

}  // namespace

void handle(const wire::ElectLeadersRequest& request, wire::ElectLeadersResponse& response,
            ControllerContext& context) {
  if (request.election_type != 0 && request.election_type != 1) {
    response.error_code = code_of(ErrorCode::invalid_request);
    return;
  }
  const Election election = request.election_type == 0 ? Election::preferred : Election::unclean;
  std::vector<wire::ElectLeadersResponse::ReplicaElectionResult> topics;
  const auto answer = [&](std::string_view name, const std::vector<PartitionResult>& results) {
    wire::ElectLeadersResponse::ReplicaElectionResult topic;
    topic.topic = context.text(name);
    topic.partition_result = context.array(results);
    topics.push_back(topic);
  };
  context.is_atomic = false;
  if (request.topic_partitions.is_null()) {
    for (const auto& [name, id] : context.image.topic_ids) {
      std::vector<PartitionResult> results;
      for (const auto& [index, partition] : context.image.topic(id)->partitions) {
        const ApiError error = elect(name, index, election, context);
        if (error.code == ErrorCode::election_not_needed) continue;
        results.push_back(result_of(index, error, context));
      }
      answer(name, results);
    }
  } else {
    for (const auto& topic : request.topic_partitions) {
      std::vector<PartitionResult> results;
      for (const PartitionIndex index : topic.partitions) {
        results.push_back(
            result_of(index, elect(topic.topic.view(), index, election, context), context));
      }
      answer(topic.topic.view(), results);
    }
  }
  response.replica_election_results = context.array(topics);
}

}  // namespace weir::metadata
