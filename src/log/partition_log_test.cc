#include "log/partition_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "log/log_test_support.h"

namespace weir::log {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

TEST(PartitionLog, gives_offsets_in_the_order_of_staging_and_reads_them_back) {
  LogFixture fixture;
  EXPECT_EQ(fixture.append({.records = 3}).base_offset, 0);
  EXPECT_EQ(fixture.append({.records = 2}).base_offset, 3);
  EXPECT_EQ(fixture.log().log_end_offset(), 5);
  EXPECT_THAT(fixture.offsets(), ElementsAre(0, 3));
  EXPECT_THAT(fixture.offsets(4), ElementsAre(3));
}

TEST(PartitionLog, moves_the_end_only_when_what_was_staged_is_written) {
  LogFixture fixture;
  ASSERT_TRUE(fixture.stage({.records = 2}));
  ASSERT_TRUE(fixture.stage({.records = 2}));
  EXPECT_EQ(fixture.log().log_end_offset(), 0);
  const auto before = fixture.disk.operations();
  ASSERT_TRUE(fixture.log().write_staged(fixture.now));
  EXPECT_EQ(fixture.disk.operations(), before + 1);  // one gathered write
  EXPECT_EQ(fixture.log().log_end_offset(), 4);
}

TEST(PartitionLog, stamps_offset_and_leader_epoch_in_place) {
  LogFixture fixture;
  fixture.append({}, 4);
  fixture.append({}, 6);
  const auto batches = fixture.read_all(0, 2);
  ASSERT_THAT(batches, SizeIs(2));
  EXPECT_EQ(wire::BatchView(Bytes(batches[1])).leader_epoch(), 6);
  EXPECT_EQ(fixture.log().epoch_at(0), 4);
  EXPECT_EQ(fixture.log().end_offset_for_epoch(4), (EpochEnd{4, 1}));
}

TEST(PartitionLog, a_flush_makes_durable_what_was_written_when_it_was_planned) {
  LogFixture fixture;
  fixture.append({});
  const auto plan = fixture.log().plan_flush();
  ASSERT_TRUE(plan);
  fixture.append({});
  ASSERT_TRUE(plan->carry_out(fixture.disk));
  fixture.log().flush_done(*plan);
  EXPECT_EQ(fixture.log().durable_end_offset(), 1);
  EXPECT_EQ(fixture.log().unflushed_messages(), 1);
  ASSERT_TRUE(fixture.flush());
  EXPECT_EQ(fixture.log().unflushed_messages(), 0);
  EXPECT_FALSE(fixture.log().plan_flush());
}

TEST(PartitionLog, opens_after_a_clean_stop_where_it_was) {
  LogFixture fixture({.segment_bytes = 300});
  for (int i = 0; i < 10; ++i) fixture.append({.records = 2});
  ASSERT_GT(fixture.log().segment_count(), 2U);
  fixture.reopen();
  EXPECT_EQ(fixture.log().log_end_offset(), 20);
  EXPECT_EQ(fixture.log().durable_end_offset(), 20);
  EXPECT_THAT(fixture.offsets(), SizeIs(10));
  EXPECT_EQ(fixture.log().open_report().bytes_checked, 0U);
  EXPECT_EQ(fixture.append({}).base_offset, 20);
}

TEST(PartitionLog, reads_no_further_than_the_bound_and_the_bytes_allow) {
  LogFixture fixture;
  for (int i = 0; i < 4; ++i) fixture.append({.records = 2});
  const auto one = fixture.read_all(0, 2).at(0).size();
  const auto bounded = fixture.log().read({.from = 0, .bound = 4, .bytes_max = 1 << 20});
  EXPECT_EQ(bounded->range.size, 2 * one);
  const auto small = fixture.log().read({.from = 3, .bound = 8, .bytes_max = 1});
  EXPECT_EQ(small->range.size, one);
  EXPECT_EQ(small->start_offset, 2);
  EXPECT_TRUE(small->first_batch_whole);
  const auto piece =
      fixture.log().read({.from = 3, .bound = 8, .bytes_max = 10, .whole_first_batch = false});
  EXPECT_EQ(piece->range.size, 10U);
  EXPECT_FALSE(piece->first_batch_whole);
  EXPECT_EQ(fixture.log().read({.from = 8, .bound = 8, .bytes_max = 10})->range.size, 0U);
  EXPECT_EQ(fixture.log().read({.from = 9, .bound = 9, .bytes_max = 10}).error(),
            wire::ErrorCode::offset_out_of_range);
}

TEST(PartitionLog, reads_the_tail_without_touching_the_disk) {
  LogFixture fixture;
  for (int i = 0; i < 1000; ++i) fixture.append({});
  const auto reads = fixture.disk.reads();
  ASSERT_TRUE(fixture.log().read({.from = 990, .bound = 1000, .bytes_max = 1000}));
  EXPECT_EQ(fixture.disk.reads(), reads);
}

TEST(PartitionLog, finds_any_offset_through_the_index_when_it_is_cold) {
  LogFixture fixture({.segment_bytes = 20000, .index_interval_bytes = 500});
  for (int i = 0; i < 1000; ++i) fixture.append({.records = 3});
  fixture.reopen();
  for (Offset offset = 0; offset < 3000; offset += 7) {
    const auto plan = fixture.log().read({.from = offset, .bound = 3000, .bytes_max = 1});
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->start_offset, offset / 3 * 3);
  }
}

