// Node: stopping.

#include <fmt/format.h>

#include "base/cross_shard.h"
#include "base/offload.h"
#include "broker/node.h"

namespace weir::broker {
namespace {

constexpr std::chrono::seconds answers_wait_max{10};   // for what was taken to be answered
constexpr std::chrono::seconds shutdown_wait_max{10};  // for the controller to let go

Task<Unit> drain(Shard& shard) {
  shard.connections.drain();
  co_await shard.stop_groups();
  co_await shard.connections.ended();
  co_return Unit{};
}

Task<Unit> destroy(std::unique_ptr<Shard>& shard) {
  shard.reset();
  co_return Unit{};
}

Task<> run_on(env::Env& home, Shard& shard, Task<Unit> (*work)(Shard&)) {
  auto make = [&shard, work] { return work(shard); };
  co_await call_on_shard<Unit>(home, shard.env.shards.self(), shard.env.shards, make);
}

}  // namespace

// Waits for every connection to end by itself for a while; then they are cut.
Task<> Node::stop_serving() {
  for (const auto& listener : listeners_) listener->close();
  TaskScope draining(env_.executor);
  for (const auto& shard : shards_) draining.spawn(run_on(env_, *shard, drain));
  const env::TimerId timer = env_.timers.start(env_.clock.now() + answers_wait_max, [this] {
    for (const auto& shard : shards_) {
      env_.shards.post(shard->env.shards.self(),
                       [held = shard.get()] { held->connections.close(); });
    }
  });
  co_await draining.finished();
  env_.timers.cancel(timer);
}

// The clean-shutdown marker is written last, and only when every log was closed cleanly: it tells
// the next start that nothing needs to be checked.
Task<Result<>> Node::stop() {
  if (std::exchange(stopping_, true)) co_return Result<>{};
  changed_.notify();
  for (Ticker* clock : {&recovery_point_clock_, &log_start_clock_, &high_watermark_clock_}) {
    clock->stop();
  }
  std::size_t unclean = failure_ ? 1 : 0;
  const bool has_shards = !shards_.empty() && shards_.back() != nullptr;
  if (has_shards) co_await stop_serving();
  if (lifecycle_) {
    if (broker_epoch_ >= 0 && !failure_) {
      const Result<> left = co_await lifecycle_->controlled_shutdown(shutdown_wait_max);
      if (!left) {
        env_.log.write(
            env::Level::warning, "broker",
            fmt::format("the controller did not confirm the shutdown: {}", left.error().message()));
      }
    }
    co_await lifecycle_->stop();
  }
  co_await tasks_.finished();
  if (has_shards) {
    for (const auto& shard : shards_) {
      auto make = [&held = *shard] { return held.close_partitions(); };
      unclean += co_await call_on_shard<std::size_t>(env_, shard->env.shards.self(),
                                                     shard->env.shards, make);
    }
    if (!co_await write_checkpoints_in_turn(CheckpointFiles::all())) ++unclean;
    published_ = false;
    for (auto& shard : shards_) {
      auto make = [&shard] { return destroy(shard); };
      env::Env& there = shard->env;
      co_await call_on_shard<Unit>(env_, there.shards.self(), there.shards, make);
    }
  }
  if (metadata_) {
    metadata_->unsubscribe(*this);
    if (metadata_->failed()) ++unclean;
    co_await metadata_->stop();
  }
  Result<> marked;
  if (has_shards && unclean == 0) {
    marked = co_await offload(
        env_.executor, [this] { return directory_->write_clean_shutdown_marker(broker_epoch_); });
  }
  lifecycle_.reset();
  metadata_.reset();
  directory_.reset();
  stopped_ = true;
  changed_.notify();
  co_return marked;
}

}  // namespace weir::broker
