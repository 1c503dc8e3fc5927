#pragma once
// Ticker: calls something again and again on one shard, until it is stopped. The next period begins
// when the call has returned, so calls never pile up.

#include <functional>
#include <utility>

#include "base/env/env.h"

namespace weir::broker {

class Ticker {
 public:
  explicit Ticker(env::Env& env) : env_(env) {}
  ~Ticker() { stop(); }
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

  void start(env::Duration first, env::Duration period, std::function<void()> work) {
    stop();
    period_ = period;
    work_ = std::move(work);
    running_ = true;
    arm(first);
  }
  // Within the call itself, too.
  void stop() {
    if (std::exchange(running_, false)) env_.timers.cancel(timer_);
  }

 private:
  void arm(env::Duration after) {
    timer_ = env_.timers.start(env_.clock.now() + after, [this] {
      work_();
      if (running_) arm(period_);
    });
  }

  env::Env& env_;
  env::Duration period_{};
  std::function<void()> work_;
  env::TimerId timer_ = 0;
  bool running_ = false;
};

}  // namespace weir::broker
