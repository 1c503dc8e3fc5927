#include "app/cli/text/latencies.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/random.h"

namespace weir::app {
namespace {

using std::chrono::nanoseconds;

TEST(Latencies, nothing_is_zero) {
  const Latencies none;
  EXPECT_EQ(none.percentile(0.99), nanoseconds(0));
  EXPECT_EQ(none.mean(), nanoseconds(0));
}

TEST(Latencies, small_ones_are_exact) {
  Latencies some;
  for (int i = 0; i < 64; ++i) some.add(nanoseconds(i));
  EXPECT_EQ(some.percentile(0.5), nanoseconds(31));
  EXPECT_EQ(some.percentile(1), nanoseconds(63));
  EXPECT_EQ(some.percentile(0), nanoseconds(0));
  some.add(nanoseconds(-5));  // a clock that went back
  EXPECT_EQ(some.count(), 65u);
}

TEST(Latencies, percentiles_are_near_the_sorted_ones_and_never_below) {
  SeededRandom random(7);
  Latencies some;
  std::vector<std::int64_t> values;
  for (int i = 0; i < 100'000; ++i) {
    const auto value =
        static_cast<std::int64_t>(random.below(std::uint64_t{1} << (1 + random.below(45))));
    values.push_back(value);
    some.add(nanoseconds(value));
  }
  std::ranges::sort(values);
  for (const double share : {0.01, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto exact = static_cast<double>(
        values[static_cast<std::size_t>(share * static_cast<double>(values.size())) - 1]);
    const auto told = static_cast<double>(some.percentile(share).count());
    EXPECT_GE(told, exact);
    EXPECT_LE(told, exact * 1.017 + 1);
  }
  EXPECT_EQ(some.max(), nanoseconds(values.back()));
}

}  // namespace
}  // namespace weir::app
