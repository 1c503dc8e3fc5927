#pragma once
// The contract of the loop: executor, clock, timers, messages between shards.

#include <memory>
#include <string>
#include <vector>

#include "base/cross_shard.h"
#include "base/env/contract_test_support.h"
#include "base/offload.h"

namespace weir::env {

// A turn that has nothing to do but what was posted before.
inline Task<> next_turn(Env& env) {
  OneShot<Unit> turned(env.executor);
  env.executor.at_end_of_turn(
      [&env, &turned] { env.executor.post([&turned] { turned.set({}); }); });
  co_await turned;
}

struct ContractResumer {
  Executor& executor;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) const { executor.post(waiter); }
  void await_resume() const noexcept {}
};

TEST_P(DoorContract, posts_run_later_and_in_order) {
  run([](ContractWorld& world) -> Task<> {
    Executor& executor = world.env(0).executor;
    std::vector<int> order;
    executor.post([&] { order.push_back(1); });
    executor.post([&] {
      order.push_back(2);
      executor.post([&] { order.push_back(4); });
    });
    EXPECT_TRUE(order.empty());
    const ContractResumer resumer{executor};
    co_await resumer;
    order.push_back(3);
    co_await resumer;
    EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 4}));
  });
}

TEST_P(DoorContract, the_end_of_a_turn_comes_after_everything_posted_in_it) {
  run([](ContractWorld& world) -> Task<> {
    Env& env = world.env(0);
    co_await next_turn(env);
    std::vector<int> order;
    env.executor.at_end_of_turn([&] {
      order.push_back(4);
      env.executor.at_end_of_turn([&] { order.push_back(6); });
      env.executor.post([&] { order.push_back(5); });
    });
    env.executor.post([&] {
      order.push_back(1);
      env.executor.post([&] {
        order.push_back(2);
        env.executor.post([&] { order.push_back(3); });
      });
    });
    co_await next_turn(env);
    co_await next_turn(env);
    EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 4, 5, 6}));
  });
}

TEST_P(DoorContract, an_end_of_turn_asked_for_by_a_timer_needs_no_other_event) {
  run([](ContractWorld& world) -> Task<> {
    Env& env = world.env(0);
    OneShot<Unit> ended(env.executor);
    env.timers.start(env.clock.now() + std::chrono::milliseconds(1),
                     [&] { env.executor.at_end_of_turn([&] { ended.set({}); }); });
    co_await ended;
  });
}

TEST_P(DoorContract, both_clocks_stand_still_within_a_turn_and_never_go_back) {
  run([](ContractWorld& world) -> Task<> {
    Env& env = world.env(0);
    Instant last = env.clock.now();
    for (int i = 0; i < 20; ++i) {
      co_await sleep_for(env, std::chrono::microseconds(500));
      const Instant now = env.clock.now();
      const TimestampMs wall = env.clock.wall_ms();
      EXPECT_GE(now, last + std::chrono::microseconds(500));
      const ContractResumer resumer{env.executor};
      for (int step = 0; step < 10; ++step) {
        volatile int work = 0;
        for (int spin = 0; spin < 10'000; ++spin) work = work + spin;
        co_await resumer;
        EXPECT_EQ(env.clock.now(), now);
        EXPECT_EQ(env.clock.wall_ms(), wall);
      }
      last = now;
    }
  });
}

TEST_P(DoorContract, timers_fire_in_order_of_their_time_and_not_too_early) {
  run([](ContractWorld& world) -> Task<> {
    Env& env = world.env(0);
    const Instant start = env.clock.now();
    std::vector<int> order;
    OneShot<Unit> last(env.executor);
    const auto in = [&](int ms) { return start + std::chrono::milliseconds(ms); };
    env.timers.start(in(6), [&] {
      order.push_back(3);
      EXPECT_GE(env.clock.now(), in(6));
      last.set({});
    });
    env.timers.start(in(2), [&] { order.push_back(1); });
    env.timers.start(in(4), [&] { order.push_back(2); });
    env.timers.start(start - std::chrono::seconds(1), [&] { order.push_back(0); });
    EXPECT_TRUE(order.empty());
    co_await last;
    EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3}));
  });
}

