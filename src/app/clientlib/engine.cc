#include "app/clientlib/engine.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>

#include "runtime/blocked_signals.h"

namespace weir {
namespace {

thread_local const clientlib::Engine* engine_of_this_thread = nullptr;

}  // namespace

namespace detail {

bool is_client_thread() { return engine_of_this_thread != nullptr; }
Failure would_block() {
  return {Failure::Kind::invalid,
          "nothing may wait on the client's own thread: use then() or co_await"};
}
Failure stopped() { return {Failure::Kind::interrupted, "a stop was asked for"}; }
Failure already_taken() {
  return {Failure::Kind::invalid, "the outcome of this future was taken already"};
}

}  // namespace detail

namespace clientlib {
namespace {

constexpr std::chrono::milliseconds park_max{500};

// Engines that are still ending when nobody waits for them any more. Never destroyed: used until
// the process ends.
struct Abandoned {
  std::mutex mutex;
  std::vector<Engine*> engines;
  bool at_exit_is_set = false;
};
Abandoned& abandoned() {
  static auto* const all = new Abandoned;
  return *all;
}

}  // namespace

std::shared_ptr<Engine> Engine::start(const ClientOptions& options) {
  return {new Engine(options), &Engine::let_go};
}

Engine::Engine(const ClientOptions& options)
    : executor_(options.executor),
      on_error_(options.on_error),
      on_statistics_(options.on_statistics),
      statistics_interval_(options.statistics_interval),
      log_(options.log, options.log_level),
      shards_({.shards = 1, .helper_threads = 2}, log_) {
  post([this] {
    engine_of_this_thread = this;
    tasks_.emplace(env().executor);
    if (on_statistics_) tasks_->ending.spawn(tell_statistics());
  });
}

Engine::~Engine() {
  shards_.stop();
  shards_.join();
}

bool Engine::is_here() const { return engine_of_this_thread == this; }

void Engine::let_go(Engine* engine) {
  engine->post([engine] { engine->tasks_->ending.spawn(engine->finish()); });
  std::future<void> finished = engine->finished_.get_future();
  if (!engine->is_here() && finished.wait_for(linger_max) == std::future_status::ready) {
    delete engine;
    return;
  }
  Abandoned& all = abandoned();
  {
    const std::lock_guard lock(all.mutex);
    all.engines.push_back(engine);
    if (!std::exchange(all.at_exit_is_set, true)) {
      // Registered late, so it runs before what was constructed until now is destroyed.
      std::atexit([] {
        Abandoned& left = abandoned();
        const std::lock_guard inner(left.mutex);
        for (Engine* each : left.engines) each->park();
      });
    }
  }
  const runtime::BlockedSignals blocked;
  std::thread([engine, finished = std::move(finished), &all]() mutable {
    finished.wait();
    {
      const std::lock_guard lock(all.mutex);
      std::erase(all.engines, engine);
    }
    delete engine;
  }).detach();
}

Task<> Engine::finish() {
  auto working = tasks_->work.finished();
  co_await std::move(working);
  stopping_ = true;
  tasks_->stop.notify();
  if (!for_executor_.empty()) hand_to_executor();
  end_when_idle();
}

// This task, and the one of the statistics, have to end first.
void Engine::end_when_idle() {
  env().executor.post([this] {
    if (tasks_->ending.running() > 0) return end_when_idle();
    tasks_.reset();
    finished_.set_value();
  });
}

void Engine::park() {
  // The thread may be inside of a callback that never returns; then there is nothing to be done.
  auto parked = std::make_shared<std::promise<void>>();
  auto waiting = parked->get_future();
  post([parked] {
    parked->set_value();
    while (true) ::pause();
  });
  waiting.wait_for(park_max);
}

Task<> Engine::tell_statistics() {
  while (!stopping_) {
    co_await tasks_->stop.wait_until(env().timers, env().clock.now() + statistics_interval_);
    if (stopping_) break;
    Statistics statistics;
    for (const StatisticsSource* source : sources_) source->add_to(statistics);
    run([tell = on_statistics_, told = std::move(statistics)] { tell(told); });
  }
}

void Engine::run(detail::Continuation continuation) {
  if (!continuation) return;
  if (!executor_) return continuation();
  if (for_executor_.empty()) {
    env().executor.at_end_of_turn([this] { hand_to_executor(); });
  }
  for_executor_.push_back(std::move(continuation));
}

// All of one turn at once: a call of the executor is dearer than most callbacks.
void Engine::hand_to_executor() {
  if (for_executor_.empty()) return;
  executor_([all = std::exchange(for_executor_, {})]() mutable {
    for (detail::Continuation& each : all) std::exchange(each, {})();
  });
}

void Engine::report(const Failure& failure) {
  if (!on_error_) return;
  run([tell = on_error_, failure] { tell(failure); });
}

bool Engine::Log::enabled(env::Level level) const {
  return sink_ && static_cast<int>(level) >= static_cast<int>(level_);
}

void Engine::Log::write(env::Level level, std::string_view component, std::string_view message) {
  if (enabled(level)) sink_(static_cast<LogLevel>(level), component, message);
}

}  // namespace clientlib
}  // namespace weir