TEST(PartitionLog, rolls_by_size_time_and_index) {
  LogFixture by_time({.segment_ms = 1000});
  by_time.append({.timestamp = 5000});
  by_time.append({.timestamp = 6000});
  EXPECT_EQ(by_time.log().segment_count(), 1U);
  by_time.append({.timestamp = 6002});
  EXPECT_EQ(by_time.log().segment_count(), 2U);

  LogFixture by_index({.segment_index_bytes = 40, .index_interval_bytes = 1});
  for (int i = 0; i < 20; ++i) by_index.append({.timestamp = 1000 + i});
  EXPECT_GT(by_index.log().segment_count(), 3U);
  by_index.reopen();
  EXPECT_THAT(by_index.offsets(), SizeIs(20));
}

TEST(PartitionLog, refuses_a_batch_larger_than_a_segment) {
  LogFixture fixture({.segment_bytes = 200});
  const auto refused = fixture.stage({.value = std::string(300, 'x')});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, wire::ErrorCode::record_list_too_large);
  EXPECT_FALSE(fixture.log().has_staged());
}

TEST(PartitionLog, after_a_crash_checks_only_what_lies_above_the_recovery_point) {
  LogFixture fixture;
  for (int i = 0; i < 50; ++i) fixture.append({.value = std::string(1000, 'x')});
  ASSERT_TRUE(fixture.flush());
  fixture.append({.value = "tail"});
  fixture.crash();
  EXPECT_EQ(fixture.log().log_end_offset(), 51);
  EXPECT_EQ(fixture.log().durable_end_offset(), 50);
  EXPECT_LT(fixture.log().open_report().bytes_checked, 200U);
}

TEST(PartitionLog, a_torn_tail_is_cut_at_the_first_bad_batch) {
  LogFixture fixture;
  fixture.append({.records = 2});
  ASSERT_TRUE(fixture.flush());
  fixture.append({.records = 2});
  fixture.append({.records = 2});
  auto& bytes = fixture.disk.content(fixture.path("00000000000000000000.log"));
  bytes.back() ^= 1;
  fixture.crash();
  EXPECT_EQ(fixture.log().log_end_offset(), 4);
  EXPECT_EQ(fixture.log().open_report().truncated_from, 4);
  EXPECT_THAT(fixture.log().open_report().truncation_reason, HasSubstr("checksum"));
  EXPECT_EQ(fixture.append({}).base_offset, 4);
  EXPECT_THAT(fixture.offsets(), ElementsAre(0, 2, 4));
}

// Two batches of two records, a bit of the base offset of the second, which is not flushed,
// damaged; opened after a crash. The base offset is not under the batch's checksum.
std::unique_ptr<LogFixture> with_damaged_offset(LogConfig config, std::size_t bit) {
  auto fixture = std::make_unique<LogFixture>(config);
  fixture->append({.records = 2});
  EXPECT_TRUE(fixture->flush());
  std::string& content = fixture->disk.content(fixture->path("00000000000000000000.log"));
  const std::size_t damaged = content.size();
  fixture->append({.records = 2});
  content[damaged + bit / 8] ^= static_cast<char>(0x80 >> bit % 8);
  fixture->crash();
  return fixture;
}

TEST(PartitionLog, a_base_offset_that_does_not_continue_the_log_is_cut) {
  for (std::size_t bit = 0; bit < 64; ++bit) {
    const auto fixture = with_damaged_offset({}, bit);
    EXPECT_EQ(fixture->log().log_end_offset(), 2) << bit;
    EXPECT_EQ(fixture->log().open_report().truncated_from, 2) << bit;
    EXPECT_THAT(fixture->log().open_report().truncation_reason, HasSubstr("offset")) << bit;
  }
}

// There gaps are good: compaction makes them.
TEST(PartitionLog, a_base_offset_that_no_segment_can_hold_is_cut_from_a_compacted_log) {
  for (std::size_t bit = 0; bit < 33; ++bit) {  // the sign and all above the lowest 31
    const auto fixture = with_damaged_offset({.cleanup_compact = true}, bit);
    EXPECT_EQ(fixture->log().log_end_offset(), 2) << bit;
  }
}

