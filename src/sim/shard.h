#pragma once
// A shard of a simulated machine: the loop's doors on virtual time. Its turns are made of the same
// queues as the real loop's. What becomes ready starts a turn a little later; messages and helpers
// take a random time, but messages from one shard to another keep their order.
//
// Every door checks that it is used on its own shard: a data race on Linux is a failed CHECK here.

#include <vector>

#include "base/env/env.h"
#include "base/random.h"
#include "base/timer_queue.h"
#include "base/turn_queue.h"
#include "sim/network.h"

namespace weir::sim {

class Host;
class World;

class Shard final : public env::Executor,
                    public env::Timers,
                    public env::Clock,
                    public env::Shards,
                    public env::LogSink {
 public:
  Shard(Host& host, env::ShardId id);
  env::Env& env() { return env_; }
  Host& host() { return host_; }
  World& world() { return world_; }

  // From an event: resumes the coroutine in this shard's next turn.
  void resume(std::coroutine_handle<> waiter);
  // At a crash: drops everything that waits.
  void forget();

  void post(env::Callback callback) override;
  void post(std::coroutine_handle<> waiter) override;
  void at_end_of_turn(env::Callback callback) override;
  void offload(env::Callback work, env::Callback done) override;
  DetachedFrames* detached_frames() override;

  env::TimerId start(env::Instant when, env::Callback callback) override;
  void cancel(env::TimerId timer) override;

  env::Instant now() const override;
  TimestampMs wall_ms() const override;

  env::ShardId self() const override { return id_; }
  std::size_t count() const override;
  void post(env::ShardId target, env::Callback message) override;

  bool enabled(env::Level level) const override;
  void write(env::Level level, std::string_view component, std::string_view message) override;

  // Whether the caller may use this shard's doors: its own turn, or no turn at all.
  void check_is_here() const;
  bool is_over() const;
  void schedule(env::Duration delay, TraceKind kind, env::Callback callback);
  env::Duration delay_up_to(env::Duration longest);

 private:
  void wake();
  void run_turn();
  void set_alarm();
  void take_due_timers();
  void arrive(env::Callback message);

  Host& host_;
  World& world_;
  env::ShardId id_;
  SeededRandom chance_;  // of the schedule
  SeededRandom random_;  // what the program draws from
  TurnQueue turn_;
  TimerQueue timers_;
  bool turn_scheduled_ = false;
  env::Instant alarm_at_ = env::Instant::max();
  std::vector<env::Instant> last_arrival_;  // of the messages to each other shard
  ShardNetwork network_;
  env::Env env_;
};

}  // namespace weir::sim
