#pragma once
// What a shard's loop runs in one turn: posted steps in the order of the calls, then what was asked
// for the end of the turn. Both implementations of env::Executor are made of it, so that they
// agree.
//
// A step posted by a step runs in the same turn, unless steps keep posting steps: after rounds_max
// rounds the turn ends and the rest waits for the next one, so that sockets and timers get their
// share.

#include <coroutine>
#include <cstddef>
#include <vector>

#include "base/env/executor.h"

namespace weir {

class TurnQueue {
 public:
  static constexpr int rounds_max = 64;

  TurnQueue() = default;
  TurnQueue(const TurnQueue&) = delete;
  TurnQueue& operator=(const TurnQueue&) = delete;

  void post(env::Callback callback) { ready_.push_back({{}, std::move(callback)}); }
  void post(std::coroutine_handle<> waiter) { ready_.push_back({waiter, {}}); }
  void at_end_of_turn(env::Callback callback) { at_end_.push_back(std::move(callback)); }

  // Nothing to run: the loop may wait.
  bool idle() const { return ready_.empty() && at_end_.empty(); }
  bool running() const { return is_running_; }

  void run_turn();

  // Forgets everything without running it; not during run_turn().
  void clear();

 private:
  struct Step {
    std::coroutine_handle<> waiter;
    env::Callback callback;
  };
  std::vector<Step> ready_;
  std::vector<Step> round_;
  std::vector<env::Callback> at_end_;
  std::vector<env::Callback> ending_;
  bool is_running_ = false;
};

}  // namespace weir
