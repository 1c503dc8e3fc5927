#include "sim/node/shrink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace weir::sim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

StrikeNumbers first_numbers(std::size_t count) {
  StrikeNumbers all(count);
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

// Fails with all of these together, whatever stands beside them.
auto needs(StrikeNumbers wanted) {
  return [wanted](const StrikeNumbers& some) { return std::ranges::includes(some, wanted); };
}

TEST(Shrink, finds_the_few_that_matter_wherever_they_stand) {
  const StrikeNumbers all = first_numbers(16);
  for (std::size_t one = 0; one < all.size(); ++one) {
    for (std::size_t other = one; other < all.size(); ++other) {
      StrikeNumbers wanted{one};
      if (other != one) wanted.push_back(other);
      const Shrunk shrunk = shrink(all, needs(wanted), 200);
      EXPECT_EQ(shrunk.kept, wanted);
      EXPECT_TRUE(shrunk.is_smallest);
      EXPECT_LE(shrunk.replays, 64u);
    }
  }
}

TEST(Shrink, leaves_nothing_where_nothing_is_needed_and_all_where_all_are) {
  const Shrunk none = shrink(first_numbers(8), [](const StrikeNumbers&) { return true; }, 50);
  EXPECT_THAT(none.kept, IsEmpty());
  EXPECT_EQ(none.replays, 1u);
  const Shrunk every = shrink(first_numbers(8), needs(first_numbers(8)), 50);
  EXPECT_EQ(every.kept, first_numbers(8));
  EXPECT_TRUE(every.is_smallest);
  const Shrunk empty = shrink({}, [](const StrikeNumbers&) { return true; }, 50);
  EXPECT_EQ(empty.replays, 0u);
}

// Two of one kind do for each other: what is left cannot lose one more.
TEST(Shrink, what_is_left_needs_each_of_it) {
  const auto two_of_the_even = [](const StrikeNumbers& some) {
    return std::ranges::count_if(some, [](std::size_t n) { return n % 2 == 0; }) >= 2;
  };
  const Shrunk shrunk = shrink(first_numbers(11), two_of_the_even, 200);
  EXPECT_EQ(shrunk.kept.size(), 2u);
  EXPECT_TRUE(two_of_the_even(shrunk.kept));
}

TEST(Shrink, stops_where_it_has_replayed_enough_with_what_is_known_to_fail) {
  const Shrunk shrunk = shrink(first_numbers(16), needs({3, 12}), 5);
  EXPECT_EQ(shrunk.replays, 5u);
  EXPECT_FALSE(shrunk.is_smallest);
  EXPECT_TRUE(needs({3, 12})(shrunk.kept));
}

TEST(Shrink, a_kind_of_violation_has_no_numbers_and_no_values) {
  EXPECT_EQ(kind_of("flights-3 offset 127: '1.2:xx' was acknowledged, and there is 'y'"),
            "flights-# offset #: ' was acknowledged, and there is '");
  EXPECT_EQ(kind_of("flights-11 offset 9: '' was acknowledged, and there is ''"),
            kind_of("flights-3 offset 127: '1.2:xx' was acknowledged, and there is 'y'"));
  EXPECT_NE(kind_of("cannot start: io"), kind_of("cannot stop: io"));
}

}  // namespace
}  // namespace weir::sim
