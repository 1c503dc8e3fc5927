#pragma once
// The loop of one shard: a Poller for descriptors and wake-ups, the queues of base/ for everything
// else. One turn is: wait, read the clocks, take what other threads sent, then who waited for
// descriptors and timers, run all of it, run the end of the turn. All calls belong to the loop's
// thread except submit() and stop().
//
// Cost of a turn without I/O: one epoll_pwait2 and two clock readings; a step costs no allocation.

#include <coroutine>
#include <memory>

#include "base/env/clock.h"
#include "base/env/executor.h"
#include "runtime/poller.h"

namespace weir::runtime {

class HelperPool;

class Loop final : public env::Executor, public env::Timers, public env::Clock {
 public:
  explicit Loop(HelperPool& helpers);
  ~Loop() override;

  void run();   // until stop()
  void stop();  // any thread; the turn that is running ends first
  // Any thread. Runs on the loop, in order per sending thread. Wakes it only when it sleeps.
  void submit(env::Callback message);

  void post(env::Callback callback) override;
  void post(std::coroutine_handle<> waiter) override;
  void at_end_of_turn(env::Callback callback) override;
  void offload(env::Callback work, env::Callback done) override;
  env::TimerId start(env::Instant when, env::Callback callback) override;
  void cancel(env::TimerId timer) override;
  env::Instant now() const override;
  TimestampMs wall_ms() const override;

 private:
  friend class Watch;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// A non-blocking descriptor that the loop watches; owned and closed by this object, and closed from
// the start if the system refuses to watch it. At most one coroutine waits in each direction. Stays
// where it is.
class Watch {
 public:
  Watch(Loop& loop, int descriptor);
  ~Watch() { close(); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  int descriptor() const { return descriptor_; }  // -1 once closed
  void close();                                   // who waits is resumed from the loop
  void wake();                                    // so, too, without closing

  // A call in this direction would have waited (EAGAIN), or took all there was: from here on wait()
  // waits for a change. Without this, wait() ends at once after the first time.
  void not_ready(Direction direction);

  // Resumes when the descriptor is perhaps ready, or closed: look at descriptor(), then try.
  auto wait(Direction direction) {
    struct Awaiter {
      Watch& watch;
      Direction direction;
      bool await_ready() const noexcept { return watch.descriptor() < 0; }
      void await_suspend(std::coroutine_handle<> waiter) const { watch.start(direction, waiter); }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this, direction};
  }

 private:
  void start(Direction direction, std::coroutine_handle<> waiter);

  Loop::Impl& loop_;
  int descriptor_;
  Poller::Ways ways_;
};

}  // namespace weir::runtime
