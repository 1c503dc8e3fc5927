#include "coordinator/group/group_record.h"

#include <gtest/gtest.h>

#include "coordinator/group/kafka_log_test_support.h"
#include "coordinator/group/log_replay.h"
#include "coordinator/group/shard_test_support.h"
#include "wire/coordinator_record.h"
#include "wire/message/consumer_group_member_metadata_key.h"
#include "wire/message/consumer_group_metadata_key.h"
#include "wire/message/consumer_group_metadata_value.h"
#include "wire/message/share_group_metadata_key.h"
#include "wire/message/streams_group_metadata_key.h"
#include "wire/record/batch_builder.h"
#include "wire/record/record.h"

namespace weir::coordinator {
namespace {

std::vector<wire::Record> records_of(Bytes bytes) {
  std::vector<wire::Record> records;
  while (!bytes.empty()) {
    const auto batch = wire::read_batch(bytes.first(*wire::batch_size_at(bytes)));
    wire::RecordIterator iterator(*batch);
    wire::Record record;
    while (*iterator.next(record)) records.push_back(record);
    bytes = bytes.subspan(batch->size());
  }
  return records;
}

TEST(GroupRecord, kafkas_records_survive_a_round_trip_byte_for_byte) {
  const auto log = kafka_log();
  const auto records = records_of(log);
  ASSERT_EQ(records.size(), 5U);
  for (const wire::Record& record : records) {
    const auto decoded = decode_record(record.key.view(), record.value.view());
    ASSERT_TRUE(decoded) << decoded.error().message();
    ASSERT_TRUE(decoded->has_value());
    const auto encoded = encode_record(**decoded);
    ASSERT_TRUE(encoded);
    EXPECT_EQ(encoded->key, to_buffer(record.key.view()));
    EXPECT_EQ(encoded->value, to_buffer(record.value.view()));
  }
}

TEST(GroupRecord, kafkas_records_say_what_kafkas_dump_says) {
  const auto log = kafka_log();
  const auto records = records_of(log);
  const auto decode = [&](std::size_t i) {
    return **decode_record(records[i].key.view(), records[i].value.view());
  };
  const auto group = std::get<GroupStored>(decode(1));
  EXPECT_EQ(group.group, "g1");
  EXPECT_EQ(group.value.protocol_type, "consumer");
  EXPECT_EQ(group.value.protocol, "range");
  EXPECT_EQ(group.value.generation, 1);
  EXPECT_EQ(group.value.state_timestamp, 1795217159621);
  ASSERT_EQ(group.value.members.size(), 1U);
  EXPECT_EQ(group.value.members[0].client_host, "/127.0.0.1");
  EXPECT_EQ(group.value.members[0].rebalance_timeout_ms, 300'000);
  EXPECT_EQ(group.value.members[0].session_timeout_ms, 45'000);
  const auto offset = std::get<OffsetCommitted>(decode(3));
  EXPECT_EQ(offset.topic, "t1");
  EXPECT_EQ(offset.partition, 0);
  EXPECT_EQ(offset.value.offset, 3);
  EXPECT_EQ(offset.value.leader_epoch, 0);
  EXPECT_EQ(offset.value.commit_timestamp, 1795217159856);
  EXPECT_EQ(offset.value.topic_id.text(), "V3Rwks7xQs2Z6umADUSyUA");
}

TEST(GroupRecord, kafkas_log_loads) {
  const auto log = kafka_log();
  GroupShard shard(GroupConfig{});
  wire::CompressionContext compression;
  const auto next = replay_batches(shard, log, 0, Now{}, compression);
  ASSERT_TRUE(next) << next.error().message();
  EXPECT_EQ(*next, 5);
  const GroupEntry* entry = shard.store().find("g1");
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->classic->state(), GroupState::empty);
  EXPECT_EQ(entry->classic->generation(), 2);
  EXPECT_EQ(find_offset(entry->offsets, "t1", 0)->offset, 3);
  EXPECT_EQ(find_offset(entry->offsets, "t1", 1)->offset, 0);
  // Up to the record with the member the group is stable.
  GroupShard early(GroupConfig{});
  ASSERT_TRUE(replay_batches(early, Bytes(log).first(417), 0, Now{}, compression));
  EXPECT_EQ(early.store().find("g1")->classic->state(), GroupState::stable);
  EXPECT_TRUE(early.store().find("g1")->classic->is_subscribed_to("t1"));
}

TEST(GroupRecord, loading_goes_on_in_mid_batch_and_leaves_a_cut_batch) {
  const auto log = kafka_log();
  GroupShard shard(GroupConfig{});
  wire::CompressionContext compression;
  const auto cut = replay_batches(shard, Bytes(log).first(600), 3, Now{}, compression);
  ASSERT_TRUE(cut);
  EXPECT_EQ(*cut, 3);
  EXPECT_TRUE(shard.store().entries().empty());
  ASSERT_TRUE(replay_batches(shard, Bytes(log).subspan(417), 3, Now{}, compression));
  EXPECT_EQ(find_offset(shard.store().find("g1")->offsets, "t1", 1), nullptr);
  EXPECT_NE(find_offset(shard.store().find("g1")->offsets, "t1", 0), nullptr);
}

TEST(GroupRecord, commit_with_an_expiry_of_its_own_is_version_1) {
  CommittedOffset value{.offset = 5, .commit_timestamp = 7, .expire_timestamp = 9, .metadata = "m"};
  const auto encoded = encode_record(OffsetCommitted{"g", "t", 1, value});
  ASSERT_TRUE(encoded);
  EXPECT_EQ(load_be<std::int16_t>(encoded->value.data()), 1);
  const auto decoded = decode_record(encoded->key, encoded->value);
  EXPECT_EQ(std::get<OffsetCommitted>(**decoded).value, value);
}

TEST(GroupRecord, tombstones_have_no_value) {
  const auto offset = encode_record(OffsetRemoved{"g", "t", 1});
  EXPECT_TRUE(offset->is_tombstone);
  EXPECT_EQ(std::get<OffsetRemoved>(**decode_record(offset->key, std::nullopt)).topic, "t");
  const auto group = encode_record(GroupRemoved{"g"});
  EXPECT_TRUE(group->is_tombstone);
  EXPECT_EQ(std::get<GroupRemoved>(**decode_record(group->key, std::nullopt)).group, "g");
}

TEST(GroupRecord, old_offset_records_are_read) {
  auto encoded = *encode_record(OffsetCommitted{"g", "t", 1, {.offset = 5, .expire_timestamp = 1}});
  store_be<std::int16_t>(encoded.key.data(), 0);
  // Version 0 of the value: offset, metadata, commit timestamp.
  ByteBuffer value(2 + 8 + 2 + 8);
  store_be<std::int64_t>(value.data() + 2, 77);
  const auto decoded = decode_record(encoded.key, value);
  ASSERT_TRUE(decoded) << decoded.error().message();
  EXPECT_EQ(std::get<OffsetCommitted>(**decoded).value.offset, 77);
}

TEST(GroupRecord, garbage_is_an_error_and_unknown_types_are_ignored) {
  EXPECT_FALSE(decode_record({}, std::nullopt));
  ByteBuffer key(2);
  store_be<std::int16_t>(key.data(), 1);
  EXPECT_FALSE(decode_record(key, std::nullopt));
  store_be<std::int16_t>(key.data(), 99);
  EXPECT_EQ(decode_record(key, std::nullopt)->has_value(), false);
  auto encoded = *encode_record(OffsetCommitted{"g", "t", 1, {}});
  store_be<std::int16_t>(encoded.value.data(), 5);
  EXPECT_EQ(decode_record(encoded.key, encoded.value).error().code, Errc::unsupported);
  EXPECT_FALSE(decode_record(encoded.key, Bytes{}));
}

TEST(GroupRecord, text_longer_than_the_format_is_refused) {
  EXPECT_FALSE(encode_record(OffsetRemoved{std::string(40'000, 'g'), "t", 1}));
}

TEST(GroupRecord, java_counts_metadata_in_utf16_units) {
  EXPECT_EQ(utf16_length(""), 0U);
  EXPECT_EQ(utf16_length("abc"), 3U);
  EXPECT_EQ(utf16_length("gr\xc3\xbcn"), 4U);
  EXPECT_EQ(utf16_length("\xf0\x9f\x98\x80"), 2U);
}

// --- kinds that are not served ---

template <class Key>
EncodedRecord foreign(const Key& key, bool is_tombstone = false) {
  wire::Output output;
  EXPECT_TRUE(wire::encode_coordinator_key(key, output));
  return {output.take(), is_tombstone ? ByteBuffer{} : ByteBuffer(2), is_tombstone};
}

class ForeignGroups : public ShardTest {
 protected:
  void group_exists(const std::string& group) {
    wire::ConsumerGroupMetadataKey key;
    key.group_id = group;
    replay(foreign(key), 10);
  }
  void member_exists(const std::string& group, bool is_tombstone = false) {
    wire::ConsumerGroupMemberMetadataKey key;
    key.group_id = group;
    key.member_id = "m";
    replay(foreign(key, is_tombstone), 11);
  }
};

TEST_F(ForeignGroups, are_never_taken_over) {
  group_exists("g");
  const JoinAnswer answer = joined(join({}));
  EXPECT_EQ(answer.error, ErrorCode::inconsistent_group_protocol);
  EXPECT_EQ(joined(join({.member = "m"})).error, ErrorCode::inconsistent_group_protocol);
  EXPECT_EQ(synced(sync({.member = "m"})).error, ErrorCode::unknown_member_id);
  EXPECT_EQ(heartbeat({.member = "m"}), ErrorCode::unknown_member_id);
  EXPECT_EQ(leave("g", "m"), ErrorCode::unknown_member_id);
  EXPECT_TRUE(uncommitted.empty());
}

TEST_F(ForeignGroups, are_never_tombstoned) {
  group_exists("g");
  commit({});
  EXPECT_EQ(remove("g"), ErrorCode::group_deletion_failed);
  EXPECT_EQ(remove("g", 2), ErrorCode::non_empty_group);
  advance(std::chrono::hours(24 * 30));
  for (const GroupRecord& record : log)
    EXPECT_TRUE(std::holds_alternative<OffsetCommitted>(record));
  EXPECT_EQ(fetch_offset("g"), 0);
}

TEST_F(ForeignGroups, take_commits_from_outside_while_they_have_no_members) {
  group_exists("g");
  EXPECT_EQ(commit({.offset = 4}), ErrorCode::none);
  EXPECT_EQ(fetch_offset("g"), 4);
  member_exists("g");
  EXPECT_EQ(commit({.offset = 5}), ErrorCode::unknown_member_id);
  EXPECT_EQ(commit({.member = "m", .generation = 3}), ErrorCode::unknown_member_id);
  member_exists("g", true);
  EXPECT_EQ(commit({.offset = 6}), ErrorCode::none);
}

TEST_F(ForeignGroups, offsets_loaded_before_do_not_make_them_classic) {
  const auto offset = encode_record(OffsetCommitted{"g", "orders", 0, {.offset = 3}});
  replay(*offset, 1);
  group_exists("g");
  EXPECT_EQ(joined(join({})).error, ErrorCode::inconsistent_group_protocol);
  EXPECT_EQ(fetch_offset("g"), 3);
}

TEST_F(ForeignGroups, end_with_the_tombstone_of_the_group) {
  group_exists("g");
  wire::ConsumerGroupMetadataKey key;
  key.group_id = "g";
  replay(foreign(key, true), 12);
  EXPECT_EQ(joined(join({})).error, ErrorCode::member_id_required);
}

TEST_F(ForeignGroups, are_listed_by_kind_and_not_described) {
  group_exists("c");
  wire::ShareGroupMetadataKey share;
  share.group_id = "s";
  replay(foreign(share), 13);
  wire::StreamsGroupMetadataKey streams;
  streams.group_id = "t";
  replay(foreign(streams), 14);
  std::vector<wire::ListGroupsResponse::ListedGroup> groups;
  shard->list({}, arena, groups);
  ASSERT_EQ(groups.size(), 3U);
  EXPECT_EQ(groups[0].group_type.view(), "Consumer");
  EXPECT_EQ(groups[1].group_type.view(), "Share");
  EXPECT_EQ(groups[2].group_type.view(), "Streams");
  EXPECT_EQ(describe("c").error_code, 69);
  EXPECT_EQ(describe("c").error_message.view(), "Group c is not a classic group.");
  EXPECT_EQ(describe("c", 5).group_state.view(), "Dead");
  EXPECT_EQ(describe("c", 5).error_code, 0);
  EXPECT_EQ(commit({.group = "s"}), ErrorCode::group_id_not_found);
}

// --- transactions found in the log ---

class PendingOffsets : public ShardTest {
 protected:
  void pending(Offset offset, Offset at, ProducerId producer = 9) {
    replay(*encode_record(OffsetCommitted{"g", "orders", 0, {.offset = offset}}), at, producer);
  }
};

TEST_F(PendingOffsets, are_unstable_until_their_transaction_ends) {
  commit({.offset = 1});
  pending(5, 100);
  EXPECT_EQ(fetch("g", "orders", 0, true).error_code, 88);
  EXPECT_EQ(fetch("g", "orders", 0, true).committed_offset, -1);
  EXPECT_EQ(fetch("g", "orders", 1, true).error_code, 0);
  EXPECT_EQ(fetch_offset("g"), 1);
}

TEST_F(PendingOffsets, count_when_committed_and_vanish_when_aborted) {
  pending(5, 100);
  pending(6, 101, 10);
  shard->replay_transaction_end(9, true);
  EXPECT_EQ(fetch_offset("g"), 5);
  shard->replay_transaction_end(10, false);
  EXPECT_EQ(fetch_offset("g"), 5);
  EXPECT_EQ(fetch("g", "orders", 0, true).error_code, 0);
}

TEST_F(PendingOffsets, do_not_replace_a_later_commit) {
  pending(5, 100);
  replay(*encode_record(OffsetCommitted{"g", "orders", 0, {.offset = 8}}), 101);
  shard->replay_transaction_end(9, true);
  EXPECT_EQ(fetch_offset("g"), 8);
}

TEST_F(PendingOffsets, keep_their_group_from_expiring) {
  pending(5, 100);
  advance(std::chrono::hours(24 * 30));
  EXPECT_NE(shard->store().find("g"), nullptr);
  shard->replay_transaction_end(9, false);
  advance(1h);
  EXPECT_EQ(shard->store().find("g"), nullptr);
}

TEST_F(PendingOffsets, go_with_their_group_and_come_back_when_that_is_refused) {
  pending(5, 100);
  EXPECT_EQ(remove("g"), ErrorCode::none);
  EXPECT_EQ(uncommitted.size(), 2U);
  refuse_log(ErrorCode::coordinator_not_available);
  EXPECT_EQ(fetch("g", "orders", 0, true).error_code, 88);
}

TEST(LogReplay, transactions_end_with_their_markers) {
  GroupShard shard(GroupConfig{});
  wire::CompressionContext compression;
  const auto record = *encode_record(OffsetCommitted{"g", "t", 0, {.offset = 5}});
  wire::BatchBuilder builder({.base_offset = 0,
                              .producer_id = 9,
                              .producer_epoch = 0,
                              .base_sequence = 0,
                              .transactional = true});
  builder.add({.timestamp = 1, .key = Bytes(record.key), .value = Bytes(record.value)});
  const auto batch = builder.build();
  ASSERT_TRUE(replay_batches(shard, batch, 0, Now{}, compression));
  EXPECT_EQ(find_offset(shard.store().find("g")->offsets, "t", 0), nullptr);
  wire::BatchBuilder marker({.base_offset = 1,
                             .producer_id = 9,
                             .producer_epoch = 0,
                             .transactional = true,
                             .control = true});
  ByteBuffer key(4);
  store_be<std::int16_t>(key.data() + 2, 1);
  ByteBuffer value(6);
  marker.add({.timestamp = 1, .key = Bytes(key), .value = Bytes(value)});
  ASSERT_TRUE(replay_batches(shard, marker.build(), 1, Now{}, compression));
  EXPECT_EQ(find_offset(shard.store().find("g")->offsets, "t", 0)->offset, 5);
}

TEST(LogReplay, error_names_the_offset) {
  GroupShard shard(GroupConfig{});
  wire::CompressionContext compression;
  wire::BatchBuilder builder({.base_offset = 7});
  ByteBuffer key(3);
  store_be<std::int16_t>(key.data(), 2);
  builder.add({.timestamp = 1, .key = Bytes(key)});
  const auto done = replay_batches(shard, builder.build(), 7, Now{}, compression);
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message().find("offset 7"), std::string::npos);
}

}  // namespace
}  // namespace weir::coordinator
