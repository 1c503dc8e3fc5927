#include "log/checked_ranges.h"

#include <gtest/gtest.h>

#include <set>

#include "base/random.h"

namespace weir::log {
namespace {

TEST(CheckedRanges, ranges_that_touch_become_one) {
  CheckedRanges ranges;
  EXPECT_EQ(ranges.whole_until(0), 0u);
  ranges.add_whole(10, 20);
  ranges.add_whole(30, 40);
  EXPECT_EQ(ranges.whole_until(9), 9u);
  EXPECT_EQ(ranges.whole_until(10), 20u);
  EXPECT_EQ(ranges.whole_until(20), 20u);
  ranges.add_whole(20, 30);
  EXPECT_EQ(ranges.whole_until(10), 40u);
  ranges.add_whole(0, 100);
  EXPECT_EQ(ranges.whole_until(0), 100u);
  ranges.add_whole(7, 7);
  EXPECT_EQ(ranges.whole_until(100), 100u);
}

TEST(CheckedRanges, say_what_a_set_of_positions_says) {
  SeededRandom chance(7);
  for (int round = 0; round < 200; ++round) {
    CheckedRanges ranges;
    std::set<std::uint64_t> model;
    for (int i = 0; i < 30; ++i) {
      const std::uint64_t begin = chance.below(100), end = begin + chance.below(12);
      ranges.add_whole(begin, end);
      for (std::uint64_t p = begin; p < end; ++p) model.insert(p);
    }
    for (std::uint64_t p = 0; p < 120; ++p) {
      std::uint64_t end = p;
      while (model.contains(end)) ++end;
      ASSERT_EQ(ranges.whole_until(p), end) << round << ", " << p;
    }
  }
}

TEST(CheckedRanges, forget_the_lowest_when_there_are_too_many) {
  CheckedRanges ranges;
  for (std::uint64_t i = 0; i <= CheckedRanges::ranges_max; ++i)
    ranges.add_whole(10 * i, 10 * i + 5);
  EXPECT_EQ(ranges.whole_until(0), 0u);
  EXPECT_EQ(ranges.whole_until(10), 15u);
}

TEST(CheckedRanges, damage_is_news_once) {
  CheckedRanges ranges;
  EXPECT_FALSE(ranges.is_damaged(5));
  EXPECT_EQ(ranges.take_news(5), "");
  ranges.add_damaged(5, "torn");
  ranges.add_damaged(5, "torn again");
  ranges.add_damaged(3, "old");
  EXPECT_TRUE(ranges.is_damaged(5));
  EXPECT_FALSE(ranges.is_damaged(4));
  EXPECT_EQ(ranges.take_news(5), "torn");
  EXPECT_EQ(ranges.take_news(5), "");
  EXPECT_EQ(ranges.take_news(3), "old");
  EXPECT_TRUE(ranges.is_damaged(3));
}

}  // namespace
}  // namespace weir::log
