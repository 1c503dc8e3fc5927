// A log whose process was killed, on a machine that went on: what was written is all there, and is
// believed without being read.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/log_test_support.h"
#include "log/recovery/distrust.h"

namespace weir::log {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class KilledLog : public testing::Test {
 protected:
  KilledLog() : fixture({.segment_bytes = 4'000, .index_interval_bytes = 100}) {}

  void append(int count, LeaderEpoch epoch = 0) {
    for (int i = 0; i < count; ++i) {
      fixture.append({.value = std::string(100, 'x'),
                      .producer_id = 7,
                      .producer_epoch = 0,
                      .base_sequence = sequence++},
                     epoch);
    }
  }
  void open(Offset recovery_point) {
    fixture.nothing_lost = true;
    fixture.open(false, recovery_point);
  }
  std::string& last_segment() {
    std::string last;
    for (const auto& name : fixture.disk.names("/data/orders-0")) {
      if (name.ends_with(".log")) last = name;
    }
    return fixture.disk.content(fixture.path(last));
  }
  const auto& report() { return fixture.log().open_report(); }

  LogFixture fixture;
  Sequence sequence = 0;
};

TEST_F(KilledLog, is_whole_though_nothing_of_it_was_checked) {
  append(100);
  const auto before = fixture.offsets();
  open(0);
  EXPECT_EQ(report().bytes_checked, 0u);
  EXPECT_EQ(fixture.log().log_end_offset(), 100);
  EXPECT_EQ(fixture.log().durable_end_offset(), 0) << "it was never synced";
  EXPECT_EQ(fixture.offsets(), before);
  const auto producers = fixture.log().active_producers();
  ASSERT_EQ(producers.size(), 1u);
  EXPECT_EQ(producers[0].last_sequence, 99);
  ASSERT_TRUE(fixture.flush());
  EXPECT_EQ(fixture.log().durable_end_offset(), 100);
  append(1);
}

TEST_F(KilledLog, a_write_that_was_cut_short_is_cut_off) {
  append(5);
  for (const std::size_t left : {1, 60, 61, 150}) {
    SCOPED_TRACE(left);
    append(1);
    auto& content = last_segment();
    const auto size = content.size() / 6;
    content.resize(size * 5 + left);
    open(3);
    EXPECT_EQ(fixture.log().log_end_offset(), 5);
    EXPECT_EQ(report().truncated_from, 5);
    EXPECT_EQ(report().bytes_checked, 0u);
    sequence = 5;
  }
  append(1);
  EXPECT_THAT(fixture.offsets(), ElementsAre(0, 1, 2, 3, 4, 5));
}

// Found by the simulator: what was acknowledged after such a start stood in files whose names a
// loss of power took.
TEST_F(KilledLog, names_that_were_not_synced_are_synced_with_what_comes_next) {
  append(10);
  ASSERT_TRUE(fixture.flush());
  append(60);  // segments begin, and are not flushed
  open(10);
  append(1);
  ASSERT_TRUE(fixture.flush());
  fixture.nothing_lost = false;
  fixture.lose_power(nullptr);
  EXPECT_EQ(fixture.log().log_end_offset(), 71);
}

// A length that grew looks like a write that was cut short: below what is durable it cannot be.
TEST_F(KilledLog, what_was_durable_is_never_cut) {
  append(5);
  auto& content = last_segment();
  content[content.size() / 5 * 3 + 8] = 1;
  const auto size = content.size();
  open(5);
  EXPECT_EQ(fixture.log().log_end_offset(), 5);
  EXPECT_EQ(report().truncated_from, no_offset);
  EXPECT_EQ(content.size(), size);
}

TEST_F(KilledLog, a_term_that_was_not_written_down_is_learnt_from_the_batches) {
  append(20, 3);
  ASSERT_TRUE(fixture.flush());
  append(50, 5);
  open(0);
  EXPECT_EQ(fixture.log().latest_epoch(), 5);
  EXPECT_EQ(fixture.log().end_offset_for_epoch(3).end_offset, 20);
  EXPECT_GT(report().bytes_checked, 0u);
}

TEST_F(KilledLog, a_term_that_was_written_down_needs_no_batch) {
  append(20, 3);
  append(1, 5);
  EXPECT_TRUE(fixture.log().has_new_epochs());
  ASSERT_TRUE(fixture.flush());
  EXPECT_FALSE(fixture.log().has_new_epochs());
  append(50, 5);
  open(21);
  EXPECT_EQ(fixture.log().latest_epoch(), 5);
  EXPECT_EQ(fixture.log().log_end_offset(), 71);
  EXPECT_EQ(report().bytes_checked, 0u);
}

TEST_F(KilledLog, a_term_without_a_batch_changes_nothing) {
  append(20, 3);
  ASSERT_TRUE(fixture.flush());
  fixture.log().assign_epoch_start(5, 20);
  ASSERT_TRUE(fixture.flush());
  open(0);
  EXPECT_EQ(fixture.log().latest_epoch(), 3);
  EXPECT_EQ(report().bytes_checked, 0u);
}

TEST_F(KilledLog, after_a_failed_sync_it_is_not_believed) {
  append(20);
  distrust(fixture.disk, "/data/orders-0");
  open(0);
  EXPECT_GT(report().bytes_checked, 0u);
  EXPECT_THAT(fixture.sink.lines, testing::Contains(HasSubstr("a sync has failed here")));
}

TEST_F(KilledLog, a_segment_that_had_just_begun_is_no_end) {
  append(100);
  ASSERT_TRUE(fixture.flush());
  ASSERT_TRUE(
      fixture.disk.open(fixture.path("00000000000000000100.log"), env::OpenMode::create_new));
  open(100);
  EXPECT_EQ(fixture.log().log_end_offset(), 100);
  EXPECT_EQ(report().bytes_checked, 0u);
}

}  // namespace
}  // namespace weir::log
