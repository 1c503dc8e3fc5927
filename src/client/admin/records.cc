#include <fmt/format.h>

#include <utility>

#include "client/admin/by_topic.h"
#include "client/admin/routing.h"
#include "client/admin/text.h"
#include "wire/message/delete_records_request.h"
#include "wire/message/delete_records_response.h"
#include "wire/message/describe_producers_request.h"
#include "wire/message/describe_producers_response.h"
#include "wire/message/list_offsets_request.h"
#include "wire/message/list_offsets_response.h"

namespace weir::client {
namespace {

using wire::DeleteRecordsRequest;
using wire::DeleteRecordsResponse;
using wire::DescribeProducersRequest;
using wire::DescribeProducersResponse;
using wire::ErrorCode;
using wire::ListOffsetsRequest;
using wire::ListOffsetsResponse;

constexpr std::int32_t a_consumer = -1;  // instead of a replica's id

template <class T>
std::vector<TopicPartition> keys_of(const std::map<TopicPartition, T>& of) {
  std::vector<TopicPartition> keys;
  for (const auto& [key, value] : of) keys.push_back(key);
  return keys;
}

// The version that knows a special time. The broker takes an older version's as a time.
std::int16_t version_min(OffsetSpec spec) {
  switch (spec.timestamp) {
    case OffsetSpec::max_timestamp().timestamp:
      return 7;
    case OffsetSpec::earliest_local().timestamp:
      return 8;
    case OffsetSpec::latest_tiered().timestamp:
      return 9;
    case OffsetSpec::earliest_pending().timestamp:
      return 11;
    default:
      return 1;
  }
}

struct ListingOffsets {
  AdminRouter& router;
  env::Instant deadline;
  std::map<TopicPartition, OffsetSpec> wanted;
  IsolationLevel isolation;
  Batch<TopicPartition, ListedOffset> batch;

  // Leaves those that the broker is too old for out, with their outcome.
  void refuse_unknown_times(std::vector<TopicPartition>& partitions, std::int16_t version) {
    std::erase_if(partitions, [&](const TopicPartition& of) {
      if (version_min(wanted.at(of)) <= version) return false;
      batch.settle(of, weir::fail(Errc::unsupported,
                                  partition_text(of) + ": the broker does not know this time"));
      return true;
    });
  }

  Task<Outcome<>> ask(Cluster::Connection connection, BrokerId,
                      std::vector<TopicPartition> partitions) {
    const auto version = connection->versions().pick(ListOffsetsRequest::api_key);
    CO_TRY(version);
    refuse_unknown_times(partitions, *version);
    if (partitions.empty()) co_return Outcome<>{};
    const auto topics = by_topic(partitions);
    std::vector<ListOffsetsRequest::ListOffsetsTopic> asked;
    std::vector<std::vector<ListOffsetsRequest::ListOffsetsPartition>> asked_partitions;
    asked_partitions.reserve(topics.size());
    for (const auto& [topic, indexes] : topics) {
      auto& of_topic = asked_partitions.emplace_back();
      for (const PartitionIndex index : indexes) {
        auto& partition = of_topic.emplace_back();
        partition.partition_index = index;
        partition.timestamp = wanted.at({topic, index}).timestamp;
      }
      auto& added = asked.emplace_back();
      added.name = topic;
      added.partitions = of_topic;
    }
    ListOffsetsRequest request;
    request.replica_id = a_consumer;
    request.isolation_level = *version >= 2 ? static_cast<std::int8_t>(isolation) : std::int8_t{0};
    request.topics = asked;
    request.timeout_ms = router.timeout_ms(deadline);
    auto calling = connection->call<ListOffsetsResponse>(request, router.call_options(deadline));
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    for (const auto& topic : answer->topics) {
      for (const auto& partition : topic.partitions) settle(topic.name, partition);
    }
    co_return Outcome<>{};
  }

  void settle(wire::Str topic, const ListOffsetsResponse::ListOffsetsPartitionResponse& answer) {
    const TopicPartition of{topic.str(), answer.partition_index};
    const ErrorCode error = wire::error_info(answer.error_code).code;
    if (error != ErrorCode::none) return batch.settle(of, fail(error, partition_text(of)));
    batch.settle(of, ListedOffset{.offset = answer.offset,
                                  .timestamp = answer.timestamp,
                                  .leader_epoch = answer.leader_epoch});
  }
};

struct DeletingRecords {
  AdminRouter& router;
  env::Instant deadline;
  std::map<TopicPartition, Offset> before;
  Batch<TopicPartition, Offset> batch;

