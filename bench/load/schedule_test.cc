#include "load/schedule.h"

#include <gtest/gtest.h>

namespace weir::bench {
namespace {

TEST(Schedule, spreads_requests_evenly) {
  const Schedule schedule(100, 1000);
  EXPECT_EQ(schedule.due(0), 100);
  EXPECT_EQ(schedule.due(1), 100 + 1'000'000);
  EXPECT_EQ(schedule.due(2500), 100 + 2'500'000'000);
}

TEST(Schedule, does_not_drift_at_a_rate_that_does_not_divide_a_second) {
  const Schedule schedule(0, 7);
  EXPECT_EQ(schedule.due(1), 142'857'142);
  for (std::uint64_t second = 1; second < 1'000'000'000; second *= 10) {
    EXPECT_EQ(schedule.due(7 * second), static_cast<Nanos>(second) * 1'000'000'000) << second;
  }
}

}  // namespace
}  // namespace weir::bench
