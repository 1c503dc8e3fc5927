#include "replication/quorum/checkpoint.h"

#include <gtest/gtest.h>

#include "replication/quorum/quorum_test_support.h"

namespace weir::replication {
namespace {

struct Loaded {
  SnapshotSummary summary;
  std::vector<std::vector<std::byte>> records;
};

Result<Loaded> load(std::string_view bytes) {
  Loaded loaded;
  const auto on_batch = [&](TimestampMs, std::span<const Bytes> values) -> Result<> {
    for (const Bytes value : values) loaded.records.emplace_back(value.begin(), value.end());
    return {};
  };
  TRY_ASSIGN(loaded.summary, read_snapshot(as_bytes(bytes), on_batch));
  return loaded;
}

TEST(Checkpoint, reads_what_kafkas_standalone_format_wrote) {
  const auto loaded = load(test_file("kafka-standalone.checkpoint"));
  ASSERT_TRUE(loaded) << loaded.error().message();
  EXPECT_EQ(loaded->records.size(), 6u);
  EXPECT_EQ(loaded->summary.last_contained_log_timestamp, 1795217154530);
  const Membership& membership = loaded->summary.membership;
  EXPECT_EQ(membership.kraft_version, 1);
  ASSERT_EQ(membership.voters.size(), 1u);
  EXPECT_EQ(membership.voters[0].id, 1);
  EXPECT_EQ(membership.voters[0].directory_id.text(), "gB9wL7nsQLeudpi4IQUpAQ");
  EXPECT_EQ(membership.voters[0].endpoints,
            (std::vector<Voter::Listener>{{"CONTROLLER", "127.0.0.1", 15482}}));
  EXPECT_EQ(membership.voters_offset, no_offset);
}

TEST(Checkpoint, reads_what_kafkas_format_with_static_voters_wrote) {
  const auto loaded = load(test_file("kafka-static.checkpoint"));
  ASSERT_TRUE(loaded) << loaded.error().message();
  EXPECT_EQ(loaded->records.size(), 6u);
  EXPECT_EQ(loaded->summary.membership.kraft_version, 0);
  EXPECT_TRUE(loaded->summary.membership.voters.empty());
}

// All but time stamps and checksums: Kafka takes three clocks for one file.
std::string without_times(std::string bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const auto size = wire::batch_size_at(as_bytes(std::string_view(bytes).substr(at)));
    EXPECT_TRUE(size);
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at) + 17, 4, '\0');   // crc
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at) + 27, 16, '\0');  // times
    at += *size;
  }
  return bytes;
}

TEST(Checkpoint, writes_what_kafka_writes) {
  for (const auto name : {"kafka-standalone.checkpoint", "kafka-static.checkpoint"}) {
    const std::string kafka = test_file(name);
    const auto loaded = load(kafka);
    ASSERT_TRUE(loaded);
    SnapshotContent content;
    content.last_contained_log_timestamp = loaded->summary.last_contained_log_timestamp;
    content.kraft_version = loaded->summary.membership.kraft_version;
    content.voters = loaded->summary.membership.voters;
    content.records = loaded->records;
    const auto ours = encode_snapshot(content, 5);
    EXPECT_EQ(without_times(std::string(as_text(Bytes(ours)))), without_times(kafka)) << name;
    EXPECT_TRUE(load(as_text(Bytes(ours))));
  }
}

TEST(Checkpoint, records_beyond_a_batchs_bound_go_into_the_next_batch) {
  const std::vector<std::vector<std::byte>> records(5, std::vector<std::byte>(3 * 1024 * 1024));
  SnapshotContent content;
  content.id = {77, 3};
  content.records = records;
  const auto bytes = encode_snapshot(content, 1);
  std::size_t batches = 0;
  Offset next = 0;
  for (Bytes rest(bytes); !rest.empty(); ++batches) {
    const auto batch = wire::read_batch(rest);
    ASSERT_TRUE(batch);
    EXPECT_LE(batch->size(), snapshot_batch_bytes_max);
    EXPECT_EQ(batch->base_offset(), next);
    EXPECT_EQ(batch->leader_epoch(), 3);
    next = batch->next_offset();
    rest = rest.subspan(batch->size());
  }
  EXPECT_EQ(batches, 2u + 3u);
  EXPECT_EQ(next, 1 + 5 + 1);
}

TEST(Checkpoint, every_truncation_and_every_flipped_byte_is_an_error) {
  const std::string good = test_file("kafka-standalone.checkpoint");
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(load(std::string_view(good).substr(0, size))) << size;
  }
  for (std::size_t at = 0; at < good.size(); ++at) {
    const bool outside_crc =
        at % good.size() < 16 || (at >= 166 && at < 182) || (at >= 419 && at < 435);
    if (outside_crc)
      continue;  // offset, length, epoch: length is found out, the others are not covered
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x41);
    EXPECT_FALSE(load(bad)) << at;
  }
}

TEST(Checkpoint, file_names_are_kafkas) {
  EXPECT_EQ(snapshot_file_name({0, 0}), "00000000000000000000-0000000000.checkpoint");
  EXPECT_EQ(snapshot_file_name({1234567, 89}), "00000000000001234567-0000000089.checkpoint");
  const auto parsed = parse_snapshot_file_name("00000000000001234567-0000000089.checkpoint");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->id, (SnapshotId{1234567, 89}));
  EXPECT_FALSE(parsed->is_partial || parsed->is_deleted);
  EXPECT_TRUE(
      parse_snapshot_file_name("00000000000000000009-0000000001-123.checkpoint.part")->is_partial);
  EXPECT_TRUE(
      parse_snapshot_file_name("00000000000000000009-0000000001.checkpoint.deleted")->is_deleted);
  for (const auto name :
       {"quorum-state", "00000000000000000000.log", "0000000000000000000x-0000000001.checkpoint",
        "00000000000000000009-0000000001.checkpoint2",
        "-0000000000000000009-0000000001.checkpoint"}) {
    EXPECT_FALSE(parse_snapshot_file_name(name)) << name;
  }
}

}  // namespace
}  // namespace weir::replication
