#include <algorithm>
#include <utility>

#include "client/admin/routing.h"
#include "client/admin/text.h"
#include "wire/api_key.h"
#include "wire/message/describe_topic_partitions_request.h"
#include "wire/message/describe_topic_partitions_response.h"
#include "wire/message/metadata_request.h"
#include "wire/message/metadata_response.h"

namespace weir::client {
namespace {

using wire::DescribeTopicPartitionsRequest;
using wire::DescribeTopicPartitionsResponse;
using wire::ErrorCode;
using wire::MetadataRequest;
using wire::MetadataResponse;

constexpr std::int16_t ids_in_metadata = 12;  // of Metadata (KIP-516)

std::vector<BrokerId> ids(wire::Array<std::int32_t> of) { return {of.begin(), of.end()}; }

std::optional<std::vector<BrokerId>> ids_or_none(wire::Array<std::int32_t> of) {
  if (of.is_null()) return std::nullopt;
  return ids(of);
}

// What both kinds of answers say of a partition.
template <class Partition>
PartitionDescription partition_of(const Partition& answer) {
  return {.index = answer.partition_index,
          .error = wire::error_info(answer.error_code).code,
          .leader = answer.leader_id,
          .leader_epoch = answer.leader_epoch,
          .replicas = ids(answer.replica_nodes),
          .in_sync = ids(answer.isr_nodes),
          .offline = ids(answer.offline_replicas),
          .eligible_leader_replicas = {},
          .last_known_eligible = {}};
}

struct ListingTopics {
  AdminRouter& router;
  env::Instant deadline;
  bool internal_too;

  Task<Outcome<std::map<std::string, TopicListing>>> ask(Cluster::Connection connection) {
    MetadataRequest request;
    request.topics = wire::Array<MetadataRequest::MetadataRequestTopic>::null();
    auto calling = connection->call<MetadataResponse>(request, router.call_options(deadline));
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    std::map<std::string, TopicListing> topics;
    for (const auto& topic : answer->topics) {
      if (topic.is_internal && !internal_too) continue;
      topics[topic.name.str()] = {.id = topic.topic_id,
                                  .internal = topic.is_internal,
                                  .partitions = static_cast<std::int32_t>(topic.partitions.size())};
    }
    co_return topics;
  }
};

// Pages of one description (KIP-966), put together.
class Pages {
 public:
  using Page = DescribeTopicPartitionsResponse;

  // False: the answer does not go on from where the last one ended.
  bool add(const Page& page) {
    for (const auto& answer : page.topics) add_topic(answer);
    if (!page.next_cursor) {
      has_more_ = false;
      return true;
    }
    std::pair next{page.next_cursor->topic_name.str(), page.next_cursor->partition_index};
    if (next <= next_) return false;
    next_ = std::move(next);
    has_more_ = true;
    return true;
  }
  bool has_more() const { return has_more_; }
  const std::pair<std::string, PartitionIndex>& next() const { return next_; }
  PerItem<std::string, TopicDescription> take() { return std::move(topics_); }

 private:
  void add_topic(const Page::DescribeTopicPartitionsResponseTopic& answer) {
    const std::string name = answer.name.str();
    const ErrorCode error = wire::error_info(answer.error_code).code;
    if (error != ErrorCode::none) {
      topics_.insert_or_assign(name, fail(error, topic_text(name)));
      return;
    }
    Outcome<TopicDescription>& topic = topics_[name];
    if (!topic) return;
    topic->name = name;
    topic->id = answer.topic_id;
    topic->internal = answer.is_internal;
    for (const auto& partition : answer.partitions) {
      PartitionDescription& added = topic->partitions.emplace_back(partition_of(partition));
      added.eligible_leader_replicas = ids_or_none(partition.eligible_leader_replicas);
      added.last_known_eligible = ids_or_none(partition.last_known_elr);
    }
  }

  PerItem<std::string, TopicDescription> topics_;
  std::pair<std::string, PartitionIndex> next_;
  bool has_more_ = true;
};

// What Metadata tell of a topic; `asked` is its name or its id.
template <class Key>
Outcome<TopicDescription> whole_topic(const Key& asked,
                                      const MetadataResponse::MetadataResponseTopic& answer) {
  const ErrorCode error = wire::error_info(answer.error_code).code;
  if (error != ErrorCode::none) return fail(error, topic_text(asked));
  TopicDescription topic{
      .name = answer.name.str(), .id = answer.topic_id, .internal = answer.is_internal};
  for (const auto& partition : answer.partitions) {
    topic.partitions.push_back(partition_of(partition));
  }
  std::ranges::sort(topic.partitions, {}, &PartitionDescription::index);
  return topic;
}

struct DescribingTopicsById {
  AdminRouter& router;
  env::Instant deadline;
  Batch<Uuid, TopicDescription> batch;

