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
  EXPECT_EQ(throttle.time_for(UINT64_MAX), env::Duration{});
}

TEST(CleanerThrottle, gives_a_third_of_a_second_at_a_time) {
  const CleanerThrottle throttle(1000);
  EXPECT_EQ(throttle.piece_bytes(), 300u);
  EXPECT_EQ(throttle.time_for(500), milliseconds(500));
  EXPECT_EQ(throttle.time_for(UINT64_MAX), std::chrono::hours(24));
}

TEST(CleanerThrottle, a_rate_without_sense_still_goes_on) {
  for (const double rate : {0.0, -5.0, 0.001}) {
    const CleanerThrottle throttle(rate);
    EXPECT_EQ(throttle.piece_bytes(), 1u);
    EXPECT_EQ(throttle.time_for(2), seconds(2));
  }
}

}  // namespace
}  // namespace weir::broker
