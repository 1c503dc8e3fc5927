#pragma once
// Future<T>: the outcome of something that was begun, a T or a Failure, which comes exactly once.
// It is taken in one of three ways:
//
//   auto outcome = future.get();                             // blocks
//   std::move(future).then([](std::expected<T, Failure> outcome) { ... });
//   auto outcome = co_await std::move(future);               // in a coroutine
//
// Where the latter two go on: on the client's own thread, or where ClientOptions::executor says; at
// once on the calling thread when the outcome is there already. On the client's own thread nothing
// may block: get() and wait_for() give up at once there. What runs there must not throw.
//
// Dropping a Future does not stop what was begun. A Future is also a coroutine's return type: the
// coroutine runs on until its first co_await when it is called, and co_return gives the outcome.
// GCC 12 miscompiles braces inside of a co_await expression: name such arguments first.
//
// One thread at a time may use a Future; the outcome may come from any.

#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <cstdlib>
#include <exception>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include "weir/failure.h"

namespace weir {

namespace detail {

// Whether this is the own thread of some Client, where nothing may block.
WEIR_API bool is_client_thread();
WEIR_API Failure would_block();
WEIR_API Failure stopped();
WEIR_API Failure already_taken();

using Continuation = std::move_only_function<void()>;

template <class T>
class FutureState {
 public:
  using Outcome = std::expected<T, Failure>;

  // What the caller runs next, where it shall run; may be empty.
  [[nodiscard]] Continuation complete(Outcome outcome) {
    Continuation next;
    {
      const std::lock_guard lock(mutex_);
      if (is_done_) std::abort();
      outcome_.emplace(std::move(outcome));
      is_done_ = true;
      next = std::exchange(continuation_, {});
    }
    changed_.notify_all();
    return next;
  }

  bool is_done() const {
    const std::lock_guard lock(mutex_);
    return is_done_;
  }
  // False: it is done already, and the continuation was not taken.
  bool continue_with(Continuation& continuation) {
    const std::lock_guard lock(mutex_);
    if (is_done_) return false;
    continuation_ = std::move(continuation);
    return true;
  }
  // Until it is done, or `until` has passed, or a stop was asked for.
  bool wait(std::optional<std::chrono::steady_clock::time_point> until,
            const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (is_done_ || is_client_thread()) return is_done_;
    lock.unlock();
    const std::stop_callback wake(stop, [this] {
      {
        const std::lock_guard inner(mutex_);
      }
      changed_.notify_all();
    });
    lock.lock();
    const auto is_over = [&] { return is_done_ || stop.stop_requested(); };
    if (until) {
      changed_.wait_until(lock, *until, is_over);
    } else {
      changed_.wait(lock, is_over);
    }
    return is_done_;
  }
  Outcome take() {
    const std::lock_guard lock(mutex_);
    if (!outcome_) return std::unexpected(already_taken());
    Outcome taken = *std::move(outcome_);
    outcome_.reset();
    return taken;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Outcome> outcome_;
  Continuation continuation_;
  bool is_done_ = false;
};

}  // namespace detail

template <class T = void>
class [[nodiscard]] Future {
 public:
  using Outcome = std::expected<T, Failure>;
  struct promise_type;

  // Of nothing: it can only be assigned to.
  Future() = default;
  explicit Future(std::shared_ptr<detail::FutureState<T>> state) : state_(std::move(state)) {}
  static Future ready(Outcome outcome) {
    auto state = std::make_shared<detail::FutureState<T>>();
    (void)state->complete(std::move(outcome));
    return Future(std::move(state));
  }

  bool is_ready() const { return state_ && state_->is_done(); }

  // Waits for the outcome and moves it out; afterwards there is none. Failures of its own:
  // interrupted (`stop` came first: the outcome can still be waited for), and invalid on the
  // client's own thread.
  Outcome get(std::stop_token stop = {}) {
    if (!state_) return std::unexpected(detail::already_taken());
    if (!state_->wait(std::nullopt, stop)) {
      return std::unexpected(detail::is_client_thread() ? detail::would_block()
                                                        : detail::stopped());
    }
    return state_->take();
  }
  // Whether the outcome is there, after waiting for this long at most.
  template <class Rep, class Period>
  bool wait_for(std::chrono::duration<Rep, Period> time) const {
    return state_ && state_->wait(std::chrono::steady_clock::now() +
                                      std::chrono::ceil<std::chrono::nanoseconds>(time),
                                  {});
  }

  // `callback` is called once, with the Outcome.
  template <class Callback>
  void then(Callback callback) && {
    auto state = std::move(state_);
    detail::Continuation next = [state, callback = std::move(callback)]() mutable {
      callback(state->take());
    };
    if (!state->continue_with(next)) next();
  }

  auto operator co_await() && {
    struct Awaiter {
      std::shared_ptr<detail::FutureState<T>> state;
      bool await_ready() const { return state->is_done(); }
      bool await_suspend(std::coroutine_handle<> waiter) {
        detail::Continuation next = [waiter] { waiter.resume(); };
        return state->continue_with(next);
      }
      Outcome await_resume() { return state->take(); }
    };
    return Awaiter{std::move(state_)};
  }

 private:
  std::shared_ptr<detail::FutureState<T>> state_;
};

template <class T>
struct Future<T>::promise_type {
  std::shared_ptr<detail::FutureState<T>> state = std::make_shared<detail::FutureState<T>>();
  std::optional<Outcome> outcome;

  Future get_return_object() { return Future(state); }
  std::suspend_never initial_suspend() const noexcept { return {}; }
  // The frame goes before whoever waits is resumed.
  struct Ending {
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<promise_type> ended) const noexcept {
      auto last_state = std::move(ended.promise().state);
      auto last_outcome = std::move(*ended.promise().outcome);
      ended.destroy();
      auto next = last_state->complete(std::move(last_outcome));
      if (next) next();
    }
    void await_resume() const noexcept {}
  };
  Ending final_suspend() const noexcept { return {}; }
  void return_value(Outcome value) { outcome.emplace(std::move(value)); }
  [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
};

}  // namespace weir
