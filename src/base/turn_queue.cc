#include "base/turn_queue.h"

#include <utility>

#include "base/check.h"

namespace weir {

void TurnQueue::run_turn() {
  CHECK(!is_running_, "a turn runs to its end");
  is_running_ = true;
  for (int round = 0; round < rounds_max && !ready_.empty(); ++round) {
    round_.swap(ready_);
    for (Step& step : round_) {
      if (step.waiter) {
        step.waiter.resume();
      } else {
        // Moved out first: what the callback holds goes when it has run, not when the round ends.
        env::Callback callback = std::move(step.callback);
        callback();
      }
    }
    round_.clear();
  }
  ending_.swap(at_end_);
  for (env::Callback& entry : ending_) {
    env::Callback callback = std::move(entry);
    callback();
  }
  ending_.clear();
  is_running_ = false;
}

void TurnQueue::clear() {
  CHECK(!is_running_, "cleared between turns only");
  // What is destroyed may post again (destructors do); go on until nothing is left.
  while (!idle()) {
    std::vector<Step> steps = std::exchange(ready_, {});
    std::vector<env::Callback> callbacks = std::exchange(at_end_, {});
  }
}

}  // namespace weir