// An index is not synced before its segment is sealed.
TEST(PartitionLog, any_damaged_bit_of_an_index_is_harmless_after_a_crash) {
  constexpr int batches = 6;
  for (const char* const suffix : {"index", "timeindex"}) {
    for (std::size_t bit = 0;; ++bit) {
      LogFixture fixture({.index_interval_bytes = 1});
      for (int i = 0; i < batches; ++i) fixture.append({.timestamp = i < 4 ? 1000 + i : 500});
      fixture.close();
      auto& bytes =
          fixture.disk.content(fixture.path("00000000000000000000." + std::string(suffix)));
      if (bit / 8 >= bytes.size()) {
        EXPECT_GT(bit, 100u);
        break;
      }
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8));
      const auto opened = fixture.try_open(false, batches);
      ASSERT_TRUE(opened) << suffix << " bit " << bit << ": " << opened.error().message();
      EXPECT_EQ(fixture.log().log_end_offset(), batches) << suffix << " bit " << bit;
      EXPECT_THAT(fixture.offsets(), ElementsAre(0, 1, 2, 3, 4, 5)) << suffix << " bit " << bit;
    }
  }
}

// It is not under the batch's checksum. Believed, it would make all that comes later look old.
TEST(PartitionLog, a_leader_epoch_that_nobody_had_is_set_right_and_nothing_behind_it_is_cut) {
  LogFixture fixture;
  fixture.newest_epoch = 3;
  const std::string file = fixture.path("00000000000000000000.log");
  fixture.append({}, 2);
  ASSERT_TRUE(fixture.flush());
  const std::size_t damaged = fixture.disk.content(file).size();
  fixture.append({}, 3);
  fixture.disk.content(file)[damaged + wire::batch_overhead + 2] ^= 0x20;
  fixture.crash();
  EXPECT_EQ(fixture.log().log_end_offset(), 2);
  fixture.newest_epoch = 4;
  fixture.append({}, 4);
  fixture.crash();
  EXPECT_EQ(fixture.log().log_end_offset(), 3);
  EXPECT_EQ(fixture.log().open_report().truncated_from, no_offset);
  std::vector<LeaderEpoch> epochs;
  for (const auto& batch : fixture.read_all(0, 3)) {
    epochs.push_back(wire::BatchView(Bytes(batch)).leader_epoch());
  }
  EXPECT_THAT(epochs, ElementsAre(2, 2, 4));
}

TEST(PartitionLog, a_leader_epoch_that_was_damaged_at_rest_cuts_nothing_behind_it) {
  LogFixture fixture;
  fixture.newest_epoch = 3;
  fixture.append({}, 2);
  ASSERT_TRUE(fixture.flush());
  fixture.append({}, 3);
  fixture.disk.content(fixture.path("00000000000000000000.log"))[wire::batch_overhead + 2] ^= 0x20;
  ASSERT_TRUE(fixture.try_open(false, 1));
  EXPECT_EQ(fixture.log().log_end_offset(), 2);
  EXPECT_EQ(fixture.log().open_report().truncated_from, no_offset);
}

