#include "base/turn_queue.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <vector>

namespace weir {
namespace {

TEST(TurnQueue, steps_run_in_the_order_of_the_calls_and_the_end_comes_last) {
  TurnQueue queue;
  std::vector<int> order;
  queue.at_end_of_turn([&] { order.push_back(9); });
  queue.post([&] {
    order.push_back(1);
    queue.post([&] { order.push_back(3); });
  });
  queue.post([&] { order.push_back(2); });
  queue.run_turn();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 9}));
  EXPECT_TRUE(queue.idle());
}

TEST(TurnQueue, what_the_end_of_a_turn_asks_for_keeps_the_queue_busy) {
  TurnQueue queue;
  std::vector<int> order;
  queue.at_end_of_turn([&] {
    order.push_back(1);
    queue.at_end_of_turn([&] { order.push_back(3); });
    queue.post([&] { order.push_back(2); });
  });
  queue.run_turn();
  EXPECT_EQ(order, std::vector<int>{1});
  EXPECT_FALSE(queue.idle());
  queue.run_turn();
  EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
}

TEST(TurnQueue, a_step_that_posts_itself_for_ever_does_not_keep_the_turn_open) {
  TurnQueue queue;
  int runs = 0;
  bool ended = false;
  std::function<void()> again = [&] {
    ++runs;
    queue.post(again);
  };
  queue.post(again);
  queue.at_end_of_turn([&] { ended = true; });
  queue.run_turn();
  EXPECT_EQ(runs, TurnQueue::rounds_max);
  EXPECT_TRUE(ended);
  EXPECT_FALSE(queue.idle());
}

TEST(TurnQueue, a_callback_lets_go_of_what_it_holds_as_soon_as_it_has_run) {
  TurnQueue queue;
  auto held = std::make_shared<int>(1);
  long count = 0;
  queue.post([keep = held] {});
  queue.post([&] { count = held.use_count(); });
  queue.run_turn();
  EXPECT_EQ(count, 1);
}

TEST(TurnQueue, clear_also_drops_what_destructors_post) {
  TurnQueue queue;
  struct Poster {
    TurnQueue* queue;
    explicit Poster(TurnQueue* to) : queue(to) {}
    Poster(Poster&& other) noexcept : queue(std::exchange(other.queue, nullptr)) {}
    ~Poster() {
      if (queue) queue->post([] {});
    }
    void operator()() const {}
  };
  queue.post(env::Callback(Poster(&queue)));
  queue.clear();
  EXPECT_TRUE(queue.idle());
}

}  // namespace
}  // namespace weir
