#include "base/settled_clock.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr TimestampMs begin = 1'700'000'000'000;
constexpr std::int64_t hour_ms = 3'600'000;

env::Instant after(env::Duration time) { return env::Instant(time); }

TEST(SettledClock, follows_a_clock_that_goes_on_and_drifts) {
  SettledClock clock;
  EXPECT_EQ(clock.at(after(minutes(0)), begin), begin);
  EXPECT_EQ(clock.at(after(minutes(5)), begin + 300'900), begin + 300'900);
  EXPECT_EQ(clock.at(after(minutes(10)), begin + 601'800), begin + 601'800);
}

TEST(SettledClock, believes_a_jump_ahead_when_it_has_lasted_for_an_hour) {
  SettledClock clock;
  clock.at(after(minutes(0)), begin);
  const TimestampMs jumped = begin + 24 * hour_ms;
  EXPECT_EQ(clock.at(after(minutes(10)), jumped + 600'000), begin + 600'000);
  EXPECT_EQ(clock.at(after(minutes(69)), jumped + 69 * 60'000), begin + 69 * 60'000);
  EXPECT_EQ(clock.at(after(minutes(70)), jumped + 70 * 60'000), jumped + 70 * 60'000);
}

TEST(SettledClock, forgets_a_jump_that_was_taken_back) {
  SettledClock clock;
  clock.at(after(hours(0)), begin);
  EXPECT_EQ(clock.at(after(minutes(1)), begin + 5 * hour_ms), begin + 60'000);
  EXPECT_EQ(clock.at(after(minutes(50)), begin + 50 * 60'000), begin + 50 * 60'000);
  // The hour begins anew.
  EXPECT_EQ(clock.at(after(minutes(65)), begin + 5 * hour_ms), begin + 65 * 60'000);
}

TEST(SettledClock, believes_a_step_back_at_once) {
  SettledClock clock;
  clock.at(after(hours(0)), begin);
  EXPECT_EQ(clock.at(after(hours(1)), begin - hour_ms), begin - hour_ms);
}

TEST(SettledClock, believes_of_several_jumps_only_what_they_share) {
  SettledClock clock;
  clock.at(after(minutes(0)), begin);
  clock.at(after(minutes(1)), begin + 50 * hour_ms);
  clock.at(after(minutes(2)), begin + 2 * hour_ms + 120'000);
  EXPECT_EQ(clock.at(after(minutes(61)), begin + 50 * hour_ms), begin + 2 * hour_ms + 61 * 60'000);
}

}  // namespace
}  // namespace weir
