#include "client/admin/config_entry.h"
#include "client/admin/routing.h"
#include "client/admin/text.h"
#include "wire/message/create_partitions_request.h"
#include "wire/message/create_partitions_response.h"
#include "wire/message/create_topics_request.h"
#include "wire/message/create_topics_response.h"
#include "wire/message/delete_topics_request.h"
#include "wire/message/delete_topics_response.h"

namespace weir::client {
namespace {

using wire::CreatePartitionsRequest;
using wire::CreatePartitionsResponse;
using wire::CreateTopicsRequest;
using wire::CreateTopicsResponse;
using wire::DeleteTopicsRequest;
using wire::DeleteTopicsResponse;
using wire::ErrorCode;

constexpr std::int16_t by_id_version = 6;  // of DeleteTopics (KIP-516)

template <class T>
std::vector<std::string> names_of(const std::map<std::string, T>& of) {
  std::vector<std::string> names;
  for (const auto& [name, value] : of) names.push_back(name);
  return names;
}

template <class Key>
Outcome<> change_outcome(const Key& key, std::int16_t error_code, wire::Str said) {
  const ErrorCode error = wire::error_info(error_code).code;
  if (error == ErrorCode::none) return {};
  return fail(error, topic_text(key), said.str());
}

// A request and what it points to.
struct Creation {
  using Topic = CreateTopicsRequest::CreatableTopic;
  using Assignment = CreateTopicsRequest::CreatableReplicaAssignment;
  using Config = CreateTopicsRequest::CreatableTopicConfig;

  CreateTopicsRequest request;
  std::vector<Topic> topics;
  std::vector<std::vector<Assignment>> assignments;
  std::vector<std::vector<Config>> configs;

  void add(NewTopic& topic) {
    auto& assigned = assignments.emplace_back();
    for (auto& [index, replicas] : topic.assignment) {
      auto& partition = assigned.emplace_back();
      partition.partition_index = index;
      partition.broker_ids = replicas;
    }
    auto& configured = configs.emplace_back();
    for (auto& [name, value] : topic.configs) {
      auto& config = configured.emplace_back();
      config.name = name;
      config.value = value;
    }
    auto& added = topics.emplace_back();
    added.name = topic.name;
    added.num_partitions = topic.partitions;
    added.replication_factor = topic.replication_factor;
    added.assignments = assigned;
    added.configs = configured;
  }
};

Outcome<CreatedTopic> created_of(const CreateTopicsResponse::CreatableTopicResult& answer) {
  const ErrorCode error = wire::error_info(answer.error_code).code;
  if (error != ErrorCode::none) {
    return fail(error, topic_text(answer.name.view()), answer.error_message.str());
  }
  CreatedTopic created{.id = answer.topic_id,
                       .partitions = answer.num_partitions,
                       .replication_factor = answer.replication_factor,
                       .configs = {}};
  for (const auto& config : answer.configs) {
    created.configs.push_back({.name = config.name.str(),
                               .value = text_or_none(config.value),
                               .source = config_source(config.config_source),
                               .type = ConfigType::unknown,
                               .read_only = config.read_only,
                               .sensitive = config.is_sensitive,
                               .synonyms = {},
                               .documentation = {}});
  }
  return created;
}

struct Creating {
  AdminRouter& router;
  env::Instant deadline;
  std::map<std::string, NewTopic> topics;
  bool validate_only;
  Batch<std::string, CreatedTopic> batch;

  Task<Outcome<>> ask(Cluster::Connection connection, BrokerId, std::vector<std::string> names) {
    Creation creation;
    for (const std::string& name : names) creation.add(topics.at(name));
    creation.request.topics = creation.topics;
    creation.request.validate_only = validate_only;
    creation.request.timeout_ms = router.timeout_ms(deadline);
    auto calling =
        connection->call<CreateTopicsResponse>(creation.request, router.call_options(deadline));
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    for (const auto& topic : answer->topics) batch.settle(topic.name.str(), created_of(topic));
    co_return Outcome<>{};
  }
};

template <class Key>
struct DeletingTopics {
  AdminRouter& router;
  env::Instant deadline;
  Batch<Key, void> batch;

