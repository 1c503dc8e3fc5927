#pragma once
// Signal: "something changed, look again". Any number of coroutines of one shard wait, some of them
// until a time; notify() resumes all who wait at that moment, from the loop. Waiters look at their
// condition in a loop.

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

  // Resumes at `when` at the latest.
  auto wait_until(env::Timers& timers, env::Instant when) noexcept {
    struct Awaiter {
      Signal& signal;
      env::Timers& timers;
      env::Instant when;
      env::TimerId timer = 0;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> waiter) {
        signal.waiters_.push_back(waiter);
        timer = timers.start(when, [&at = signal, waiter] {
          // Not there: notified in this very turn, and about to resume.
          if (std::erase(at.waiters_, waiter) > 0) at.executor_.post(waiter);
        });
      }
      void await_resume() const { timers.cancel(timer); }
    };
    return Awaiter{*this, timers, when};
  }

 private:
  env::Executor& executor_;
  std::vector<std::coroutine_handle<>> waiters_;
};

}  // namespace weir
