#include "base/timer_queue.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "base/random.h"

namespace weir {
namespace {

env::Instant at(std::int64_t ns) { return env::Instant(env::Duration(ns)); }

void fire_all(TimerQueue& queue, env::Instant now) {
  while (const auto id = queue.pop_due(now)) queue.fire(*id);
}

TEST(TimerQueue, timers_fire_by_time_and_then_by_start) {
  TimerQueue queue;
  std::vector<int> order;
  queue.start(at(20), [&] { order.push_back(3); });
  queue.start(at(10), [&] { order.push_back(1); });
  queue.start(at(10), [&] { order.push_back(2); });
  queue.start(at(30), [&] { order.push_back(4); });
  EXPECT_EQ(queue.next_due(), at(10));
  fire_all(queue, at(20));
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(queue.next_due(), at(30));
}

TEST(TimerQueue, a_timer_cancelled_between_due_and_fire_never_fires) {
  TimerQueue queue;
  int fired = 0;
  const auto first = queue.start(at(1), [&] { ++fired; });
  EXPECT_EQ(queue.pop_due(at(1)), first);
  queue.cancel(first);
  queue.fire(first);
  queue.cancel(first);
  EXPECT_EQ(fired, 0);
  EXPECT_FALSE(queue.next_due());
}

TEST(TimerQueue, agrees_with_a_sorted_map_under_random_use) {
  SeededRandom random(7);
  TimerQueue queue;
  std::map<std::pair<env::Instant, env::TimerId>, int> model;
  std::vector<env::TimerId> fired, expected;
  std::int64_t now = 0;
  for (int step = 0; step < 20'000; ++step) {
    const auto choice = random.below(10);
    if (choice < 6) {
      const auto when = at(now + static_cast<std::int64_t>(random.below(500)));
      auto id = std::make_shared<env::TimerId>(0);
      *id = queue.start(when, [&fired, id] { fired.push_back(*id); });
      model.emplace(std::pair(when, *id), 0);
    } else if (choice < 9 && !model.empty()) {
      auto victim = model.begin();
      std::advance(victim, random.below(std::min<std::size_t>(model.size(), 16)));
      queue.cancel(victim->first.second);
      model.erase(victim);
    } else {
      now += static_cast<std::int64_t>(random.below(200));
      while (!model.empty() && model.begin()->first.first <= at(now)) {
        expected.push_back(model.begin()->first.second);
        model.erase(model.begin());
      }
      fire_all(queue, at(now));
    }
    ASSERT_EQ(queue.size(), model.size());
  }
  EXPECT_EQ(fired, expected);
  EXPECT_GT(fired.size(), 1000u);
}

}  // namespace
}  // namespace weir
