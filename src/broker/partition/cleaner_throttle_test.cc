#include "broker/partition/cleaner_throttle.h"

#include <gtest/gtest.h>

#include <limits>

namespace weir::broker {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(CleanerThrottle, without_a_bound_all_is_one_piece_and_there_is_no_pause) {
  const CleanerThrottle throttle(std::numeric_limits<double>::max());
  EXPECT_EQ(throttle.piece_bytes(), UINT64_MAX);
  EXPECT_EQ(throttle.pause(UINT64_MAX, {}), env::Duration{});
}

TEST(CleanerThrottle, pauses_for_what_the_rate_asks_less_what_the_work_took) {
  const CleanerThrottle throttle(1000);
  EXPECT_EQ(throttle.piece_bytes(), 300u);
  EXPECT_EQ(throttle.pause(500, {}), milliseconds(500));
  EXPECT_EQ(throttle.pause(500, milliseconds(200)), milliseconds(300));
  EXPECT_EQ(throttle.pause(500, seconds(2)), env::Duration{});
}

TEST(CleanerThrottle, a_rate_without_sense_still_goes_on) {
  for (const double rate : {0.0, -5.0, 0.001}) {
    const CleanerThrottle throttle(rate);
    EXPECT_EQ(throttle.piece_bytes(), 1u);
    EXPECT_EQ(throttle.pause(2, {}), seconds(2));
  }
}

}  // namespace
}  // namespace weir::broker
