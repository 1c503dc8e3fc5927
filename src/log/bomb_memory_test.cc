// What it costs to read a batch that unpacks to far more than it is, on the paths that do: looking
// for a time, and compaction.

#include <gtest/gtest.h>

#include "base/memory_count/memory_count_test_support.h"
#include "log/compaction/compaction.h"
#include "log/log_test_support.h"
#include "wire/record/batch_builder.h"

namespace weir::log {
namespace {

constexpr std::size_t mib = 1 << 20;
constexpr std::size_t value_size = 60 * mib;

class BombInLog : public testing::Test {
 protected:
  struct Row {
    TimestampMs timestamp;
    std::string key;
    std::size_t size;  // of a value of zeros
  };
  void append(wire::Codec codec, const std::vector<Row>& rows) {
    wire::BatchBuilder builder({});
    for (const auto& row : rows) {
      const std::vector<std::byte> value(row.size);
      builder.add({.timestamp = row.timestamp,
                   .key = wire::Blob(as_bytes(row.key)),
                   .value = wire::Blob(Bytes(value))});
    }
    wire::CompressionContext context;
    std::vector<std::byte> batch;
    ASSERT_TRUE(builder.build_to(context, {.codec = codec}, batch));
    append_whole(batch);
  }
  void append_whole(std::vector<std::byte>& batch) {
    std::array<StagedBatch, 1> batches{staged(batch)};
    ASSERT_TRUE(fixture_.log().stage(batches, 0, AppendOrigin::client, fixture_.now));
    ASSERT_TRUE(fixture_.log().write_staged(fixture_.now));
    fixture_.log().set_high_watermark(fixture_.log().log_end_offset());
  }
  void roll() {
    for (int i = 0; i < 2; ++i) append(wire::Codec::none, {{1000, "filler", 90'000}});
  }
  std::size_t compact() {
    const MemoryPeak peak;
    const auto compaction = fixture_.log().plan_compaction(
        {.now = fixture_.now, .cleaned_up_to = 0, .offset_map_bytes = mib});
    EXPECT_NE(compaction, nullptr);
    const auto done = compaction->carry_out();
    EXPECT_TRUE(done) << done.error().message();
    const auto replaced = fixture_.log().compaction_done(*compaction);
    EXPECT_TRUE(replaced);
    EXPECT_TRUE(replaced->rename(fixture_.disk));
    EXPECT_TRUE(replaced->remove(fixture_.disk));
    return peak.bytes();
  }

  LogFixture fixture_{{.segment_bytes = 100'000,
                       .cleanup_delete = false,
                       .cleanup_compact = true,
                       .min_cleanable_dirty_ratio = 0.01}};
};

TEST_F(BombInLog, a_time_is_looked_for_piece_by_piece) {
  for (const auto codec :
       {wire::Codec::gzip, wire::Codec::snappy, wire::Codec::lz4, wire::Codec::zstd}) {
    fixture_.config.segment_bytes = 16 << 20;
    fixture_.wipe();
    append(codec, {{1000, "a", value_size}, {2000, "b", value_size}, {3000, "c", 1}});
    const MemoryPeak peak;
    const auto found = fixture_.log().lookup_timestamp(2500).carry_out();
    ASSERT_TRUE(found && *found) << static_cast<int>(codec);
    EXPECT_EQ((*found)->offset, 2);
    EXPECT_EQ((*found)->timestamp, 3000);
    const auto latest = fixture_.log().lookup_max_timestamp().carry_out();
    ASSERT_TRUE(latest && *latest);
    EXPECT_EQ((*latest)->offset, 2);
    // The batch as it is stored (snappy: a twentieth), and what the codec reads with.
    EXPECT_LE(peak.bytes(), 2 * value_size / 20 + 6 * mib) << static_cast<int>(codec);
  }
}

TEST_F(BombInLog, compaction_holds_a_batch_once_to_drop_or_keep_it_and_once_more_to_change_it) {
  append(wire::Codec::zstd, {{1000, "dropped", value_size}});
  append(wire::Codec::zstd, {{1000, "kept", value_size}});
  append(wire::Codec::zstd, {{1000, "dropped", 1}});
  roll();
  EXPECT_LE(compact(), value_size + 8 * mib);

  fixture_.wipe();
  append(wire::Codec::zstd, {{1000, "kept", value_size / 2}, {1000, "dropped", value_size / 2}});
  append(wire::Codec::zstd, {{1000, "dropped", 1}});
  roll();
  EXPECT_LE(compact(), 2 * value_size + 8 * mib);
}

// A frame of zstd that holds one record of 2 GiB, in 64 KB.
std::vector<std::byte> endless_record() {
  std::vector<std::byte> frame{std::byte{0x28}, std::byte{0xb5}, std::byte{0x2f}, std::byte{0xfd},
                               std::byte{0},    std::byte{0x58}};  // a window of 2 MiB
  const auto add_block = [&frame](std::uint32_t type, std::uint32_t size, Bytes content) {
    const std::uint32_t header = type << 1 | size << 3;
    for (int i = 0; i < 3; ++i) frame.push_back(static_cast<std::byte>(header >> (8 * i)));
    frame.insert(frame.end(), content.begin(), content.end());
  };
  // Length 2^31-1, attributes, deltas 0, no key, a value of 2^31-20 bytes.
  const std::string head("\xfe\xff\xff\xff\x0f\0\0\0\x01\xd8\xff\xff\xff\x0f", 14);
  add_block(0, 14, as_bytes(head));
  const std::byte zero{0};
  for (int i = 0; i < 16 * 1024; ++i) add_block(1, 128 << 10, {&zero, 1});
  return frame;
}

// No append takes such a batch, but a log may come from elsewhere.
TEST_F(BombInLog, a_batch_beyond_the_bound_is_an_error_and_costs_little) {
  wire::BatchBuilder builder({});
  builder.add({.timestamp = 1000});
  auto batch = builder.build();
  batch.resize(wire::batch_header_size);
  const auto records = endless_record();
  batch.insert(batch.end(), records.begin(), records.end());
  store_be(batch.data() + 8, static_cast<std::int32_t>(batch.size() - wire::batch_overhead));
  store_be(batch.data() + 21, static_cast<std::int16_t>(wire::Codec::zstd));
  store_be(batch.data() + 17, wire::crc32c(Bytes(batch).subspan(21)));
  append_whole(batch);
  roll();

  const MemoryPeak peak;
  const auto found = fixture_.log().lookup_timestamp(500).carry_out();
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::too_large);
  const auto compaction = fixture_.log().plan_compaction(
      {.now = fixture_.now, .cleaned_up_to = 0, .offset_map_bytes = mib});
  ASSERT_NE(compaction, nullptr);
  const auto done = compaction->carry_out();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::too_large);
  EXPECT_LE(peak.bytes(), 8 * mib);
}

}  // namespace
}  // namespace weir::log
