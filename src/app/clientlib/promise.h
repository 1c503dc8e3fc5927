#pragma once
// Promise: the other end of a Future, completed on the engine's thread, exactly once. One that goes
// without an outcome ends with `closed`.

#include <memory>
#include <utility>

#include "app/clientlib/engine.h"
#include "weir/future.h"

namespace weir::clientlib {

inline Failure closed_failure(std::string what) { return {Failure::Kind::closed, std::move(what)}; }

template <class T = void>
class Promise {
 public:
  using Outcome = std::expected<T, Failure>;

  explicit Promise(Engine& engine)
      : engine_(&engine), state_(std::make_shared<detail::FutureState<T>>()) {}
  Promise(Promise&&) noexcept = default;
  Promise& operator=(Promise&&) = delete;
  ~Promise() {
    if (state_) set(std::unexpected(closed_failure("the client was closed")));
  }

  Future<T> future() const { return Future<T>(state_); }
  void set(Outcome outcome) {
    const auto state = std::exchange(state_, {});
    engine_->run(state->complete(std::move(outcome)));
  }

 private:
  Engine* engine_;
  std::shared_ptr<detail::FutureState<T>> state_;
};

}  // namespace weir::clientlib
