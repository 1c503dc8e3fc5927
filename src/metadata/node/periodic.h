#pragma once
// Periodic: work that is done every so often on the shard, until destroyed.

#include <functional>

#include "base/env/env.h"

namespace weir::metadata {

class Periodic {
 public:
  Periodic(env::Env& env, env::Duration interval, std::function<void()> work)
      : env_(env), interval_(interval), work_(std::move(work)) {
    start();
  }
  ~Periodic() { env_.timers.cancel(timer_); }
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;

 private:
  void start() {
    timer_ = env_.timers.start(env_.clock.now() + interval_, [this] {
      start();
      work_();
    });
  }
  env::Env& env_;
  env::Duration interval_;
  std::function<void()> work_;
  env::TimerId timer_ = 0;
};

}  // namespace weir::metadata
