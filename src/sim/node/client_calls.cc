#include "sim/node/client_calls.h"

#include <algorithm>
#include <utility>

#include "wire/message/fetch_request.h"
#include "wire/message/fetch_response.h"
#include "wire/message/init_producer_id_request.h"
#include "wire/message/init_producer_id_response.h"
#include "wire/message/list_offsets_request.h"
#include "wire/message/list_offsets_response.h"
#include "wire/message/offset_for_leader_epoch_request.h"
#include "wire/message/offset_for_leader_epoch_response.h"
#include "wire/message/produce_request.h"
#include "wire/message/produce_response.h"
#include "wire/record/batch_builder.h"
#include "wire/record/record.h"

namespace weir::sim {
namespace {

using wire::FetchRequest;
using wire::FetchResponse;

// The last versions that name topics.
constexpr std::int16_t produce_version = 12;
constexpr std::int16_t fetch_version = 12;
constexpr std::int16_t list_offsets_version = 9;
constexpr std::int32_t fetch_bytes_max = 1 << 20;

// Behind the last whole batch of what can be read.
Offset end_of(Bytes bytes) {
  Offset end = no_offset;
  while (const auto batch = wire::read_batch(bytes)) {
    end = batch->next_offset();
    bytes = bytes.subspan(batch->size());
  }
  return end;
}

Fetched fetched_of(const FetchResponse::PartitionData& data, Offset from, Result<>& problem) {
  Fetched fetched;
  fetched.error_code = data.error_code;
  fetched.high_watermark = data.high_watermark;
  auto records = records_in(data.records.view(), from);
  if (records) {
    fetched.records = *std::move(records);
    fetched.next = end_of(data.records.view());
  } else {
    problem = std::unexpected(std::move(records).error());
  }
  return fetched;
}

}  // namespace

std::vector<std::byte> batch_of(std::span<const std::string> values, TimestampMs now,
                                const ProducerIdentity& producer, Sequence base_sequence) {
  wire::BatchBuilder builder({.producer_id = producer.id,
                              .producer_epoch = producer.epoch,
                              .base_sequence = base_sequence});
  for (const std::string& value : values) {
    builder.add({.timestamp = now, .value = wire::Blob(as_bytes(value))});
  }
  return builder.build();
}

std::vector<std::byte> keyed_batch(std::span<const KeyedRecord> records, TimestampMs now) {
  wire::BatchBuilder builder({});
  for (const auto& [key, value] : records) {
    builder.add({.timestamp = now,
                 .key = wire::Blob(as_bytes(key)),
                 .value = value ? wire::Blob(as_bytes(*value)) : wire::Blob::null()});
  }
  return builder.build();
}

Result<std::vector<FetchedRecord>> records_in(Bytes bytes, Offset from) {
  std::vector<FetchedRecord> records;
  while (bytes.size() >= wire::batch_overhead) {
    TRY_ASSIGN(const std::size_t size, wire::batch_size_at(bytes));
    if (size > bytes.size()) break;
    TRY_ASSIGN(const wire::BatchView batch, wire::read_batch(bytes.first(size)));
    if (!batch.crc_is_good()) return fail(Errc::corrupt, "a batch was served with a bad CRC");
    if (batch.is_control()) return fail(Errc::corrupt, "a control batch that nobody wrote");
    bytes = bytes.subspan(size);
    wire::RecordIterator each(batch);
    wire::Record record;
    for (;;) {
      TRY_ASSIGN(const bool more, each.next(record));
      if (!more) break;
      if (record.offset >= from) {
        FetchedRecord& read = records.emplace_back();
        read.offset = record.offset;
        read.is_tombstone = record.value.is_null();
        if (!read.is_tombstone) read.value = as_text(record.value.view());
        if (!record.key.is_null()) read.key = as_text(record.key.view());
        read.leader_epoch = batch.leader_epoch();
      }
    }
  }
  return records;
}

Task<Result<ProducerIdentity>> init_producer_id(RawClient& client) {
  wire::InitProducerIdRequest request;
  request.transactional_id = wire::Str::null();
  auto calling = client.call<wire::InitProducerIdResponse>(request, std::int16_t{4});
  CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
  co_return ProducerIdentity{answer->error_code, answer->producer_id, answer->producer_epoch};
}

Result<> add_produce(RawClient& client, const TopicPartition& to, Bytes batch, std::int16_t acks,
                     std::int32_t timeout_ms) {
  wire::ProduceRequest::PartitionProduceData data;
  data.index = to.partition;
  data.records = batch;
  wire::ProduceRequest::TopicProduceData topic;
  topic.name = to.topic;
  topic.partition_data = {&data, 1};
  wire::ProduceRequest request;
  request.acks = acks;
  request.timeout_ms = timeout_ms;
  request.topic_data = {&topic, 1};
  TRY(client.add(request, produce_version));
  if (acks == 0) client.expect_no_answer();
  return {};
}

Task<Result<Appended>> next_appended(RawClient& client) {
  auto receiving = client.next<wire::ProduceResponse>(produce_version);
  CO_TRY_ASSIGN(const auto answer, co_await std::move(receiving));
  if (answer->responses.size() != 1 || answer->responses[0].partition_responses.size() != 1) {
    co_return fail(Errc::corrupt, "a produce answer of another shape than its request");
  }
  const auto& partition = answer->responses[0].partition_responses[0];
  co_return Appended{partition.error_code, partition.base_offset};
}

Task<Result<Appended>> produce(RawClient& client, TopicPartition to, std::vector<std::byte> batch,
                               std::int16_t acks) {
  CO_TRY(add_produce(client, to, batch, acks));
  auto sending = client.flush();
  CO_TRY(co_await std::move(sending));
  if (acks == 0) co_return Appended{};
  auto receiving = next_appended(client);
  co_return co_await std::move(receiving);
}

Task<Result<Fetched>> fetch(RawClient& client, TopicPartition from, Offset offset,
                            std::int32_t max_wait_ms) {
  FetchRequest::FetchPartition partition;
  partition.partition = from.partition;
  partition.fetch_offset = offset;
  partition.partition_max_bytes = fetch_bytes_max;
  FetchRequest::FetchTopic topic;
  topic.topic = from.topic;
  topic.partitions = {&partition, 1};
  FetchRequest request;
  request.max_wait_ms = max_wait_ms;
  request.min_bytes = 1;
  request.max_bytes = fetch_bytes_max;
  request.topics = {&topic, 1};
  auto calling = client.call<FetchResponse>(request, fetch_version);
  CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
  if (answer->error_code != 0) co_return Fetched{.error_code = answer->error_code};
  if (answer->responses.size() != 1 || answer->responses[0].partitions.size() != 1) {
    co_return fail(Errc::corrupt, "a fetch answer of another shape than its request");
  }
  Result<> problem;
  Fetched fetched = fetched_of(answer->responses[0].partitions[0], offset, problem);
  CO_TRY(problem);
  co_return fetched;
}

Task<Result<std::vector<FetchedRecord>>> read_all(RawClient& client, TopicPartition from,
                                                  Offset start) {
  std::vector<FetchedRecord> all;
  Offset next = start, end = start + 1;
  for (bool first = true; next < end; first = false) {
    auto fetching = fetch(client, from, next);
    CO_TRY_ASSIGN(const Fetched got, co_await std::move(fetching));
    if (got.error_code != 0) {
      co_return fail(Errc::invalid, "a fetch was refused",
                     static_cast<std::uint64_t>(got.error_code));
    }
    if (first) end = got.high_watermark;
    if (got.next <= next && next < end) {
      co_return fail(Errc::corrupt, "nothing is served below the high watermark",
                     static_cast<std::uint64_t>(next));
    }
    for (const FetchedRecord& record : got.records) all.push_back(record);
    next = std::max(next, got.next);
  }
  co_return all;
}

Task<Result<ListedOffset>> list_offset(RawClient& client, TopicPartition of,
                                       TimestampMs timestamp) {
  wire::ListOffsetsRequest::ListOffsetsPartition partition;
  partition.partition_index = of.partition;
  partition.timestamp = timestamp;
  wire::ListOffsetsRequest::ListOffsetsTopic topic;
  topic.name = of.topic;
  topic.partitions = {&partition, 1};
  wire::ListOffsetsRequest request;
  request.replica_id = -1;
  request.topics = {&topic, 1};
  auto calling = client.call<wire::ListOffsetsResponse>(request, list_offsets_version);
  CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
  if (answer->topics.size() != 1 || answer->topics[0].partitions.size() != 1) {
    co_return fail(Errc::corrupt, "an offset answer of another shape than its request");
  }
  const auto& listed = answer->topics[0].partitions[0];
  co_return ListedOffset{listed.error_code, listed.offset};
}

Task<Result<EpochEndOffset>> end_of_epoch(RawClient& client, TopicPartition of, LeaderEpoch epoch) {
  wire::OffsetForLeaderEpochRequest::OffsetForLeaderPartition partition;
  partition.partition = of.partition;
  partition.leader_epoch = epoch;
  wire::OffsetForLeaderEpochRequest::OffsetForLeaderTopic topic;
  topic.topic = of.topic;
  topic.partitions = {&partition, 1};
  wire::OffsetForLeaderEpochRequest request;
  request.replica_id = -1;
  request.topics = {&topic, 1};
  auto calling = client.call<wire::OffsetForLeaderEpochResponse>(request, std::int16_t{4});
  CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
  if (answer->topics.size() != 1 || answer->topics[0].partitions.size() != 1) {
    co_return fail(Errc::corrupt, "an epoch answer of another shape than its request");
  }
  const auto& end = answer->topics[0].partitions[0];
  co_return EpochEndOffset{end.error_code, end.leader_epoch, end.end_offset};
}

Task<Result<std::map<TopicPartition, Fetched>>> FetchSession::poll(std::int32_t max_wait_ms) {
  std::map<std::string, std::vector<FetchRequest::FetchPartition>> changed;
  for (const auto& [at, offset] : positions_) {
    const auto held = known_.find(at);
    if (epoch_ != 0 && held != known_.end() && held->second == offset) continue;
    auto& partition = changed[at.topic].emplace_back();
    partition.partition = at.partition;
    partition.fetch_offset = offset;
    partition.partition_max_bytes = fetch_bytes_max;
  }
  std::vector<FetchRequest::FetchTopic> topics;
  for (auto& [name, partitions] : changed) {
    auto& topic = topics.emplace_back();
    topic.topic = name;
    topic.partitions = partitions;
  }
  std::map<std::string, std::vector<std::int32_t>> left_out;
  for (const auto& [at, offset] : known_) {
    if (epoch_ != 0 && !positions_.contains(at)) left_out[at.topic].push_back(at.partition);
  }
  std::vector<FetchRequest::ForgottenTopic> forgotten;
  for (auto& [name, partitions] : left_out) {
    auto& topic = forgotten.emplace_back();
    topic.topic = name;
    topic.partitions = partitions;
  }
  FetchRequest request;
  request.max_wait_ms = max_wait_ms;
  request.min_bytes = 1;
  request.session_id = id_;
  request.session_epoch = epoch_;
  request.topics = topics;
  request.forgotten_topics_data = forgotten;
  auto calling = client_.call<FetchResponse>(request, fetch_version);
  CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
  std::map<TopicPartition, Fetched> all;
  if (answer->error_code != 0) {
    id_ = epoch_ = 0;
    co_return all;
  }
  id_ = answer->session_id;
  epoch_ = id_ == 0 ? 0 : epoch_ + 1;
  known_ = positions_;
  for (const auto& topic : answer->responses) {
    for (const auto& data : topic.partitions) {
      const TopicPartition at{topic.topic.str(), data.partition_index};
      if (!positions_.contains(at)) {
        co_return fail(Errc::corrupt, "a session answers for a partition that it was to forget");
      }
      Result<> problem;
      Fetched got = fetched_of(data, positions_[at], problem);
      CO_TRY(problem);
      if (!got.records.empty()) positions_[at] = got.records.back().offset + 1;
      all[at] = std::move(got);
    }
  }
  co_return all;
}

}  // namespace weir::sim
