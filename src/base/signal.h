#pragma once
// Signal: "something changed, look again". Any number of coroutines of one shard wait; notify()
// resumes all who wait at that moment, from the loop. Waiters look at their condition in a loop.

#include <coroutine>
#include <utility>
#include <vector>

#include "base/env/executor.h"

namespace weir {

class Signal {
 public:
  explicit Signal(env::Executor& executor) : executor_(executor) {}
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  void notify() {
    for (auto waiter : std::exchange(waiters_, {})) executor_.post(waiter);
  }

  auto wait() noexcept {
    struct Awaiter {
      Signal& signal;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> waiter) const {
        signal.waiters_.push_back(waiter);
      }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this};
  }

 private:
  env::Executor& executor_;
  std::vector<std::coroutine_handle<>> waiters_;
};

}  // namespace weir
