#include "runtime/loop.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/timer_queue.h"
#include "runtime/helper_pool.h"

namespace weir::runtime {
namespace {

env::Instant read_monotonic() {
  return env::Instant(std::chrono::steady_clock::now().time_since_epoch());
}
TimestampMs read_wall_ms() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
}

}  // namespace

struct Loop::Impl {
  explicit Impl(HelperPool& helper_pool) : helpers(helper_pool) {}

  void run();
  void read_clocks() {
    now = read_monotonic();
    wall_ms = read_wall_ms();
  }
  env::Duration fall_asleep();
  void take_inbox();
  void take_due_timers();

  HelperPool& helpers;
  Poller poller;
  TurnQueue turn;
  TimerQueue timers;
  env::Instant now = read_monotonic();
  TimestampMs wall_ms = read_wall_ms();
  bool stopping = false;

  std::mutex inbox_mutex;  // any thread -> this loop
  std::vector<env::Callback> inbox;
  bool asleep = false;  // or about to be: who puts something in wakes it
  std::vector<env::Callback> taken;
};

void Loop::Impl::run() {
  while (!stopping) {
    poller.wait(fall_asleep());
    read_clocks();
    // Before the descriptors: whatever was sent here before a peer was answered elsewhere is done
    // before the peer's next request is read (docs/decisions/0004).
    take_inbox();
    poller.resume_ready(turn);
    take_due_timers();
    turn.run_turn();
    // What its end let go on, such as the answers to what it wrote, need not wait for a poll.
    if (!turn.idle()) turn.run_turn();
  }
}

// How long there is nothing to do, as far as this thread knows. Where that is not zero, whoever
// puts something into the inbox from now on wakes the poller.
env::Duration Loop::Impl::fall_asleep() {
  if (!turn.idle()) return env::Duration::zero();
  const auto next = timers.next_due();
  const std::lock_guard lock(inbox_mutex);
  if (!inbox.empty()) return env::Duration::zero();
  asleep = true;
  if (!next) return env::Duration::max();
  return std::max(*next - read_monotonic(), env::Duration::zero());
}

void Loop::Impl::take_inbox() {
  {
    const std::lock_guard lock(inbox_mutex);
    asleep = false;
    taken.swap(inbox);
  }
  for (auto& message : taken) turn.post(std::move(message));
  taken.clear();
}

void Loop::Impl::take_due_timers() {
  while (const auto id = timers.pop_due(now)) {
    turn.post([this, timer = *id] { timers.fire(timer); });
  }
}

Loop::Loop(HelperPool& helpers) : impl_(std::make_unique<Impl>(helpers)) {}
Loop::~Loop() {
  impl_->inbox.clear();
  impl_->turn.clear();
  impl_->timers.clear();
}

void Loop::run() { impl_->run(); }

void Loop::stop() {
  submit([this] { impl_->stopping = true; });
}

void Loop::submit(env::Callback message) {
  bool wake = false;
  {
    const std::lock_guard lock(impl_->inbox_mutex);
    impl_->inbox.push_back(std::move(message));
    wake = std::exchange(impl_->asleep, false);
  }
  if (wake) impl_->poller.wake_up();
}

void Loop::post(env::Callback callback) { impl_->turn.post(std::move(callback)); }
void Loop::post(std::coroutine_handle<> waiter) { impl_->turn.post(waiter); }
void Loop::at_end_of_turn(env::Callback callback) {
  impl_->turn.at_end_of_turn(std::move(callback));
}

void Loop::offload(env::Callback work, env::Callback done) {
  impl_->helpers.run([this, work = std::move(work), done = std::move(done)]() mutable {
    work();
    work = nullptr;
    submit(std::move(done));
  });
}

env::TimerId Loop::start(env::Instant when, env::Callback callback) {
  return impl_->timers.start(when, std::move(callback));
}
void Loop::cancel(env::TimerId timer) { impl_->timers.cancel(timer); }
env::Instant Loop::now() const { return impl_->now; }
TimestampMs Loop::wall_ms() const { return impl_->wall_ms; }

Watch::Watch(Loop& loop, int descriptor) : loop_(*loop.impl_), descriptor_(descriptor) {
  if (descriptor_ < 0 || loop_.poller.add(descriptor_, ways_)) return;
  ::close(std::exchange(descriptor_, -1));
}

void Watch::close() {
  if (descriptor_ < 0) return;
  loop_.poller.remove(descriptor_);  // another descriptor of the same socket would keep it watched
  ::close(std::exchange(descriptor_, -1));
  wake();
}

void Watch::wake() {
  for (Poller::Way* way : {&ways_.read, &ways_.write}) {
    if (way->waiter) loop_.turn.post(std::exchange(way->waiter, {}));
  }
}

void Watch::not_ready(Direction direction) {
  Poller::Way& way = ways_.of(direction);
  way.ready = way.for_good;
}

void Watch::start(Direction direction, std::coroutine_handle<> waiter) {
  Poller::Way& way = ways_.of(direction);
  CHECK(!way.waiter, "one waits in each direction");
  if (way.ready) {
    loop_.turn.post(waiter);  // everything else that is ready runs first
  } else {
    way.waiter = waiter;
  }
}

}  // namespace weir::runtime