  Task<Outcome<>> ask(Cluster::Connection connection, BrokerId,
                      std::vector<TopicPartition> partitions) {
    const auto topics = by_topic(partitions);
    std::vector<DeleteRecordsRequest::DeleteRecordsTopic> asked;
    std::vector<std::vector<DeleteRecordsRequest::DeleteRecordsPartition>> asked_partitions;
    asked_partitions.reserve(topics.size());
    for (const auto& [topic, indexes] : topics) {
      auto& of_topic = asked_partitions.emplace_back();
      for (const PartitionIndex index : indexes) {
        auto& partition = of_topic.emplace_back();
        partition.partition_index = index;
        partition.offset = before.at({topic, index});
      }
      auto& added = asked.emplace_back();
      added.name = topic;
      added.partitions = of_topic;
    }
    DeleteRecordsRequest request;
    request.topics = asked;
    request.timeout_ms = router.timeout_ms(deadline);
    auto calling = connection->call<DeleteRecordsResponse>(request, router.call_options(deadline));
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    for (const auto& topic : answer->topics) {
      for (const auto& partition : topic.partitions) {
        const TopicPartition of{topic.name.str(), partition.partition_index};
        const ErrorCode error = wire::error_info(partition.error_code).code;
        Outcome<Offset> outcome = partition.low_watermark;
        if (error != ErrorCode::none) outcome = fail(error, partition_text(of));
        batch.settle(of, std::move(outcome));
      }
    }
    co_return Outcome<>{};
  }
};

std::vector<ActiveProducer> producers_of(
    wire::Array<DescribeProducersResponse::ProducerState> answer) {
  std::vector<ActiveProducer> producers;
  for (const auto& producer : answer) {
    producers.push_back({.id = producer.producer_id,
                         .epoch = producer.producer_epoch,
                         .last_sequence = producer.last_sequence,
                         .last_timestamp = producer.last_timestamp,
                         .coordinator_epoch = producer.coordinator_epoch,
                         .transaction_start = producer.current_txn_start_offset});
  }
  return producers;
}

struct DescribingProducers {
  AdminRouter& router;
  env::Instant deadline;
  Batch<TopicPartition, std::vector<ActiveProducer>> batch;

  Task<Outcome<>> ask(Cluster::Connection connection, BrokerId,
                      std::vector<TopicPartition> partitions) {
    auto topics = by_topic(partitions);
    std::vector<DescribeProducersRequest::TopicRequest> asked;
    for (auto& [topic, indexes] : topics) {
      auto& added = asked.emplace_back();
      added.name = topic;
      added.partition_indexes = indexes;
    }
    DescribeProducersRequest request;
    request.topics = asked;
    auto calling =
        connection->call<DescribeProducersResponse>(request, router.call_options(deadline));
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    for (const auto& topic : answer->topics) {
      for (const auto& partition : topic.partitions) {
        const TopicPartition of{topic.name.str(), partition.partition_index};
        const ErrorCode error = wire::error_info(partition.error_code).code;
        if (error == ErrorCode::none) {
          batch.settle(of, producers_of(partition.active_producers));
        } else {
          batch.settle(of, fail(error, partition_text(of), partition.error_message.str()));
        }
      }
    }
    co_return Outcome<>{};
  }
};

}  // namespace

Task<PerItem<TopicPartition, ListedOffset>> Admin::list_offsets(
    std::map<TopicPartition, OffsetSpec> partitions, IsolationLevel isolation,
    env::Instant deadline) {
  const std::vector<TopicPartition> keys = keys_of(partitions);
  ListingOffsets listing{*router_, deadline, std::move(partitions), isolation,
                         Batch<TopicPartition, ListedOffset>(keys, Belief::second_answer)};
  auto running = router_->run(listing, router_->leaders(deadline));
  co_await std::move(running);
  co_return listing.batch.take();
}

Task<PerItem<TopicPartition, Offset>> Admin::delete_records(std::map<TopicPartition, Offset> before,
                                                            env::Instant deadline) {
  const std::vector<TopicPartition> keys = keys_of(before);
  DeletingRecords deleting{*router_, deadline, std::move(before),
                           Batch<TopicPartition, Offset>(keys, Belief::second_answer)};
  auto running = router_->run(deleting, router_->leaders(deadline));
  co_await std::move(running);
  co_return deleting.batch.take();
}

Task<PerItem<TopicPartition, std::vector<ActiveProducer>>> Admin::describe_producers(
    std::vector<TopicPartition> partitions, env::Instant deadline) {
  DescribingProducers describing{
      *router_, deadline,
      Batch<TopicPartition, std::vector<ActiveProducer>>(partitions, Belief::second_answer)};
  auto running = router_->run(describing, router_->leaders(deadline));
  co_await std::move(running);
  co_return describing.batch.take();
}

}  // namespace weir::client
