#pragma once
// The shard's loop: where coroutines are resumed, timers fire, and blocking work is sent away.
// Everything here is called on the shard's own thread, except Shards::post.

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "base/env/clock.h"

namespace weir {
class DetachedFrames;
}

namespace weir::env {

using Callback = std::move_only_function<void()>;

class Executor {
 public:
  virtual ~Executor() = default;

  // Runs on a later step of the loop, in the order of the calls; never inside this call.
  virtual void post(Callback callback) = 0;
  virtual void post(std::coroutine_handle<> waiter) = 0;

  // Runs once everything that is ready in this turn has been handled, and before the loop waits.
  // Appends of one turn are written here, answers of one turn are sent here.
  virtual void at_end_of_turn(Callback callback) = 0;

  // Runs `work` on the shard's helper thread, where blocking is allowed, and `done` back on the
  // shard. Jobs of one shard may run at the same time as each other and as the shard: `work`
  // touches only what it was given. See offload() in base/offload.h.
  virtual void offload(Callback work, Callback done) = 0;

  // Where coroutines that nobody owns are kept for a simulated crash; null: nowhere.
  virtual DetachedFrames* detached_frames() { return nullptr; }
};

using TimerId = std::uint64_t;

class Timers {
 public:
  virtual ~Timers() = default;
  virtual TimerId start(Instant when, Callback callback) = 0;  // never inside this call
  virtual void cancel(TimerId timer) = 0;  // harmless when it has fired; then it never fires
};

using ShardId = std::uint32_t;

// The only door between shards. `message` runs on the target shard; messages from one shard to
// another arrive in the order in which they were sent.
class Shards {
 public:
  virtual ~Shards() = default;
  virtual ShardId self() const = 0;
  virtual std::size_t count() const = 0;
  virtual void post(ShardId target, Callback message) = 0;
};

}  // namespace weir::env