  Task<Outcome<>> ask(Cluster::Connection connection, BrokerId, std::vector<Uuid> ids) {
    const auto version = connection->versions().pick(MetadataRequest::api_key);
    if (!version || *version < ids_in_metadata) {
      co_return weir::fail(Errc::unsupported, "the broker does not tell of topics by their ids");
    }
    std::vector<MetadataRequest::MetadataRequestTopic> topics(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      topics[i].topic_id = ids[i];
      topics[i].name = wire::Str::null();
    }
    MetadataRequest request;
    request.topics = topics;
    request.allow_auto_topic_creation = false;
    auto calling = connection->call<MetadataResponse>(request, router.call_options(deadline));
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    for (const auto& topic : answer->topics) {
      batch.settle(topic.topic_id, whole_topic(topic.topic_id, topic));
    }
    co_return Outcome<>{};
  }
};

struct DescribingTopics {
  AdminRouter& router;
  env::Instant deadline;
  Batch<std::string, TopicDescription> batch;

  Task<Outcome<>> ask(Cluster::Connection connection, BrokerId, std::vector<std::string> names) {
    constexpr auto paged = static_cast<std::int16_t>(wire::ApiKey::describe_topic_partitions);
    auto asking = connection->versions().serves(paged) ? ask_in_pages(connection, std::move(names))
                                                       : ask_whole(connection, std::move(names));
    co_return co_await std::move(asking);
  }

  Task<Outcome<>> ask_in_pages(Cluster::Connection connection, std::vector<std::string> names) {
    std::vector<DescribeTopicPartitionsRequest::TopicRequest> topics(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) topics[i].name = names[i];
    DescribeTopicPartitionsRequest request;
    request.topics = topics;
    DescribeTopicPartitionsRequest::Cursor cursor;
    Pages pages;
    while (pages.has_more()) {
      auto calling =
          connection->call<DescribeTopicPartitionsResponse>(request, router.call_options(deadline));
      CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
      if (!pages.add(*answer)) {
        co_return weir::fail(Errc::corrupt, "a page of topics that does not go on from the last");
      }
      cursor.topic_name = pages.next().first;
      cursor.partition_index = pages.next().second;
      request.cursor = &cursor;
    }
    for (auto& [name, outcome] : pages.take()) {
      if (outcome) std::ranges::sort(outcome->partitions, {}, &PartitionDescription::index);
      batch.settle(name, std::move(outcome));
    }
    co_return Outcome<>{};
  }

  Task<Outcome<>> ask_whole(Cluster::Connection connection, std::vector<std::string> names) {
    std::vector<MetadataRequest::MetadataRequestTopic> topics(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) topics[i].name = names[i];
    MetadataRequest request;
    request.topics = topics;
    request.allow_auto_topic_creation = false;
    auto calling = connection->call<MetadataResponse>(request, router.call_options(deadline));
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    for (const auto& topic : answer->topics) {
      batch.settle(topic.name.str(), whole_topic(topic.name.str(), topic));
    }
    co_return Outcome<>{};
  }
};

}  // namespace

Task<Outcome<std::map<std::string, TopicListing>>> Admin::list_topics(bool internal_too,
                                                                      env::Instant deadline) {
  ListingTopics listing{*router_, deadline, internal_too};
  auto asking = router_->ask_one_of<std::map<std::string, TopicListing>>(any_broker, listing);
  co_return co_await std::move(asking);
}

Task<PerItem<std::string, TopicDescription>> Admin::describe_topics(std::vector<std::string> names,
                                                                    env::Instant deadline) {
  DescribingTopics describing{*router_, deadline, Batch<std::string, TopicDescription>(names)};
  auto running = router_->run(describing, AdminRouter::at<std::string>(any_broker));
  co_await std::move(running);
  co_return describing.batch.take();
}

Task<PerItem<Uuid, TopicDescription>> Admin::describe_topics_by_id(std::vector<Uuid> ids,
                                                                   env::Instant deadline) {
  DescribingTopicsById describing{*router_, deadline, Batch<Uuid, TopicDescription>(ids)};
  // A request cannot name it: it stands for a topic that is asked for by name.
  describing.batch.finish(
      Uuid{}, std::unexpected(Failure(Error{Errc::invalid, "topic id of zeros: no topic has it"})));
  auto running = router_->run(describing, AdminRouter::at<Uuid>(any_broker));
  co_await std::move(running);
  co_return describing.batch.take();
}

}  // namespace weir::client
