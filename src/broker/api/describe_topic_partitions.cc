// DescribeTopicPartitions: topics and their partitions by name, in pages (KIP-966).

#include "wire/message/describe_topic_partitions_request.h"
#include "wire/message/describe_topic_partitions_response.h"

#include <algorithm>
#include <set>

#include "broker/api/authorized_operations.h"
#include "broker/api/endpoints.h"
#include "broker/api/typed.h"
#include "broker/spread.h"
#include "broker/topic_creation.h"

namespace weir::broker::api {
namespace {

using wire::DescribeTopicPartitionsRequest;
using wire::DescribeTopicPartitionsResponse;
using wire::ErrorCode;
using DescribedTopic = DescribeTopicPartitionsResponse::DescribeTopicPartitionsResponseTopic;
using DescribedPartition =
    DescribeTopicPartitionsResponse::DescribeTopicPartitionsResponsePartition;

DescribedPartition describe(Request& request, PartitionIndex index,
                            const weir::metadata::Partition& partition) {
  auto answer = partition_answer<DescribedPartition>(request, index, partition);
  answer.eligible_leader_replicas = request.arena.copy(std::span<const BrokerId>(partition.elr));
  answer.last_known_elr = request.arena.copy(std::span<const BrokerId>(partition.last_known_elr));
  if (!endpoint_of(request, partition.leader)) {
    answer.error_code = code(ErrorCode::leader_not_available);
    answer.leader_id = no_broker;
  }
  return answer;
}

// Fills one topic from `first` on; returns how many partitions it took, at most `limit`.
std::size_t fill_topic(Request& request, const weir::metadata::Topic& topic, PartitionIndex first,
                       std::size_t limit, DescribedTopic& answer) {
  answer.topic_id = topic.id;
  answer.is_internal = is_internal_topic(topic.name);
  answer.topic_authorized_operations = topic_operations;
  std::vector<DescribedPartition> partitions;
  for (const auto& [index, partition] : topic.partitions) {
    if (index < first) continue;
    if (partitions.size() == limit) break;
    partitions.push_back(describe(request, index, *partition));
  }
  answer.partitions = request.arena.copy(std::span<const DescribedPartition>(partitions));
  return partitions.size();
}

std::set<std::string, std::less<>> names_of(const Request& request,
                                            const DescribeTopicPartitionsRequest& body) {
  std::set<std::string, std::less<>> names;
  for (const auto& topic : body.topics) names.insert(topic.name.str());
  if (body.topics.empty()) {
    for (const auto& [name, id] : request.shard->image().topic_ids) names.insert(name);
  }
  return names;
}

void set_cursor(Request& request, std::string_view topic, PartitionIndex partition,
                DescribeTopicPartitionsResponse& response) {
  response.next_cursor = request.arena.make<DescribeTopicPartitionsResponse::Cursor>();
  response.next_cursor->topic_name = request.arena.copy(topic);
  response.next_cursor->partition_index = partition;
}

Task<> handle(Request& request, const DescribeTopicPartitionsRequest& body,
              DescribeTopicPartitionsResponse& response) {
  co_await catch_up(*request.shard);
  const auto most = std::clamp(body.response_partition_limit, 1,
                               request.shard->settings().fetch.max_request_partition_size_limit);
  auto left = static_cast<std::size_t>(most);
  std::vector<DescribedTopic> topics;
  for (const std::string& name : names_of(request, body)) {
    PartitionIndex first = 0;
    if (body.cursor) {
      if (name < body.cursor->topic_name.view()) continue;
      if (name == body.cursor->topic_name.view()) first = body.cursor->partition_index;
    }
    if (left == 0) {
      set_cursor(request, name, 0, response);
      break;
    }
    DescribedTopic& answer = topics.emplace_back();
    answer.name = request.arena.copy(std::string_view(name));
    const weir::metadata::Topic* topic = request.shard->image().topic(std::string_view(name));
    if (!topic) {
      answer.error_code = code(is_topic_name(name) ? ErrorCode::unknown_topic_or_partition
                                                   : ErrorCode::invalid_topic_exception);
      continue;
    }
    const std::size_t taken = fill_topic(request, *topic, first, left, answer);
    left -= taken;
    const auto next = static_cast<std::size_t>(first) + taken;
    if (left == 0 && next < topic->partitions.size()) {
      set_cursor(request, name, static_cast<PartitionIndex>(next), response);
      break;
    }
  }
  response.topics = request.arena.copy(std::span<const DescribedTopic>(topics));
  co_return;
}

}  // namespace

const Api describe_topic_partitions{
    wire::ApiKey::describe_topic_partitions,
    serve_typed<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse, handle>};

}  // namespace weir::broker::api
