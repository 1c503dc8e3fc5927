#include "runtime/loop.h"

#include <unistd.h>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/basic_stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <mutex>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/timer_queue.h"
#include "base/turn_queue.h"
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
  explicit Impl(HelperPool& helper_pool)
      : helpers(helper_pool), context(1), work(context.get_executor()), alarm(context) {}

  void run();
  void read_clocks() {
    now = read_monotonic();
    wall_ms = read_wall_ms();
  }
  void take_inbox();
  void set_alarm();
  void take_due_timers();

  HelperPool& helpers;
  asio::io_context context;
  asio::executor_work_guard<asio::io_context::executor_type> work;
  asio::steady_timer alarm;
  env::Instant alarm_at = env::Instant::max();

  TurnQueue turn;
  TimerQueue timers;
  env::Instant now = read_monotonic();
  TimestampMs wall_ms = read_wall_ms();
  bool stopping = false;

  std::mutex inbox_mutex;  // any thread -> this loop
  std::vector<env::Callback> inbox;
  std::vector<env::Callback> taken;
};

void Loop::Impl::run() {
  while (!stopping) {
    take_due_timers();
    if (turn.idle()) {
      set_alarm();
      context.run_one();
    }
    context.poll();
    read_clocks();
    take_inbox();
    take_due_timers();
    turn.run_turn();
  }
}

void Loop::Impl::take_inbox() {
  {
    const std::lock_guard lock(inbox_mutex);
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

// The alarm is only ever moved forward in time when it rings: a timer that is started and cancelled
// in between, as every long poll does, costs no system call.
void Loop::Impl::set_alarm() {
  const auto next = timers.next_due();
  if (!next || *next >= alarm_at) return;
  alarm_at = *next;
  alarm.expires_at(std::chrono::steady_clock::time_point(next->time_since_epoch()));
  alarm.async_wait([this](const std::error_code& aborted) {
    if (!aborted) alarm_at = env::Instant::max();
  });
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
  bool first = false;
  {
    const std::lock_guard lock(impl_->inbox_mutex);
    first = impl_->inbox.empty();
    impl_->inbox.push_back(std::move(message));
  }
  if (first) asio::post(impl_->context, [] {});
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

struct Watch::Impl {
  explicit Impl(Loop::Impl& of) : loop(of), descriptor(of.context.get_executor()) {}
  Loop::Impl& loop;
  asio::posix::basic_stream_descriptor<asio::io_context::executor_type> descriptor;
};

Watch::Watch(Loop& loop, int descriptor) : impl_(std::make_unique<Impl>(*loop.impl_)) {
  std::error_code error;
  impl_->descriptor.assign(descriptor, error);
  if (error && descriptor >= 0) ::close(descriptor);
}

Watch::~Watch() { close(); }

int Watch::descriptor() const {
  return impl_->descriptor.is_open() ? impl_->descriptor.native_handle() : -1;
}

void Watch::close() {
  std::error_code ignored;
  impl_->descriptor.close(ignored);
}

void Watch::wake() {
  std::error_code ignored;
  impl_->descriptor.cancel(ignored);
}

void Watch::start(Direction direction, std::coroutine_handle<> waiter) {
  const auto what = direction == Direction::read ? asio::posix::descriptor_base::wait_read
                                                 : asio::posix::descriptor_base::wait_write;
  // Asio calls this from the loop, also after close(). An error of the descriptor shows at the next
  // call on it.
  impl_->descriptor.async_wait(
      what, [turn = &impl_->loop.turn, waiter](const std::error_code&) { turn->post(waiter); });
}

}  // namespace weir::runtime
