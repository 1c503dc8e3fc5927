// What clients ask of topics.

#include <utility>

#include "sim/node/client_calls.h"
#include "wire/message/create_topics_request.h"
#include "wire/message/create_topics_response.h"
#include "wire/message/delete_records_request.h"
#include "wire/message/delete_records_response.h"
#include "wire/message/delete_topics_request.h"
#include "wire/message/delete_topics_response.h"
#include "wire/message/describe_configs_request.h"
#include "wire/message/describe_configs_response.h"
#include "wire/message/metadata_request.h"
#include "wire/message/metadata_response.h"

namespace weir::sim {
namespace {

constexpr std::int16_t no_such_answer = -1;  // UNKNOWN_SERVER_ERROR
constexpr std::int8_t topic_resource = 2;    // ConfigResource.Type
constexpr std::int8_t of_the_topic = 1;      // ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG
constexpr std::int16_t create_version = 7;
constexpr std::int16_t delete_version = 6;

Result<> add_create(RawClient& client, const std::string& name, std::int32_t partitions,
                    const std::map<std::string, std::string>& configs) {
  std::vector<wire::CreateTopicsRequest::CreatableTopicConfig> own;
  for (const auto& [key, value] : configs) {
    auto& config = own.emplace_back();
    config.name = key;
    config.value = value;
  }
  wire::CreateTopicsRequest::CreatableTopic topic;
  topic.configs = own;
  topic.name = name;
  topic.num_partitions = partitions;
  topic.replication_factor = -1;
  wire::CreateTopicsRequest request;
  request.topics = {&topic, 1};
  return client.add(request, create_version);
}

Result<> add_delete(RawClient& client, const std::string& name) {
  wire::DeleteTopicsRequest::DeleteTopicState topic;
  topic.name = name;
  wire::DeleteTopicsRequest request;
  request.topics = {&topic, 1};
  request.timeout_ms = long_timeout_ms;
  return client.add(request, delete_version);
}

Task<Result<std::int16_t>> next_created(RawClient& client) {
  auto receiving = client.next<wire::CreateTopicsResponse>(create_version);
  CO_TRY_ASSIGN(const auto answer, co_await std::move(receiving));
  co_return answer->topics.size() == 1 ? answer->topics[0].error_code : no_such_answer;
}

Task<Result<std::int16_t>> next_deleted(RawClient& client) {
  auto receiving = client.next<wire::DeleteTopicsResponse>(delete_version);
  CO_TRY_ASSIGN(const auto answer, co_await std::move(receiving));
  co_return answer->responses.size() == 1 ? answer->responses[0].error_code : no_such_answer;
}

}  // namespace

Task<Result<std::int16_t>> create_topic(RawClient& client, std::string name,
                                        std::int32_t partitions,
                                        std::map<std::string, std::string> configs) {
  CO_TRY(add_create(client, name, partitions, configs));
  auto sending = client.flush();
  CO_TRY(co_await std::move(sending));
  auto receiving = next_created(client);
  co_return co_await std::move(receiving);
}

Task<Result<std::int16_t>> delete_topic(RawClient& client, std::string name) {
  CO_TRY(add_delete(client, name));
  auto sending = client.flush();
  CO_TRY(co_await std::move(sending));
  auto receiving = next_deleted(client);
  co_return co_await std::move(receiving);
}

Task<Result<RemadeTopic>> remake_topic(RawClient& client, std::string name, std::int32_t partitions,
                                       std::map<std::string, std::string> configs) {
  CO_TRY(add_delete(client, name));
  CO_TRY(add_create(client, name, partitions, configs));
  auto sending = client.flush();
  CO_TRY(co_await std::move(sending));
  auto deleting = next_deleted(client);
  CO_TRY_ASSIGN(const std::int16_t deleted, co_await std::move(deleting));
  auto creating = next_created(client);
  CO_TRY_ASSIGN(const std::int16_t created, co_await std::move(creating));
  co_return RemadeTopic{.deleted = deleted, .created = created};
}

Task<Result<std::set<std::string>>> topic_names(RawClient& client) {
  wire::MetadataRequest request;
  request.topics = wire::Array<wire::MetadataRequest::MetadataRequestTopic>::null();
  auto calling = client.call<wire::MetadataResponse>(request, std::int16_t{12});
  CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
  std::set<std::string> names;
  for (const auto& topic : answer->topics) {
    if (topic.error_code == 0) names.insert(topic.name.str());
  }
  co_return names;
}

Task<Result<std::int16_t>> delete_records(RawClient& client, TopicPartition of, Offset before) {
  wire::DeleteRecordsRequest::DeleteRecordsPartition partition;
  partition.partition_index = of.partition;
  partition.offset = before;
  wire::DeleteRecordsRequest::DeleteRecordsTopic topic;
  topic.name = of.topic;
  topic.partitions = {&partition, 1};
  wire::DeleteRecordsRequest request;
  request.topics = {&topic, 1};
  request.timeout_ms = long_timeout_ms;
  auto calling = client.call<wire::DeleteRecordsResponse>(request, std::int16_t{2});
  CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
  if (answer->topics.size() != 1 || answer->topics[0].partitions.size() != 1) {
    co_return no_such_answer;
  }
  co_return answer->topics[0].partitions[0].error_code;
}

Task<Result<OwnConfig>> own_config(RawClient& client, std::string topic, std::string name) {
  wire::Str key(name);
  wire::DescribeConfigsRequest::DescribeConfigsResource resource;
  resource.resource_type = topic_resource;
  resource.resource_name = topic;
  resource.configuration_keys = {&key, 1};
  wire::DescribeConfigsRequest request;
  request.resources = {&resource, 1};
  auto calling = client.call<wire::DescribeConfigsResponse>(request, std::int16_t{4});
  CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
  if (answer->results.size() != 1) co_return OwnConfig{.error_code = no_such_answer, .value = {}};
  OwnConfig own{.error_code = answer->results[0].error_code, .value = {}};
  for (const auto& config : answer->results[0].configs) {
    if (config.config_source == of_the_topic) own.value = config.value.str();
  }
  co_return own;
}

}  // namespace weir::sim
