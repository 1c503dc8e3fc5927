#pragma once
// Cancellation: the wish that something under way ends early, shared by whoever may wish it and
// whoever heeds it. On one shard. Copies are of the same wish; it is made once and stays.

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace weir {

class OnCancel;

class Cancellation {
 public:
  bool is_requested() const { return state_->is_requested; }
  // Runs the actions of all OnCancel that there are, oldest first, before it returns.
  inline void request();

 private:
  friend class OnCancel;
  struct State {
    bool is_requested = false;
    std::vector<OnCancel*> listening;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

// Does `action` when it is cancelled, at once if it is already; not after this has gone.
class OnCancel {
 public:
  OnCancel(const Cancellation& of, std::move_only_function<void()> action) : state_(of.state_) {
    if (state_->is_requested) {
      action();
      return;
    }
    action_ = std::move(action);
    state_->listening.push_back(this);
  }
  ~OnCancel() { std::erase(state_->listening, this); }
  OnCancel(const OnCancel&) = delete;
  OnCancel& operator=(const OnCancel&) = delete;

 private:
  friend class Cancellation;
  std::shared_ptr<Cancellation::State> state_;
  std::move_only_function<void()> action_;
};

void Cancellation::request() {
  const auto state = state_;  // an action may end whoever holds this
  state->is_requested = true;
  while (!state->listening.empty()) {
    OnCancel* const first = state->listening.front();
    state->listening.erase(state->listening.begin());
    auto action = std::exchange(first->action_, {});
    action();
  }
}

}  // namespace weir