TEST_P(DoorContract, a_cancelled_timer_never_fires_not_even_when_it_is_due) {
  run([](ContractWorld& world) -> Task<> {
    Env& env = world.env(0);
    const Instant when = env.clock.now() + std::chrono::milliseconds(2);
    TimerId second = 0;
    bool fired = false;
    OneShot<Unit> first(env.executor);
    env.timers.start(when, [&] {
      env.timers.cancel(second);
      first.set({});
    });
    second = env.timers.start(when, [&] { fired = true; });
    const TimerId other = env.timers.start(when, [&] { fired = true; });
    env.timers.cancel(other);
    env.timers.cancel(other);
    co_await first;
    env.timers.cancel(second);
    co_await sleep_for(env, std::chrono::milliseconds(5));
    EXPECT_FALSE(fired);
  });
}

TEST_P(DoorContract, offloaded_work_is_done_before_its_completion_and_all_jobs_end) {
  run([](ContractWorld& world) -> Task<> {
    Env& env = world.env(0);
    std::vector<int> results(100, 0);
    std::size_t done = 0;
    OneShot<Unit> all(env.executor);
    for (int i = 0; i < 100; ++i) {
      env.executor.offload([&results, i] { results[static_cast<std::size_t>(i)] = i + 1; },
                           [&, i] {
                             EXPECT_EQ(results[static_cast<std::size_t>(i)], i + 1);
                             if (++done == results.size()) all.set({});
                           });
    }
    EXPECT_EQ(done, 0u);
    co_await all;
    auto work = [] { return std::string("from the helper"); };
    auto task = offload(env.executor, work);
    EXPECT_EQ(co_await std::move(task), "from the helper");
  });
}

TEST_P(DoorContract, messages_between_two_shards_keep_their_order) {
  run([](ContractWorld& world) -> Task<> {
    Env& env = world.env(0);
    struct Other {
      std::vector<int> seen;
      ShardId self = 0;
      std::size_t count = 0;
    } other;  // shard 1's until the last message
    OneShot<Unit> back(env.executor);
    const int messages = 500;
    for (int i = 0; i < messages; ++i) {
      env.shards.post(1, [&, i] {
        other.seen.push_back(i);
        if (i + 1 < messages) return;
        other.self = world.env(1).shards.self();
        other.count = world.env(1).shards.count();
        world.env(1).shards.post(0, [&back] { back.set({}); });
      });
    }
    co_await back;
    EXPECT_EQ(other.seen.size(), 500u);
    EXPECT_TRUE(std::is_sorted(other.seen.begin(), other.seen.end()));
    EXPECT_EQ(other.self, 1u);
    EXPECT_EQ(other.count, ContractWorld::shards);
    EXPECT_EQ(env.shards.self(), 0u);
  });
}

TEST_P(DoorContract, a_message_to_the_own_shard_runs_later) {
  run([](ContractWorld& world) -> Task<> {
    Env& env = world.env(0);
    OneShot<Unit> arrived(env.executor);
    env.shards.post(0, [&] { arrived.set({}); });
    EXPECT_FALSE(arrived.is_set());
    co_await arrived;
  });
}

TEST_P(DoorContract, a_call_on_another_shard_runs_there_and_comes_home) {
  run([](ContractWorld& world) -> Task<> {
    Env& home = world.env(0);
    for (int round = 0; round < 50; ++round) {
      for (ShardId target = 0; target < ContractWorld::shards; ++target) {
        struct There {
          static Task<ShardId> visit(Env& env) {
            co_await sleep_for(env, std::chrono::microseconds(10));
            co_return env.shards.self();
          }
        };
        Env& there = world.env(target);
        auto make = [&there] { return There::visit(there); };
        auto call = call_on_shard<ShardId>(home, target, there.shards, make);
        EXPECT_EQ(co_await std::move(call), target);
      }
    }
  });
}

TEST_P(DoorContract, random_numbers_differ_between_shards_and_calls) {
  run([](ContractWorld& world) -> Task<> {
    const auto first = world.env(0).random.next();
    EXPECT_NE(first, world.env(0).random.next());
    EXPECT_NE(first, world.env(1).random.next());
    co_return;
  });
}

TEST_P(DoorContract, a_log_line_may_be_written_from_any_shard) {
  run([](ContractWorld& world) -> Task<> {
    Env& home = world.env(0);
    struct There {
      static Task<bool> write(Env& env) {
        env.log.write(Level::info, "contract", "a line\nwith foreign text");
        co_return env.log.enabled(Level::error);
      }
    };
    Env& there = world.env(2);
    auto make = [&there] { return There::write(there); };
    auto call = call_on_shard<bool>(home, 2, there.shards, make);
    EXPECT_TRUE(co_await std::move(call));
  });
}

}  // namespace weir::env