  Task<Outcome<>> ask(Cluster::Connection connection, BrokerId, std::vector<Key> keys);
};

template <>
Task<Outcome<>> DeletingTopics<std::string>::ask(Cluster::Connection connection, BrokerId,
                                                 std::vector<std::string> names) {
  const auto version = connection->versions().pick(DeleteTopicsRequest::api_key);
  CO_TRY(version);
  DeleteTopicsRequest request;
  std::vector<DeleteTopicsRequest::DeleteTopicState> topics(names.size());
  std::vector<wire::Str> plain(names.begin(), names.end());
  for (std::size_t i = 0; i < names.size(); ++i) topics[i].name = names[i];
  if (*version >= by_id_version) {
    request.topics = topics;
  } else {
    request.topic_names = plain;
  }
  request.timeout_ms = router.timeout_ms(deadline);
  auto calling = connection->call<DeleteTopicsResponse>(request, router.call_options(deadline));
  CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
  for (const auto& topic : answer->responses) {
    batch.settle(topic.name.str(),
                 change_outcome(topic.name.str(), topic.error_code, topic.error_message));
  }
  co_return Outcome<>{};
}

template <>
Task<Outcome<>> DeletingTopics<Uuid>::ask(Cluster::Connection connection, BrokerId,
                                          std::vector<Uuid> ids) {
  DeleteTopicsRequest request;
  std::vector<DeleteTopicsRequest::DeleteTopicState> topics(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) topics[i].topic_id = ids[i];
  request.topics = topics;
  request.timeout_ms = router.timeout_ms(deadline);
  auto calling = connection->call<DeleteTopicsResponse>(request, router.call_options(deadline));
  CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
  for (const auto& topic : answer->responses) {
    batch.settle(topic.topic_id,
                 change_outcome(topic.topic_id, topic.error_code, topic.error_message));
  }
  co_return Outcome<>{};
}

template <class Key>
Task<PerItem<Key>> delete_all(AdminRouter& router, std::vector<Key> keys, env::Instant deadline) {
  DeletingTopics<Key> deleting{router, deadline, Batch<Key, void>(keys)};
  auto running = router.run(deleting, AdminRouter::at<Key>(the_controller));
  co_await std::move(running);
  co_return deleting.batch.take();
}

struct Growing {
  AdminRouter& router;
  env::Instant deadline;
  std::map<std::string, NewPartitions> wanted;
  bool validate_only;
  Batch<std::string, void> batch;

  Task<Outcome<>> ask(Cluster::Connection connection, BrokerId, std::vector<std::string> names) {
    using Assignment = CreatePartitionsRequest::CreatePartitionsAssignment;
    std::vector<CreatePartitionsRequest::CreatePartitionsTopic> topics(names.size());
    std::vector<std::vector<Assignment>> assignments(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      NewPartitions& more = wanted.at(names[i]);
      for (auto& replicas : more.assignment) {
        assignments[i].emplace_back().broker_ids = replicas;
      }
      topics[i].name = names[i];
      topics[i].count = more.total;
      topics[i].assignments = more.assignment.empty() ? wire::Array<Assignment>::null()
                                                      : wire::Array<Assignment>(assignments[i]);
    }
    CreatePartitionsRequest request;
    request.topics = topics;
    request.validate_only = validate_only;
    request.timeout_ms = router.timeout_ms(deadline);
    auto calling =
        connection->call<CreatePartitionsResponse>(request, router.call_options(deadline));
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    for (const auto& topic : answer->results) {
      batch.settle(topic.name.str(),
                   change_outcome(topic.name.str(), topic.error_code, topic.error_message));
    }
    co_return Outcome<>{};
  }
};

}  // namespace

Task<PerItem<std::string, CreatedTopic>> Admin::create_topics(std::vector<NewTopic> topics,
                                                              bool validate_only,
                                                              env::Instant deadline) {
  std::map<std::string, NewTopic> by_name;
  for (NewTopic& topic : topics) by_name.insert_or_assign(topic.name, std::move(topic));
  const std::vector<std::string> names = names_of(by_name);
  Creating creating{*router_, deadline, std::move(by_name), validate_only,
                    Batch<std::string, CreatedTopic>(names)};
  auto running = router_->run(creating, AdminRouter::at<std::string>(the_controller));
  co_await std::move(running);
  co_return creating.batch.take();
}

Task<PerItem<std::string>> Admin::delete_topics(std::vector<std::string> names,
                                                env::Instant deadline) {
  return delete_all(*router_, std::move(names), deadline);
}

Task<PerItem<Uuid>> Admin::delete_topics_by_id(std::vector<Uuid> ids, env::Instant deadline) {
  return delete_all(*router_, std::move(ids), deadline);
}

Task<PerItem<std::string>> Admin::create_partitions(std::map<std::string, NewPartitions> topics,
                                                    bool validate_only, env::Instant deadline) {
  const std::vector<std::string> names = names_of(topics);
  Growing growing{*router_, deadline, std::move(topics), validate_only,
                  Batch<std::string, void>(names)};
  auto running = router_->run(growing, AdminRouter::at<std::string>(the_controller));
  co_await std::move(running);
  co_return growing.batch.take();
}

}  // namespace weir::client
