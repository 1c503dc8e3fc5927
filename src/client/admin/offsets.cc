#include <algorithm>
#include <utility>

#include "client/admin/by_topic.h"
#include "client/admin/routing.h"
#include "client/admin/text.h"
#include "wire/message/offset_commit_request.h"
#include "wire/message/offset_commit_response.h"
#include "wire/message/offset_delete_request.h"
#include "wire/message/offset_delete_response.h"
#include "wire/message/offset_fetch_request.h"
#include "wire/message/offset_fetch_response.h"

namespace weir::client {
namespace {

using wire::ErrorCode;
using wire::OffsetCommitRequest;
using wire::OffsetCommitResponse;
using wire::OffsetDeleteRequest;
using wire::OffsetDeleteResponse;
using wire::OffsetFetchRequest;
using wire::OffsetFetchResponse;
using Committed = PerItem<TopicPartition, CommittedOffset>;

// The last versions that name topics; later ones have ids.
constexpr std::int16_t fetch_by_name_version = 9;
constexpr std::int16_t commit_by_name_version = 9;
constexpr std::int16_t several_groups_version = 8;  // of OffsetFetch (KIP-709)
constexpr std::int32_t no_generation = -1;

template <class Topic>
std::vector<Topic> topics_of(std::map<std::string, std::vector<PartitionIndex>>& by_topic) {
  std::vector<Topic> topics;
  for (auto& [name, partitions] : by_topic) {
    Topic& topic = topics.emplace_back();
    topic.name = name;
    topic.partition_indexes = partitions;
  }
  return topics;
}

struct Fetching {
  using Group = OffsetFetchRequest::OffsetFetchRequestGroup;

  AdminRouter& router;
  env::Instant deadline;
  std::optional<std::map<std::string, std::vector<PartitionIndex>>> partitions;
  bool require_stable;
  Batch<std::string, Committed> batch;

  Task<Outcome<>> ask(Cluster::Connection connection, BrokerId, std::vector<std::string> groups) {
    const auto version =
        connection->versions().pick(OffsetFetchRequest::api_key, fetch_by_name_version);
    CO_TRY(version);
    OffsetFetchRequest request;
    request.require_stable = require_stable;
    Group group;
    using OldTopic = OffsetFetchRequest::OffsetFetchRequestTopic;
    using Topic = OffsetFetchRequest::OffsetFetchRequestTopics;
    std::vector<OldTopic> old_topics;
    std::vector<Topic> topics;
    if (*version >= several_groups_version) {
      if (partitions) topics = topics_of<Topic>(*partitions);
      group.group_id = groups.front();
      group.topics = partitions ? wire::Array<Topic>(topics) : wire::Array<Topic>::null();
      request.groups = {&group, 1};
    } else {
      if (partitions) old_topics = topics_of<OldTopic>(*partitions);
      request.group_id = groups.front();
      request.topics =
          partitions ? wire::Array<OldTopic>(old_topics) : wire::Array<OldTopic>::null();
    }
    rpc::CallOptions call = router.call_options(deadline);
    call.version_max = fetch_by_name_version;
    auto calling = connection->call<OffsetFetchResponse>(request, call);
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    if (*version < several_groups_version) {
      co_return settle(groups.front(), answer->error_code, answer->topics);
    }
    if (answer->groups.size() != 1) {
      co_return weir::fail(Errc::corrupt, "an answer of another shape than its question");
    }
    co_return settle(groups.front(), answer->groups[0].error_code, answer->groups[0].topics);
  }

  template <class Topics>
  Outcome<> settle(const std::string& group, std::int16_t error_code, const Topics& topics) {
    ErrorCode error = wire::error_info(error_code).code;
    if (error != ErrorCode::none) return fail(error, group_text(group));
    Committed committed;
    for (const auto& topic : topics) {
      for (const auto& partition : topic.partitions) {
        const TopicPartition of{topic.name.str(), partition.partition_index};
        error = wire::error_info(partition.error_code).code;
        if (error == ErrorCode::unstable_offset_commit) return fail(error, partition_text(of));
        Outcome<CommittedOffset> outcome =
            CommittedOffset{.offset = partition.committed_offset,
                            .leader_epoch = partition.committed_leader_epoch,
                            .metadata = partition.metadata.str()};
        if (error != ErrorCode::none) outcome = fail(error, partition_text(of));
        committed.insert_or_assign(of, std::move(outcome));
      }
    }
    batch.settle(group, std::move(committed));
    return {};
  }
};

struct AlteringOffsets {
  AdminRouter& router;
  env::Instant deadline;
  std::string group;
  std::map<TopicPartition, CommittedOffset> offsets;
  Batch<TopicPartition, void> batch;