TEST(PartitionLog, a_recovery_point_beyond_the_end_says_nothing_of_what_is_durable) {
  LogFixture fixture({.segment_bytes = 1000});
  for (int i = 0; i < 8; ++i) fixture.append({.value = std::string(300, 'x')});
  fixture.open(false, 1'000);
  EXPECT_EQ(fixture.log().log_end_offset(), 8);
  EXPECT_EQ(fixture.log().durable_end_offset(), 0);
  ASSERT_TRUE(fixture.flush());
  fixture.lose_power(nullptr);
  EXPECT_THAT(fixture.offsets(), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST(PartitionLog, an_end_below_the_recovery_point_is_told_of) {
  for (const bool after_clean_stop : {true, false}) {
    LogFixture fixture;
    fixture.append({.records = 3});
    fixture.append({.records = 5});
    ASSERT_TRUE(fixture.flush());
    auto& bytes = fixture.disk.content(fixture.path("00000000000000000000.log"));
    bytes.resize(*wire::batch_size_at(as_bytes(bytes)));
    fixture.open(after_clean_stop, 8);
    EXPECT_THAT(fixture.offsets(), ElementsAre(0));
    EXPECT_EQ(fixture.log().log_end_offset(), 3);
    ASSERT_FALSE(fixture.sink.lines.empty());
    EXPECT_THAT(fixture.sink.lines.back(),
                HasSubstr("ends at offset 3, below its recovery point 8"));
    fixture.sink.lines.clear();
    fixture.open(after_clean_stop, 3);
    EXPECT_THAT(fixture.sink.lines, ElementsAre());
  }
}

TEST(PartitionLog, damage_below_the_recovery_point_is_reported_and_never_cut) {
  LogFixture fixture;
  for (int i = 0; i < 3; ++i) fixture.append({.records = 2});
  ASSERT_TRUE(fixture.flush());
  auto& bytes = fixture.disk.content(fixture.path("00000000000000000000.log"));
  const std::string before = bytes;
  bytes[16] = 7;  // the magic of the first batch
  const auto opened = fixture.try_open(false, 6);
  ASSERT_TRUE(opened) << opened.error().message();
  ASSERT_FALSE(fixture.sink.lines.empty());
  EXPECT_THAT(fixture.sink.lines.back(), HasSubstr("00000000000000000000.log"));
  EXPECT_THAT(fixture.sink.lines.back(), HasSubstr("offsets 0 to 1"));
  EXPECT_EQ(fixture.log().log_end_offset(), 6);
  EXPECT_EQ(bytes.size(), before.size());
}

TEST(PartitionLog, preallocates_a_segment_and_trims_it_when_it_is_rolled_or_closed) {
  LogFixture fixture({.segment_bytes = 1000, .preallocate = true});
  const auto bytes_of = [&](const char* name) {
    return fixture.disk.content(fixture.path(name)).size();
  };
  const std::string first = "00000000000000000000.log";
  EXPECT_EQ(bytes_of(first.c_str()), 1000u);
  EXPECT_EQ(fixture.log().size_bytes(), 0u);
  fixture.append({.value = std::string(300, 'x')});
  const std::uint64_t batch = fixture.log().size_bytes();
  fixture.append({.value = std::string(300, 'x')});
  EXPECT_EQ(bytes_of(first.c_str()), 1000u);
  EXPECT_THAT(fixture.read_all(0, 2), SizeIs(2));
  fixture.append({.value = std::string(300, 'x')});
  EXPECT_EQ(bytes_of(first.c_str()), 2 * batch);
  EXPECT_EQ(bytes_of("00000000000000000002.log"), 1000u);
  EXPECT_EQ(fixture.log().size_bytes(), 3 * batch);
  fixture.reopen();
  EXPECT_EQ(bytes_of("00000000000000000002.log"), batch);
  EXPECT_EQ(fixture.log().log_end_offset(), 3);
  EXPECT_EQ(fixture.log().open_report().truncated_from, no_offset);
}

TEST(PartitionLog, preallocated_zeroes_are_no_batches_after_a_crash) {
  LogFixture fixture({.segment_bytes = 1000, .preallocate = true});
  fixture.crash();
  EXPECT_EQ(fixture.log().log_end_offset(), 0);
  EXPECT_EQ(fixture.log().size_bytes(), 0u);
  fixture.wipe();
  fixture.append({.records = 2});
  ASSERT_TRUE(fixture.flush());
  fixture.append({});
  fixture.crash();
  EXPECT_THAT(fixture.offsets(), ElementsAre(0, 2));
  EXPECT_EQ(fixture.log().log_end_offset(), 3);
  EXPECT_LT(fixture.log().size_bytes(), 1000u);
  ASSERT_TRUE(fixture.flush());
  fixture.lose_power(nullptr);
  fixture.append({});
  EXPECT_THAT(fixture.offsets(), ElementsAre(0, 2, 3));
}

// Kafka preallocates the active segment's indexes, and kill -9 leaves them full of zeroes.
TEST(PartitionLog, zeroes_in_an_index_are_no_entries) {
  LogFixture fixture;
  fixture.append({.records = 20});
  ASSERT_TRUE(fixture.flush());
  for (const char* index : {"00000000000000000000.index", "00000000000000000000.timeindex"}) {
    fixture.close();
    fixture.disk.content(fixture.path(index)).assign(4800, '\0');
    fixture.open(false, 20);
    EXPECT_EQ(fixture.disk.content(fixture.path(index)).size(), 0u) << index;
    EXPECT_EQ((*fixture.log().lookup_max_timestamp().carry_out())->timestamp, 1019) << index;
    EXPECT_THAT(fixture.read_all(0, 20), SizeIs(1));
  }
}

// Found by the simulator (flush.messages above 1): a later segment kept its name and the first did
// not, and the log began behind a gap.
TEST(PartitionLog, keeps_its_start_when_power_is_lost_before_the_first_flush) {
  SeededRandom random(5);
  for (int round = 0; round < 100; ++round) {
    LogFixture fixture({.segment_bytes = 200});
    for (int i = 0; i < 8; ++i) fixture.append({.records = 2, .timestamp = 1000 + i});
    fixture.lose_power(&random);
    EXPECT_EQ(fixture.log().log_start_offset(), 0);
  }
}

}  // namespace
}  // namespace weir::log
