#include "sim/event_queue.h"

#include <gtest/gtest.h>

#include <memory>

namespace weir::sim {
namespace {

env::Instant at(int ns) { return env::Instant(env::Duration(ns)); }

TEST(EventQueue, events_come_by_time_and_then_by_the_order_of_scheduling) {
  EventQueue queue;
  for (const int when : {3, 1, 2, 1, 3, 2}) queue.push({.when = at(when), .callback = [] {}});
  std::vector<std::pair<env::Instant, std::uint64_t>> order;
  while (!queue.empty()) {
    EXPECT_EQ(queue.next_time().has_value(), true);
    const Event event = queue.pop();
    order.emplace_back(event.when, event.order);
  }
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_EQ(order.size(), 6u);
  EXPECT_FALSE(queue.next_time());
}

TEST(EventQueue, a_life_that_ends_takes_its_events_and_what_they_hold) {
  EventQueue queue;
  const Life first, second;
  auto held = std::make_shared<int>(0);
  for (int i = 0; i < 10; ++i) {
    queue.push({.when = at(i), .life = i % 2 ? &first : &second, .callback = [held] {}});
  }
  queue.drop(&first);
  EXPECT_EQ(held.use_count(), 6);
  int left = 0;
  for (int last = -1; !queue.empty(); ++left) {
    const Event event = queue.pop();
    EXPECT_EQ(event.life, &second);
    EXPECT_GT(event.when, at(last));
    last = static_cast<int>(event.when.time_since_epoch().count());
  }
  EXPECT_EQ(left, 5);
}

}  // namespace
}  // namespace weir::sim
