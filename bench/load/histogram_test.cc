#include "load/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace weir::bench {
namespace {

TEST(Histogram, is_empty_at_first) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.percentile(0.5), 0);
  EXPECT_EQ(histogram.max(), 0);
}

TEST(Histogram, is_exact_for_small_values) {
  Histogram histogram;
  for (Nanos value = 1; value <= 100; ++value) histogram.record(value);
  EXPECT_EQ(histogram.percentile(0), 1);
  EXPECT_EQ(histogram.percentile(0.5), 50);
  EXPECT_EQ(histogram.percentile(0.99), 99);
  EXPECT_EQ(histogram.percentile(1), 100);
}

// Against a sorted list, over nine orders of size.
TEST(Histogram, is_never_too_low_and_hardly_too_high) {
  Histogram histogram;
  std::vector<Nanos> values;
  std::uint64_t seed = 1;
  for (int i = 0; i < 20'000; ++i) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    values.push_back(static_cast<Nanos>(seed >> 28 >> (i % 36)));
    histogram.record(values.back());
  }
  std::ranges::sort(values);
  for (const double share : {0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto rank = static_cast<std::size_t>(share * static_cast<double>(values.size()));
    const Nanos exact = values[std::max<std::size_t>(rank, 1) - 1];
    EXPECT_GE(histogram.percentile(share), exact) << share;
    EXPECT_LE(histogram.percentile(share), exact + exact / 64 + 1) << share;
  }
}

TEST(Histogram, keeps_the_largest_and_counts_what_is_out_of_range) {
  Histogram histogram;
  histogram.record(-5);
  EXPECT_EQ(histogram.percentile(1), 0);
  histogram.record(Nanos{1} << 50);
  EXPECT_EQ(histogram.max(), Nanos{1} << 50);
  EXPECT_EQ(histogram.count(), 2U);
  EXPECT_GT(histogram.percentile(1), Nanos{1} << 39);
}

}  // namespace
}  // namespace weir::bench
