// Metadata: topics, partitions and their leaders, brokers (KIP-4, 516, 951). Topics that do not
// exist are created first where client and broker allow it.

#include "wire/message/metadata_request.h"
#include "wire/message/metadata_response.h"

#include <algorithm>
#include <set>

#include "broker/api/authorized_operations.h"
#include "broker/api/endpoints.h"
#include "broker/api/typed.h"
#include "broker/spread.h"
#include "broker/topic_creation.h"

namespace weir::broker::api {
namespace {

using wire::ErrorCode;
using wire::MetadataRequest;
using wire::MetadataResponse;
using TopicAnswer = MetadataResponse::MetadataResponseTopic;
using PartitionAnswer = MetadataResponse::MetadataResponsePartition;

PartitionAnswer describe_partition(Request& request, PartitionIndex index,
                                   const weir::metadata::Partition& partition) {
  auto answer = partition_answer<PartitionAnswer>(request, index, partition);
  if (!endpoint_of(request, partition.leader)) {
    const weir::metadata::Broker* leader = request.shard->image().broker(partition.leader);
    const bool is_alive = leader && !leader->fenced;
    answer.error_code = code(is_alive && request.version >= 6 ? ErrorCode::listener_not_found
                                                              : ErrorCode::leader_not_available);
    answer.leader_id = no_broker;
  }
  return answer;
}

TopicAnswer describe_topic(Request& request, const MetadataRequest& body,
                           const weir::metadata::Topic& topic) {
  TopicAnswer answer;
  answer.name = request.arena.copy(std::string_view(topic.name));
  answer.topic_id = topic.id;
  answer.is_internal = is_internal_topic(topic.name);
  answer.partitions = request.arena.array<PartitionAnswer>(topic.partitions.size());
  std::size_t i = 0;
  for (const auto& [index, partition] : topic.partitions) {
    answer.partitions[i++] = describe_partition(request, index, *partition);
  }
  if (body.include_topic_authorized_operations)
    answer.topic_authorized_operations = topic_operations;
  return answer;
}

TopicAnswer unknown_topic(wire::Str name, const Uuid& id, ErrorCode error) {
  TopicAnswer answer;
  answer.error_code = code(error);
  answer.name = name;
  answer.topic_id = id;
  return answer;
}

TopicAnswer answer_for(Request& request, const MetadataRequest& body,
                       const MetadataRequest::MetadataRequestTopic& asked) {
  const weir::metadata::Image& image = request.shard->image();
  if (!asked.topic_id.is_zero()) {
    const weir::metadata::Topic* topic = image.topic(asked.topic_id);
    if (topic) return describe_topic(request, body, *topic);
    return unknown_topic(request.version >= 12 ? wire::Str::null() : wire::Str(""), asked.topic_id,
                         ErrorCode::unknown_topic_id);
  }
  const weir::metadata::Topic* topic = image.topic(asked.name.view());
  if (topic) return describe_topic(request, body, *topic);
  const ErrorCode error = is_topic_name(asked.name.view()) ? ErrorCode::unknown_topic_or_partition
                                                           : ErrorCode::invalid_topic_exception;
  return unknown_topic(asked.name, zero_uuid, error);
}

bool wants_all(const Request& request, const MetadataRequest& body) {
  return body.topics.is_null() || (request.version == 0 && body.topics.empty());
}

bool names_unknown(const Request& request, const MetadataRequest& body) {
  const weir::metadata::Image& image = request.shard->image();
  return std::ranges::any_of(body.topics, [&](const auto& asked) {
    return asked.topic_id.is_zero() ? !image.topic(asked.name.view())
                                    : !image.topic(asked.topic_id);
  });
}

// What the client names and the cluster does not have, when it may be made.
std::vector<std::string> topics_to_create(const Request& request, const MetadataRequest& body) {
  std::vector<std::string> missing;
  const bool client_allows = request.version < 4 || body.allow_auto_topic_creation;
  if (!client_allows || !request.shard->settings().controller.auto_create_topics_enable)
    return missing;
  for (const auto& topic : body.topics) {
    if (!topic.topic_id.is_zero() || !is_topic_name(topic.name.view())) continue;
    if (!request.shard->image().topic(topic.name.view())) missing.push_back(topic.name.str());
  }
  return missing;
}

void add_brokers(Request& request, MetadataResponse& response) {
  std::vector<MetadataResponse::MetadataResponseBroker> brokers;
  for (const auto& [id, broker] : request.shard->image().brokers) {
    const weir::metadata::Endpoint* endpoint = endpoint_of(request, id);
    if (!endpoint) continue;
    auto& out = brokers.emplace_back();
    out.node_id = id;
    out.host = request.arena.copy(std::string_view(endpoint->host));
    out.port = endpoint->port;
    if (broker->rack) out.rack = request.arena.copy(std::string_view(*broker->rack));
  }
  response.brokers =
      request.arena.copy(std::span<const MetadataResponse::MetadataResponseBroker>(brokers));
}

// Kafka refuses to look topics up by id in the versions that carry ids without using them.
bool asks_by_id_too_early(const Request& request, const MetadataRequest& body) {
  if (request.version >= 12) return false;
  return std::ranges::any_of(body.topics, [](const auto& topic) {
    return topic.name.is_null() || !topic.topic_id.is_zero();
  });
}

Task<> handle(Request& request, const MetadataRequest& body, MetadataResponse& response) {
  const bool all = wants_all(request, body);
  if (!all && asks_by_id_too_early(request, body)) {
    response.topics = request.arena.array<TopicAnswer>(body.topics.size());
    for (std::size_t i = 0; i < body.topics.size(); ++i) {
      const wire::Str name = body.topics[i].name.is_null() ? wire::Str("") : body.topics[i].name;
      response.topics[i] = unknown_topic(name, body.topics[i].topic_id, ErrorCode::invalid_request);
    }
    co_return;
  }
  TopicCreationErrors errors;
  if (!all) {
    // What somebody was told on another shard may be on its way to this one.
    if (names_unknown(request, body)) co_await catch_up(*request.shard);
    const std::vector<std::string> missing = topics_to_create(request, body);
    if (!missing.empty()) errors = co_await create_topics_automatically(request, missing);
  }
  // From here on nothing waits: the image stays the same.
  add_brokers(request, response);
  response.cluster_id = wire::Str(request.shard->node.cluster_id());
  response.controller_id = request.shard->node.node_id();
  const auto& topics = request.shard->image().topic_ids;
  response.topics = request.arena.array<TopicAnswer>(all ? topics.size() : body.topics.size());
  std::size_t i = 0;
  if (all) {
    for (const auto& [name, id] : topics) {
      response.topics[i++] = describe_topic(request, body, *request.shard->image().topic(id));
    }
  } else {
    std::set<std::pair<Uuid, std::string_view>> seen;  // as in Kafka, what is named again is not
    for (const auto& asked : body.topics) {            // answered again
      if (!seen.emplace(asked.topic_id, asked.name.view()).second) continue;
      TopicAnswer& answer = response.topics[i++] = answer_for(request, body, asked);
      const auto failed = errors.find(asked.name.view());
      if (answer.error_code != 0 && failed != errors.end())
        answer.error_code = code(failed->second);
    }
    response.topics = {response.topics.data(), i};
  }
  if (body.include_cluster_authorized_operations) {
    response.cluster_authorized_operations = cluster_operations;
  }
}

}  // namespace

const Api metadata{wire::ApiKey::metadata, serve_typed<MetadataRequest, MetadataResponse, handle>};

}  // namespace weir::broker::api
