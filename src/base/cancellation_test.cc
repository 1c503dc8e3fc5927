#include "base/cancellation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace weir {
namespace {

TEST(Cancellation, tells_everybody_who_is_there_once_and_in_order) {
  Cancellation wish;
  std::string told;
  const OnCancel first(wish, [&] { told += '1'; });
  std::optional<OnCancel> gone(std::in_place, wish, [&] { told += 'x'; });
  const OnCancel second(Cancellation(wish), [&] { told += '2'; });
  gone.reset();
  EXPECT_FALSE(wish.is_requested());
  wish.request();
  wish.request();
  EXPECT_TRUE(wish.is_requested());
  EXPECT_EQ(told, "12");
}

TEST(Cancellation, whoever_comes_late_is_told_at_once) {
  Cancellation wish;
  wish.request();
  int told = 0;
  const OnCancel late(wish, [&] { ++told; });
  EXPECT_EQ(told, 1);
}

TEST(Cancellation, an_action_may_end_others_and_the_wish_itself) {
  auto wish = std::make_unique<Cancellation>();
  std::optional<OnCancel> other;
  int told = 0;
  const OnCancel first(*wish, [&] {
    other.reset();
    wish.reset();
  });
  other.emplace(*wish, [&] { ++told; });
  wish->request();
  EXPECT_EQ(told, 0);
}

}  // namespace
}  // namespace weir
