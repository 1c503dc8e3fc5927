#include "client/backoff.h"

#include <gtest/gtest.h>

namespace weir::client {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, doubles_up_to_the_longest_give_or_take_a_fifth) {
  SeededRandom random(1);
  const Backoff backoff{.first = milliseconds(100), .longest = milliseconds(1'000)};
  EXPECT_EQ(backoff.after(0, random), env::Duration::zero());
  env::Duration shortest = milliseconds(100'000), longest{};
  for (const auto& [failures, middle] :
       {std::pair{1u, 100}, {2u, 200}, {4u, 800}, {5u, 1'000}, {4'000'000'000u, 1'000}}) {
    for (int i = 0; i < 1'000; ++i) {
      const env::Duration wait = backoff.after(failures, random);
      EXPECT_GE(wait, milliseconds(middle) * 4 / 5);
      EXPECT_LE(wait, milliseconds(middle) * 6 / 5);
      if (failures == 1) shortest = std::min(shortest, wait), longest = std::max(longest, wait);
    }
  }
  EXPECT_GT(longest - shortest, milliseconds(35));
}

TEST(Backoff, a_first_wait_above_the_longest_counts) {
  SeededRandom random(1);
  const Backoff backoff{.first = milliseconds(500), .longest = milliseconds(100)};
  EXPECT_GE(backoff.after(3, random), milliseconds(400));
  const Backoff none{};
  EXPECT_EQ(none.after(3, random), env::Duration::zero());
}

}  // namespace
}  // namespace weir::client
