#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "log/log_test_support.h"

namespace weir::log {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::Not;

// Segments of one batch each, at offsets 0, 1, 2, ...
LogConfig one_batch_segments() { return {.segment_bytes = 100, .retention_ms = -1}; }

TEST(Retention, by_size_lets_whole_old_segments_go) {
  LogFixture fixture(one_batch_segments());
  for (int i = 0; i < 6; ++i) fixture.append({});
  fixture.log().set_high_watermark(6);
  const auto each = fixture.log().size_bytes() / 6;
  auto config = fixture.config;
  config.retention_bytes = static_cast<std::int64_t>(each * 2 + 1);
  fixture.log().set_config(config);
  const auto plan = fixture.log().plan_retention(fixture.now);
  ASSERT_TRUE(plan);
  EXPECT_EQ(fixture.log().log_start_offset(), 3);
  EXPECT_THAT(fixture.offsets(3), ElementsAre(3, 4, 5));
  EXPECT_EQ(fixture.log().read({.from = 2, .bound = 6, .bytes_max = 1}).error(),
            wire::ErrorCode::offset_out_of_range);
  ASSERT_TRUE(plan->rename(fixture.disk));
  EXPECT_THAT(fixture.disk.names("/data/orders-0"), Contains("00000000000000000000.log.deleted"));
  ASSERT_TRUE(plan->remove(fixture.disk));
  EXPECT_THAT(fixture.disk.names("/data/orders-0"), Each(Not(EndsWith(".deleted"))));
  EXPECT_FALSE(fixture.log().plan_retention(fixture.now));
}

// Found by the simulator: a bit of a time index had flipped while the node was down, and what was
// young looked old.
TEST(Retention, by_time_does_not_believe_an_index_alone) {
  LogFixture fixture(one_batch_segments());
  for (int i = 0; i < 3; ++i) fixture.append({.timestamp = fixture.now});
  fixture.close();
  const auto planned_after = [&](std::int64_t ms) {
    fixture.open(true, 3);
    fixture.log().set_high_watermark(3);
    auto config = fixture.config;
    config.retention_ms = 60'000;
    fixture.log().set_config(config);
    return fixture.log().plan_retention(fixture.now + ms).has_value();
  };
  for (int bit = 0; bit < 8 * 12; ++bit) {
    SCOPED_TRACE(bit);
    auto& times = fixture.disk.content(fixture.path("00000000000000000000.timeindex"));
    const std::string good = times;
    ASSERT_EQ(good.size(), 12u);  // one entry: a timestamp and an offset
    times[bit / 8] ^= static_cast<char>(1 << bit % 8);
    EXPECT_FALSE(planned_after(1'000));
    fixture.close();
    fixture.disk.content(fixture.path("00000000000000000000.timeindex")) = good;
  }
  EXPECT_TRUE(planned_after(60'001));
}

// Found by the simulator: the recovery point lies below (it cannot be written on a full disk), the
// name of a later segment has gone and that of an earlier one has not. Nothing behind may be cut.
TEST(Retention, a_power_loss_amid_it_leaves_no_gap) {
  SeededRandom random(3);
  for (std::uint64_t operations = 0; operations < 24; ++operations) {
    for (int round = 0; round < 20; ++round) {
      LogFixture fixture(one_batch_segments());
      for (int i = 0; i < 8; ++i) fixture.append({});
      ASSERT_TRUE(fixture.flush());
      fixture.log().set_high_watermark(8);
      auto config = fixture.config;
      config.retention_bytes = static_cast<std::int64_t>(fixture.log().size_bytes() / 8 * 2 + 1);
      fixture.log().set_config(config);
      const auto plan = fixture.log().plan_retention(fixture.now);
      ASSERT_TRUE(plan);
      fixture.disk.fail_operation(operations, Errc::io, true);
      static_cast<void>(plan->rename(fixture.disk));
      fixture.disk.heal();
      fixture.disk.lose_power(&random);
      ASSERT_TRUE(fixture.try_open(false, 0, 0));
      EXPECT_EQ(fixture.log().log_end_offset(), 8) << operations << " operations";
      EXPECT_LE(fixture.log().log_start_offset(), 5);
    }
  }
}

TEST(Retention, by_time_may_let_everything_go_and_the_offsets_go_on) {
  LogFixture fixture(one_batch_segments());
  for (int i = 0; i < 3; ++i)
    fixture.append(
        {.timestamp = 1000 + i, .producer_id = 5, .producer_epoch = 0, .base_sequence = i});
  fixture.log().set_high_watermark(3);
  auto config = fixture.config;
  config.retention_ms = 100;
  fixture.log().set_config(config);
  const auto plan = fixture.log().plan_retention(1102);
  ASSERT_TRUE(plan);
  EXPECT_EQ(fixture.log().log_start_offset(), 2);  // 1002 + 100 is not older than 1102
  const auto rest = fixture.log().plan_retention(1103);
  ASSERT_TRUE(rest);
  EXPECT_EQ(fixture.log().log_start_offset(), 3);
  ASSERT_TRUE(plan->rename(fixture.disk) && plan->remove(fixture.disk));
  ASSERT_TRUE(rest->rename(fixture.disk));
  fixture.crash();
  EXPECT_EQ(fixture.log().log_end_offset(), 3);
  EXPECT_EQ(fixture.append({}).base_offset, 3);
}

TEST(Retention, keeps_what_is_not_below_the_high_watermark) {
  LogFixture fixture(one_batch_segments());
  for (int i = 0; i < 4; ++i) fixture.append({});
  fixture.log().set_high_watermark(2);
  auto config = fixture.config;
  config.retention_ms = 0;
  fixture.log().set_config(config);
  ASSERT_TRUE(fixture.log().plan_retention(1'000'000));
  EXPECT_EQ(fixture.log().log_start_offset(), 2);
}

TEST(Retention, a_log_that_is_only_compacted_loses_what_delete_records_gave_up) {
  auto config = one_batch_segments();
  config.cleanup_delete = false;
  config.cleanup_compact = true;
  config.retention_ms = 0;
  LogFixture fixture(config);
  for (int i = 0; i < 4; ++i) fixture.append({});
  fixture.log().set_high_watermark(4);
  EXPECT_FALSE(fixture.log().plan_retention(1'000'000));
  fixture.log().raise_log_start_offset(3);
  ASSERT_TRUE(fixture.log().plan_retention(1'000'000));
  EXPECT_EQ(fixture.log().log_start_offset(), 3);
  EXPECT_EQ(fixture.log().segment_count(), 1U);
}

TEST(TimestampLookup, finds_the_first_record_at_or_after_a_time) {
  LogFixture fixture({.segment_bytes = 400, .index_interval_bytes = 100});
  for (int i = 0; i < 20; ++i) fixture.append({.records = 3, .timestamp = 1000 + 10 * i});
  fixture.reopen();
  const std::pair<TimestampMs, TimestampAndOffset> cases[] = {
      {0, {1000, 0, 0}},    {1000, {1000, 0, 0}},  {1001, {1001, 1, 0}},
      {1003, {1010, 3, 0}}, {1101, {1101, 31, 0}}, {1192, {1192, 59, 0}},
  };
  for (const auto& [target, expected] : cases) {
    const auto found = fixture.log().lookup_timestamp(target).carry_out();
    ASSERT_TRUE(found && *found) << target;
    EXPECT_EQ((*found)->offset, expected.offset) << target;
    EXPECT_EQ((*found)->timestamp, expected.timestamp) << target;
    EXPECT_EQ((*found)->leader_epoch, 0);
  }
  EXPECT_EQ(*fixture.log().lookup_timestamp(1193).carry_out(), std::nullopt);
}

TEST(TimestampLookup, finds_the_record_with_the_largest_timestamp) {
  LogFixture fixture({.segment_bytes = 300});
  EXPECT_EQ(*fixture.log().lookup_max_timestamp().carry_out(), std::nullopt);
  for (const TimestampMs timestamp : {10, 500, 20, 400, 30}) {
    fixture.append({.records = 2, .timestamp = timestamp});
  }
  const auto found = fixture.log().lookup_max_timestamp().carry_out();
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->timestamp, 501);
  EXPECT_EQ((*found)->offset, 3);
}

TEST(TimestampLookup, passes_over_what_lies_below_the_log_start) {
  LogFixture fixture;
  for (int i = 0; i < 5; ++i) fixture.append({.timestamp = 1000 + i});
  fixture.log().set_high_watermark(5);
  fixture.log().raise_log_start_offset(3);
  EXPECT_EQ((*fixture.log().lookup_timestamp(0).carry_out())->offset, 3);
}

}  // namespace
}  // namespace weir::log
