// Batches, names and metadata that Kafka refuses: its error for the partition or topic that it is
// about, nothing appended, and the connection goes on.

#include <array>
#include <cstring>
#include <functional>

#include "sim/node/group_member.h"
#include "sim/node/one_node_test_support.h"
#include "wire/error_code.h"
#include "wire/message/create_topics_request.h"
#include "wire/message/create_topics_response.h"
#include "wire/message/join_group_response.h"
#include "wire/message/offset_commit_request.h"
#include "wire/message/offset_commit_response.h"
#include "wire/message/produce_request.h"
#include "wire/message/produce_response.h"
#include "wire/record/batch.h"
#include "wire/record/batch_builder.h"

namespace weir::sim {
namespace {

using wire::ErrorCode;
using Buffer = std::vector<std::byte>;

constexpr std::size_t at_base_offset = 0, at_length = 8, at_magic = 16, at_crc = 17,
                      at_attributes = 21, at_last_offset_delta = 23, at_base_timestamp = 27,
                      at_max_timestamp = 35, at_producer_id = 43, at_producer_epoch = 51,
                      at_base_sequence = 53, at_records_count = 57, at_first_record = 61;

struct BadBatch {
  const char* what;
  std::function<void(Buffer&)> spoil;
  ErrorCode code;
  bool seal = true;  // make the CRC and length right again
};

template <class T>
std::function<void(Buffer&)> put(std::size_t at, T value) {
  return [at, value](Buffer& batch) { store_be(batch.data() + at, value); };
}

const std::vector<BadBatch>& bad_batches() {
  static const std::vector<BadBatch> all{
      {"bad CRC", [](Buffer& b) { b.back() ^= std::byte{1}; }, ErrorCode::corrupt_message, false},
      {"CRC of zero", put<std::uint32_t>(at_crc, 0), ErrorCode::corrupt_message, false},
      {"magic 0", put<std::int8_t>(at_magic, 0), ErrorCode::invalid_record},
      {"magic 1", put<std::int8_t>(at_magic, 1), ErrorCode::invalid_record},
      {"more records counted", put<std::int32_t>(at_records_count, 3), ErrorCode::invalid_record},
      {"fewer records counted", put<std::int32_t>(at_records_count, 1), ErrorCode::invalid_record},
      {"negative count", put<std::int32_t>(at_records_count, -1), ErrorCode::invalid_record},
      {"last offset delta", put<std::int32_t>(at_last_offset_delta, 7), ErrorCode::invalid_record},
      {"base offset", put<std::int64_t>(at_base_offset, 5), ErrorCode::invalid_record},
      {"control bit", put<std::int16_t>(at_attributes, 0x20), ErrorCode::invalid_record},
      {"two batches",
       [](Buffer& b) {
         const Buffer same = b;
         b.insert(b.end(), same.begin(), same.end());
       },
       ErrorCode::invalid_record, false},
      {"a record of negative size", [](Buffer& b) { b[at_first_record] = std::byte{0x01}; },
       ErrorCode::invalid_record},
      {"a record larger than the batch", [](Buffer& b) { b[at_first_record] = std::byte{0x7e}; },
       ErrorCode::invalid_record},
      {"bytes behind the records", [](Buffer& b) { b.push_back(std::byte{0}); },
       ErrorCode::invalid_record},
      {"idempotent without a sequence",
       [](Buffer& b) {
         store_be(b.data() + at_producer_id, std::int64_t{77});
         store_be(b.data() + at_producer_epoch, std::int16_t{0});
         store_be(b.data() + at_base_sequence, std::int32_t{-1});
       },
       ErrorCode::invalid_record},
      {"transactional without a transaction",
       [](Buffer& b) {
         store_be(b.data() + at_attributes, std::int16_t{0x10});
         store_be(b.data() + at_producer_id, std::int64_t{77});
         store_be(b.data() + at_producer_epoch, std::int16_t{0});
         store_be(b.data() + at_base_sequence, std::int32_t{0});
       },
       ErrorCode::invalid_txn_state},
      {"the end of time",
       [](Buffer& b) {
         store_be(b.data() + at_base_timestamp, INT64_MAX);
         store_be(b.data() + at_max_timestamp, INT64_MAX);
       },
       ErrorCode::invalid_timestamp},
      {"the beginning of time",
       [](Buffer& b) {
         store_be(b.data() + at_base_timestamp, INT64_MIN);
         store_be(b.data() + at_max_timestamp, INT64_MIN);
       },
       ErrorCode::invalid_timestamp},
      {"a million headers that are not there",
       [](Buffer& b) {  // the first record's header count, its last byte
         b[at_first_record + 9] = std::byte{0x80};
       },
       ErrorCode::invalid_record},
      {"a key of a gigabyte that is not there",
       [](Buffer& b) {  // attributes, timestamp and offset deltas come before its length
         const std::array<std::uint8_t, 5> gigabyte{0x80, 0x80, 0x80, 0x80, 0x08};
         std::memcpy(b.data() + at_first_record + 4, gigabyte.data(), gigabyte.size());
       },
       ErrorCode::invalid_record},
      {"nothing", [](Buffer& b) { b.clear(); }, ErrorCode::invalid_record, false},
      {"a piece of a header", [](Buffer& b) { b.resize(20); }, ErrorCode::invalid_record, false},
  };
  return all;
}

Buffer spoiled(const BadBatch& bad, TimestampMs now) {
  const std::vector<std::string> values{"one", "two"};
  Buffer batch = batch_of(values, now);
  bad.spoil(batch);
  if (bad.seal) {
    store_be(batch.data() + at_length,
             static_cast<std::int32_t>(batch.size() - wire::batch_overhead));
    store_be(batch.data() + at_crc, wire::crc32c(Bytes(batch).subspan(at_attributes)));
  }
  return batch;
}

Task<Result<>> produce_bad_batches(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  const TopicPartition to{"t", 0};
  for (const BadBatch& bad : bad_batches()) {
    auto producing = produce(client, to, spoiled(bad, one.env().clock.wall_ms()));
    CO_TRY_ASSIGN(const Appended refused, co_await std::move(producing));
    EXPECT_EQ(refused.error_code, wire::code_of(bad.code)) << bad.what;
    EXPECT_EQ(refused.base_offset, no_offset) << bad.what;
    auto listing = list_offset(client, to, latest_timestamp);
    CO_TRY_ASSIGN(const ListedOffset end, co_await std::move(listing));
    EXPECT_EQ(end.offset, 0) << bad.what << " appended something";
  }
  const std::vector<std::string> values{"good"};
  auto producing = produce(client, to, batch_of(values, one.env().clock.wall_ms()));
  CO_TRY_ASSIGN(const Appended good, co_await std::move(producing));
  EXPECT_EQ(good.error_code, 0);
  EXPECT_EQ(good.base_offset, 0);
  co_return Result<>{};
}

TEST(HostileRecords, a_bad_batch_has_kafkas_error_and_appends_nothing) {
  for (const env::ShardId shards : {1u, 3u}) {
    OneNode one(shards);
    one.run(produce_bad_batches);
  }
}

// A bad batch that nobody hears of (acks=0) ends the connection, which is all that can be said.
Task<Result<>> produce_badly_without_answer(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  auto producing =
      produce(client, {"t", 0}, spoiled(bad_batches().front(), one.env().clock.wall_ms()), 0);
  CO_TRY(co_await std::move(producing));
  auto receiving = client.next_frame();
  const auto frame = co_await std::move(receiving);
  EXPECT_FALSE(frame.has_value());
  auto serving = be_served(one);
  co_return co_await std::move(serving);
}

TEST(HostileRecords, a_bad_batch_without_acks_ends_the_connection) {
  OneNode one;
  one.run(produce_badly_without_answer);
}

Buffer compressed_batch(const std::string& value, TimestampMs now) {
  wire::BatchBuilder builder({});
  builder.add({.timestamp = now, .value = wire::Blob(as_bytes(value))});
  wire::CompressionContext context;
  Buffer batch;
  EXPECT_TRUE(builder.build_to(context, {.codec = wire::Codec::zstd}, batch).has_value());
  return batch;
}

struct Unpacked {
  std::size_t value_bytes;
  ErrorCode code;
};

Task<Result<>> produce_compressed(OneNode& one, std::span<const Unpacked> cases) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  for (const Unpacked& each : cases) {
    Buffer batch = compressed_batch(std::string(each.value_bytes, 'x'), one.env().clock.wall_ms());
    auto producing = produce(client, {"t", 0}, std::move(batch));
    CO_TRY_ASSIGN(const Appended answer, co_await std::move(producing));
    EXPECT_EQ(answer.error_code, wire::code_of(each.code)) << each.value_bytes;
  }
  auto listing = list_offset(client, {"t", 0}, 0);
  CO_TRY_ASSIGN(const ListedOffset first, co_await std::move(listing));
  EXPECT_EQ(first.error_code, 0);
  EXPECT_EQ(first.offset, 0);
  auto serving = be_served(one);
  co_return co_await std::move(serving);
}

Task<Result<>> produce_beyond_one_record(OneNode& one) {
  static constexpr Unpacked cases[]{{100, ErrorCode::none}, {2000, ErrorCode::invalid_record}};
  auto producing = produce_compressed(one, cases);
  co_return co_await std::move(producing);
}

TEST(HostileRecords, a_compressed_record_beyond_max_decompressed_message_bytes_is_refused) {
  OneNode one(1, {{"max.decompressed.message.bytes", "1000"}});
  one.run(produce_beyond_one_record);
}

Task<Result<>> produce_bombs(OneNode& one) {
  static constexpr Unpacked cases[]{{90 << 20, ErrorCode::none},
                                    {101 << 20, ErrorCode::message_too_large}};
  auto producing = produce_compressed(one, cases);
  co_return co_await std::move(producing);
}

TEST(HostileRecords, a_batch_that_unpacks_to_more_than_a_hundred_times_the_largest_is_refused) {
  OneNode one;
  one.run(produce_bombs);
}

Task<Result<>> create_bad_names(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  const std::vector<std::pair<std::string, ErrorCode>> names{
      {".", ErrorCode::invalid_topic_exception},
      {"..", ErrorCode::invalid_topic_exception},
      {"", ErrorCode::invalid_topic_exception},
      {"a/b", ErrorCode::invalid_topic_exception},
      {"../../etc/passwd", ErrorCode::invalid_topic_exception},
      {"a b", ErrorCode::invalid_topic_exception},
      {std::string("a\0b", 3), ErrorCode::invalid_topic_exception},
      {"\xc3\xa4", ErrorCode::invalid_topic_exception},
      {std::string(250, 'x'), ErrorCode::invalid_topic_exception},
      {std::string(30'000, 'x'), ErrorCode::invalid_topic_exception},
      {std::string(249, 'x'), ErrorCode::none},
      {"a.b", ErrorCode::none},
      {"a_b", ErrorCode::invalid_topic_exception},
      {"a.b", ErrorCode::topic_already_exists},
      {"...", ErrorCode::none},
  };
  for (const auto& [name, code] : names) {
    auto creating = create_topic(client, name, 1);
    CO_TRY_ASSIGN(const std::int16_t answer, co_await std::move(creating));
    EXPECT_EQ(answer, wire::code_of(code)) << name.substr(0, 20);
  }
  auto serving = be_served(one);
  co_return co_await std::move(serving);
}

TEST(HostileRecords, a_bad_topic_name_is_refused_and_no_path_leaves_the_data_directory) {
  OneNode one;
  one.run(create_bad_names);
  const auto names = one.node.host().disk().list("/");
  ASSERT_TRUE(names.has_value());
  ASSERT_EQ(names->size(), 1u);
  EXPECT_EQ(names->front().name, "data");
}

Task<Result<>> commit_much_metadata(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  for (std::int16_t found = 1; found != 0;) {  // the coordinator may have to be made first
    auto finding = find_coordinator(client, "g");
    CO_TRY_ASSIGN(found, co_await std::move(finding));
  }
  const std::string metadata(30'000, 'm');
  wire::OffsetCommitRequest::OffsetCommitRequestPartition partition;
  partition.committed_offset = 1;
  partition.committed_metadata = metadata;
  wire::OffsetCommitRequest::OffsetCommitRequestTopic topic;
  topic.name = "t";
  topic.partitions = {&partition, 1};
  wire::OffsetCommitRequest request;
  request.group_id = "g";
  request.topics = {&topic, 1};
  std::int16_t code = wire::code_of(ErrorCode::coordinator_load_in_progress);
  while (wire::error_info(code).retriable) {
    auto calling = client.call<wire::OffsetCommitResponse>(request, std::int16_t{9});
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    code = answer->topics[0].partitions[0].error_code;
  }
  EXPECT_EQ(code, wire::code_of(ErrorCode::offset_metadata_too_large));
  auto asking = committed_offsets(client, "g", {{"t", 0}});
  CO_TRY_ASSIGN(const CommittedOffsets committed, co_await std::move(asking));
  EXPECT_EQ(committed.offsets.at({"t", 0}), no_offset);
  co_return Result<>{};
}

// A million headers that are there are a record like any other, bounded by the size of a batch.
Task<Result<>> produce_many_headers(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  const std::vector<wire::RecordHeader> headers(1'000'000, {.key = "", .value = wire::Blob()});
  wire::BatchBuilder builder({});
  builder.add({.timestamp = one.env().clock.wall_ms(), .headers = headers});
  wire::CompressionContext context;
  Buffer batch;
  EXPECT_TRUE(builder.build_to(context, {.codec = wire::Codec::zstd}, batch).has_value());
  auto compressed = produce(client, {"t", 0}, std::move(batch));
  CO_TRY_ASSIGN(const Appended taken, co_await std::move(compressed));
  EXPECT_EQ(taken.error_code, 0);
  auto plain = produce(client, {"t", 0}, builder.build());
  CO_TRY_ASSIGN(const Appended refused, co_await std::move(plain));
  EXPECT_EQ(refused.error_code, wire::code_of(ErrorCode::message_too_large));
  auto serving = be_served(one);
  co_return co_await std::move(serving);
}

TEST(HostileRecords, a_million_headers_are_bounded_by_the_size_of_a_batch) {
  OneNode one;
  one.run(produce_many_headers);
}

Task<Result<>> create_compacted(RawClient& client) {
  wire::CreateTopicsRequest::CreatableTopicConfig config;
  config.name = "cleanup.policy";
  config.value = "compact";
  wire::CreateTopicsRequest::CreatableTopic topic;
  topic.name = "compacted";
  topic.num_partitions = 1;
  topic.replication_factor = 1;
  topic.configs = {&config, 1};
  wire::CreateTopicsRequest request;
  request.topics = {&topic, 1};
  request.timeout_ms = 10'000;
  auto creating = client.call<wire::CreateTopicsResponse>(request, std::int16_t{7});
  CO_TRY_ASSIGN(const auto created, co_await std::move(creating));
  EXPECT_EQ(created->topics[0].error_code, 0);
  co_return Result<>{};
}

Task<Result<>> produce_without_keys(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  auto creating = create_compacted(client);
  CO_TRY(co_await std::move(creating));
  wire::BatchBuilder builder({});
  const TimestampMs now = one.env().clock.wall_ms();
  for (int i = 0; i < 5; ++i) {
    const std::string key = "k";
    builder.add({.timestamp = now,
                 .key = i == 1 || i == 3 ? wire::Blob::null() : wire::Blob(as_bytes(key)),
                 .value = wire::Blob(as_bytes(key))});
  }
  const Buffer batch = builder.build();
  wire::ProduceRequest::PartitionProduceData partition;
  partition.records = wire::Records(Bytes(batch));
  wire::ProduceRequest::TopicProduceData topic;
  topic.name = "compacted";
  topic.partition_data = {&partition, 1};
  wire::ProduceRequest request;
  request.transactional_id = wire::Str::null();
  request.acks = -1;
  request.timeout_ms = 10'000;
  request.topic_data = {&topic, 1};
  auto producing = client.call<wire::ProduceResponse>(request, std::int16_t{12});
  CO_TRY_ASSIGN(const auto answer, co_await std::move(producing));
  const auto& refused = answer->responses[0].partition_responses[0];
  EXPECT_EQ(refused.error_code, wire::code_of(ErrorCode::invalid_record));
  EXPECT_EQ(refused.record_errors.size(), 2u);
  if (refused.record_errors.size() == 2) {
    EXPECT_EQ(refused.record_errors[0].batch_index, 1);
    EXPECT_EQ(refused.record_errors[1].batch_index, 3);
    EXPECT_FALSE(refused.record_errors[0].batch_index_error_message.is_null());
  }
  auto listing = list_offset(client, {"compacted", 0}, latest_timestamp);
  CO_TRY_ASSIGN(const ListedOffset end, co_await std::move(listing));
  EXPECT_EQ(end.offset, 0);
  co_return Result<>{};
}

TEST(HostileRecords, records_without_a_key_are_named_one_by_one_on_a_compacted_topic) {
  OneNode one;
  one.run(produce_without_keys);
}

// A string of the protocol ends at 32767 bytes, whatever a compact length can say.
Task<Result<>> join_with_a_long_name(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  std::string body("\x81\x80\x40", 3);  // a compact string of a megabyte
  body += std::string(1 << 20, 'g');
  client.add_body(11, 9, as_bytes(body));
  auto sending = client.flush();
  CO_TRY(co_await std::move(sending));
  auto receiving = client.next<wire::JoinGroupResponse>(9);
  CO_TRY_ASSIGN(const auto answer, co_await std::move(receiving));
  EXPECT_EQ(answer->error_code, wire::code_of(ErrorCode::invalid_request));
  auto listing = list_offset(client, {"t", 0}, latest_timestamp);  // the connection goes on
  CO_TRY_ASSIGN(const ListedOffset end, co_await std::move(listing));
  EXPECT_EQ(end.error_code, 0);
  co_return Result<>{};
}

TEST(HostileRecords, a_group_id_of_a_megabyte_is_an_invalid_request) {
  OneNode one;
  one.run(join_with_a_long_name);
}

TEST(HostileRecords, metadata_of_a_commit_is_bounded) {
  OneNode one;
  one.run(commit_much_metadata);
}

}  // namespace
}  // namespace weir::sim
