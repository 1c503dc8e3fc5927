#include "sim/shard.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "base/check.h"
#include "sim/host.h"
#include "sim/world.h"

namespace weir::sim {
namespace {

using std::chrono::microseconds;

constexpr env::Duration wake_max = microseconds(20);
constexpr env::Duration message_max = microseconds(50);
constexpr env::Duration helper_wait_max = microseconds(300);  // until a helper takes the job
constexpr env::Duration helper_back_max = microseconds(100);

std::string path_of(Host& host, env::ShardId id, std::string_view what) {
  return host.name() + "/" + std::to_string(id) + "/" + std::string(what);
}

}  // namespace

Shard::Shard(Host& host, env::ShardId id)
    : host_(host),
      world_(host.world()),
      id_(id),
      chance_(world_.fork(path_of(host, id, "schedule"))),
      random_(world_.fork(path_of(host, id, "program"))),
      last_arrival_(host.shards()),
      network_(*this),
      env_{*this, *this, *this, *this, host.disk(), network_, random_, *this} {}

bool Shard::is_over() const { return host_.life()->over; }

void Shard::check_is_here() const {
  CHECK(world_.running == nullptr || world_.running == this,
        "a door is used on its own shard only");
}

void Shard::schedule(env::Duration delay, TraceKind kind, env::Callback callback) {
  const std::uint64_t where = static_cast<std::uint64_t>(host_.number()) << 32 | id_;
  world_.schedule({.when = world_.now() + delay,
                   .kind = kind,
                   .where = where,
                   .life = host_.life(),
                   .callback = std::move(callback)});
}

env::Duration Shard::delay_up_to(env::Duration longest) {
  return env::Duration(chance_.below(static_cast<std::uint64_t>(longest.count())) + 1);
}

void Shard::wake() {
  if (turn_scheduled_ || turn_.running()) return;
  turn_scheduled_ = true;
  schedule(delay_up_to(wake_max), TraceKind::turn, [this] { run_turn(); });
}

void Shard::run_turn() {
  turn_scheduled_ = false;
  take_due_timers();
  world_.running = this;
  turn_.run_turn();
  world_.running = nullptr;
  if (!turn_.idle()) wake();
  set_alarm();
}

void Shard::take_due_timers() {
  while (const auto id = timers_.pop_due(now())) {
    turn_.post([this, timer = *id] { timers_.fire(timer); });
  }
}

void Shard::set_alarm() {
  const auto next = timers_.next_due();
  if (!next || *next >= alarm_at_) return;
  alarm_at_ = *next;
  schedule(*next - now(), TraceKind::alarm, [this, when = *next] {
    if (alarm_at_ == when) alarm_at_ = env::Instant::max();
    wake();
  });
}

void Shard::forget() {
  turn_.clear();
  timers_.clear();
  turn_scheduled_ = false;
  alarm_at_ = env::Instant::max();
}

void Shard::resume(std::coroutine_handle<> waiter) {
  turn_.post(waiter);
  wake();
}

void Shard::arrive(env::Callback message) {
  turn_.post(std::move(message));
  wake();
}

void Shard::post(env::Callback callback) {
  if (is_over()) return;
  check_is_here();
  turn_.post(std::move(callback));
  wake();
}

void Shard::post(std::coroutine_handle<> waiter) {
  if (is_over()) return;
  check_is_here();
  resume(waiter);
}

void Shard::at_end_of_turn(env::Callback callback) {
  if (is_over()) return;
  check_is_here();
  turn_.at_end_of_turn(std::move(callback));
  wake();
}

void Shard::offload(env::Callback work, env::Callback done) {
  if (is_over()) return;
  check_is_here();
  auto job = [this, work = std::move(work), done = std::move(done)]() mutable {
    world_.running = &work;  // no shard: the work must not touch any
    work();
    world_.running = nullptr;
    work = nullptr;
    schedule(delay_up_to(helper_back_max), TraceKind::offload_done,
             [this, done = std::move(done)]() mutable { arrive(std::move(done)); });
  };
  env::Duration wait = delay_up_to(helper_wait_max);
  if (host_.slowness() > env::Duration{}) {
    wait += delay_up_to(host_.slowness());
    world_.faults().add(Fault::disk_slow);
  }
  if (host_.stalls_one_in() > 0 && chance_.one_in(host_.stalls_one_in())) {
    wait += delay_up_to(host_.longest_stall());
    world_.faults().add(Fault::helper_stalled);
  }
  schedule(wait, TraceKind::offload_work, std::move(job));
}

DetachedFrames* Shard::detached_frames() { return &host_.frames(); }

env::TimerId Shard::start(env::Instant when, env::Callback callback) {
  if (is_over()) return 0;
  check_is_here();
  const auto id = timers_.start(when, std::move(callback));
  if (!turn_.running()) set_alarm();
  return id;
}

void Shard::cancel(env::TimerId timer) {
  if (is_over()) return;
  check_is_here();
  timers_.cancel(timer);
}

env::Instant Shard::now() const { return host_.monotonic(); }
TimestampMs Shard::wall_ms() const { return host_.wall_ms(); }

std::size_t Shard::count() const { return host_.shards(); }

void Shard::post(env::ShardId target, env::Callback message) {
  if (is_over()) return;
  if (target == id_) return post(std::move(message));
  check_is_here();
  Shard& other = host_.shard(target);
  auto& last = last_arrival_.at(target);
  last = std::max(last, world_.now() + delay_up_to(message_max + host_.message_slowness()));
  other.schedule(
      last - world_.now(), TraceKind::message,
      [&other, message = std::move(message)]() mutable { other.arrive(std::move(message)); });
}

bool Shard::enabled(env::Level level) const { return level >= env::Level::debug; }

void Shard::write(env::Level level, std::string_view component, std::string_view message) {
  if (enabled(level)) world_.add_log_line(host_, level, component, message);
}

}  // namespace weir::sim
