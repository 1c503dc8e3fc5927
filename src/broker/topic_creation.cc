#include "broker/topic_creation.h"

#include <algorithm>

#include "broker/api/client_context.h"
#include "broker/node.h"
#include "broker/shard.h"
#include "wire/message/create_topics_request.h"
#include "wire/message/create_topics_response.h"

namespace weir::broker {
namespace {

using wire::CreateTopicsRequest;
using wire::CreateTopicsResponse;
using wire::ErrorCode;
using Config = CreateTopicsRequest::CreatableTopicConfig;

constexpr std::int16_t version = 7;

// Kafka's settings for __consumer_offsets (GroupCoordinatorConfig, GroupCoordinatorService).
CreateTopicsRequest::CreatableTopic offsets_topic_request(const metadata::GroupSettings& settings,
                                                          wire::Arena& arena) {
  CreateTopicsRequest::CreatableTopic topic;
  topic.name = wire::Str(offsets_topic);
  topic.num_partitions = settings.offsets_topic_num_partitions;
  // -1: the controller's default for what is unset shrinks to the brokers there are.
  topic.replication_factor = settings.offsets_topic_replication_factor.value_or(-1);
  topic.configs = arena.array<Config>(3);
  topic.configs[0].name = wire::Str("cleanup.policy");
  topic.configs[0].value = wire::Str("compact");
  topic.configs[1].name = wire::Str("segment.bytes");
  topic.configs[1].value =
      arena.copy(std::string_view(std::to_string(settings.offsets_topic_segment_bytes)));
  topic.configs[2].name = wire::Str("compression.type");
  topic.configs[2].value = wire::Str("producer");
  return topic;
}

CreateTopicsRequest::CreatableTopic default_topic_request(std::string_view name,
                                                          wire::Arena& arena) {
  CreateTopicsRequest::CreatableTopic topic;
  topic.name = arena.copy(name);
  topic.num_partitions = -1;
  topic.replication_factor = -1;
  return topic;
}

ErrorCode code_of_failure(std::int16_t error) {
  const auto code = static_cast<ErrorCode>(error);
  // Somebody else was faster, or the controller is not there yet: the client asks again.
  if (code == ErrorCode::topic_already_exists) return ErrorCode::unknown_topic_or_partition;
  if (code == ErrorCode::request_timed_out) return ErrorCode::unknown_topic_or_partition;
  return code;
}

}  // namespace

bool is_internal_topic(std::string_view name) {
  return name == offsets_topic || name == transaction_topic || name == share_group_topic;
}

bool is_topic_name(std::string_view name) {
  if (name.empty() || name.size() > 249 || name == "." || name == "..") return false;
  return std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '-';
  });
}

Task<TopicCreationErrors> create_topics_automatically(Request& request,
                                                      const std::vector<std::string>& names) {
  Shard& shard = *request.shard;
  wire::Arena arena;
  CreateTopicsRequest body;
  body.topics = arena.array<CreateTopicsRequest::CreatableTopic>(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    body.topics[i] = names[i] == offsets_topic
                         ? offsets_topic_request(shard.settings().group, arena)
                         : default_topic_request(names[i], arena);
  }
  body.timeout_ms = shard.settings().fetch.request_timeout_ms;
  wire::Output encoded;
  const Result<> fits = wire::encode(body, version, encoded);
  CHECK(fits);

  TopicCreationErrors errors;
  auto asking = shard.node.call_controller(shard, wire::ApiKey::create_topics, version,
                                           encoded.bytes(), client_context(request));
  auto answer = co_await std::move(asking);
  CreateTopicsResponse response;
  if (!answer || !wire::decode_whole(response, Bytes(*answer), version, arena)) {
    for (const auto& name : names) errors[name] = ErrorCode::unknown_topic_or_partition;
    co_return errors;
  }
  for (const auto& topic : response.topics) {
    if (topic.error_code != 0) errors[topic.name.str()] = code_of_failure(topic.error_code);
  }
  co_return errors;
}

}  // namespace weir::broker
