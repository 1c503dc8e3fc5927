#pragma once
// OneShot<T>: a value that arrives once, awaited by at most one coroutine of the same shard. The
// waiter is resumed from the loop, never inside set().

#include <coroutine>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/env/executor.h"

namespace weir {

template <class T>
class OneShot {
 public:
  explicit OneShot(env::Executor& executor) : executor_(executor) {}
  OneShot(const OneShot&) = delete;
  OneShot& operator=(const OneShot&) = delete;

  bool is_set() const { return value_.has_value(); }

  void set(T value) {
    CHECK(!value_, "a OneShot is set once");
    value_.emplace(std::move(value));
    if (waiter_) executor_.post(std::exchange(waiter_, {}));
  }

  auto operator co_await() noexcept {
    struct Awaiter {
      OneShot& shot;
      bool await_ready() const noexcept { return shot.value_.has_value(); }
      void await_suspend(std::coroutine_handle<> waiter) const {
        CHECK(!shot.waiter_, "a OneShot has one waiter");
        shot.waiter_ = waiter;
      }
      T await_resume() const { return std::move(*shot.value_); }
    };
    return Awaiter{*this};
  }

 private:
  env::Executor& executor_;
  std::optional<T> value_;
  std::coroutine_handle<> waiter_;
};

}  // namespace weir
