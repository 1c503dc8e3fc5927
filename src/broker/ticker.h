#pragma once
// Ticker: calls something again and again on one shard, until it is stopped. The next period begins
// when the call has returned, so calls never pile up.

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>

#include "base/env/env.h"

namespace weir::broker {

// A time from the configuration, which may be as long as a number can say. Beyond ten years it is
// never, and within what can be added to an Instant.
inline constexpr std::int64_t never_ms = 10LL * 365 * 24 * 60 * 60 * 1000;
inline env::Duration duration_of_ms(std::int64_t ms) {
  return std::chrono::milliseconds(std::clamp<std::int64_t>(ms, 0, never_ms));
}

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
  // As start(), but nothing happens where the period is 0 or less, or never.
  void start_if_periodic(std::int64_t first_ms, std::int64_t period_ms,
                         std::function<void()> work) {
    if (period_ms <= 0 || period_ms >= never_ms) return;
    start(duration_of_ms(first_ms), duration_of_ms(period_ms), std::move(work));
  }
  // From the next call on.
  void set_period(env::Duration period) { period_ = period; }
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