  Task<Outcome<>> ask(Cluster::Connection connection, BrokerId,
                      std::vector<TopicPartition> partitions) {
    using Partition = OffsetCommitRequest::OffsetCommitRequestPartition;
    std::map<std::string, std::vector<Partition>> topics;
    for (const TopicPartition& of : partitions) {
      const CommittedOffset& offset = offsets.at(of);
      Partition& partition = topics[of.topic].emplace_back();
      partition.partition_index = of.partition;
      partition.committed_offset = offset.offset;
      partition.committed_leader_epoch = offset.leader_epoch;
      partition.committed_metadata = wire::Str(offset.metadata);
    }
    std::vector<OffsetCommitRequest::OffsetCommitRequestTopic> asked;
    for (auto& [name, of_topic] : topics) {
      auto& topic = asked.emplace_back();
      topic.name = name;
      topic.partitions = of_topic;
    }
    OffsetCommitRequest request;
    request.group_id = group;
    request.generation_id_or_member_epoch = no_generation;
    request.topics = asked;
    rpc::CallOptions call = router.call_options(deadline);
    call.version_max = commit_by_name_version;
    auto calling = connection->call<OffsetCommitResponse>(request, call);
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    for (const auto& topic : answer->topics) {
      for (const auto& partition : topic.partitions) {
        const TopicPartition of{topic.name.str(), partition.partition_index};
        const ErrorCode error = wire::error_info(partition.error_code).code;
        Outcome<> outcome;
        if (error != ErrorCode::none) outcome = fail(error, partition_text(of));
        batch.settle(of, std::move(outcome));
      }
    }
    co_return Outcome<>{};
  }
};

struct DeletingOffsets {
  AdminRouter& router;
  env::Instant deadline;
  std::string group;
  Batch<TopicPartition, void> batch;

  Task<Outcome<>> ask(Cluster::Connection connection, BrokerId,
                      std::vector<TopicPartition> partitions) {
    const auto topics = by_topic(partitions);
    using Partition = OffsetDeleteRequest::OffsetDeleteRequestPartition;
    std::vector<OffsetDeleteRequest::OffsetDeleteRequestTopic> asked;
    std::vector<std::vector<Partition>> asked_partitions;
    asked_partitions.reserve(topics.size());
    for (const auto& [name, indexes] : topics) {
      auto& of_topic = asked_partitions.emplace_back(indexes.size());
      for (std::size_t i = 0; i < indexes.size(); ++i) of_topic[i].partition_index = indexes[i];
      auto& topic = asked.emplace_back();
      topic.name = name;
      topic.partitions = of_topic;
    }
    OffsetDeleteRequest request;
    request.group_id = group;
    request.topics = asked;
    auto calling = connection->call<OffsetDeleteResponse>(request, router.call_options(deadline));
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    const ErrorCode of_group = wire::error_info(answer->error_code).code;
    if (of_group != ErrorCode::none) co_return fail(of_group, group_text(group));
    for (const auto& topic : answer->topics) {
      for (const auto& partition : topic.partitions) {
        const TopicPartition of{topic.name.str(), partition.partition_index};
        const ErrorCode error = wire::error_info(partition.error_code).code;
        Outcome<> outcome;
        if (error != ErrorCode::none) outcome = fail(error, partition_text(of));
        batch.settle(of, std::move(outcome));
      }
    }
    co_return Outcome<>{};
  }
};

}  // namespace

Task<Outcome<Committed>> Admin::committed_offsets(
    std::string group, std::optional<std::vector<TopicPartition>> partitions, bool require_stable,
    env::Instant deadline) {
  Fetching fetching{*router_, deadline, std::nullopt, require_stable,
                    Batch<std::string, Committed>({&group, 1})};
  if (partitions) fetching.partitions = by_topic(*partitions);
  auto running = router_->run(fetching, router_->coordinators(deadline));
  co_await std::move(running);
  co_return fetching.batch.take().at(group);
}

Task<PerItem<TopicPartition>> Admin::alter_offsets(
    std::string group, std::map<TopicPartition, CommittedOffset> offsets, env::Instant deadline) {
  std::vector<TopicPartition> keys;
  for (const auto& [of, offset] : offsets) keys.push_back(of);
  AlteringOffsets altering{*router_, deadline, group, std::move(offsets),
                           Batch<TopicPartition, void>(keys, Belief::second_answer)};
  auto running = router_->run(altering, router_->coordinator_of(group, deadline));
  co_await std::move(running);
  co_return altering.batch.take();
}

Task<PerItem<TopicPartition>> Admin::delete_offsets(std::string group,
                                                    std::vector<TopicPartition> partitions,
                                                    env::Instant deadline) {
  DeletingOffsets deleting{*router_, deadline, group,
                           Batch<TopicPartition, void>(partitions, Belief::second_answer)};
  auto running = router_->run(deleting, router_->coordinator_of(group, deadline));
  co_await std::move(running);
  co_return deleting.batch.take();
}

}  // namespace weir::client
