#include "runtime/shards.h"

#include <pthread.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/random.h"
#include "runtime/blocked_signals.h"
#include "runtime/entropy.h"
#include "runtime/helper_pool.h"
#include "runtime/loop.h"
#include "runtime/posix_disk.h"
#include "runtime/tcp_network.h"

namespace weir::runtime {
namespace {

struct Shard;

// shard -> any shard
class Door final : public env::Shards {
 public:
  Door(env::ShardId self, Loop& loop, const std::vector<std::unique_ptr<Shard>>& all)
      : self_(self), loop_(loop), all_(all) {}
  env::ShardId self() const override { return self_; }
  std::size_t count() const override { return all_.size(); }
  void post(env::ShardId target, env::Callback message) override;

 private:
  env::ShardId self_;
  Loop& loop_;
  const std::vector<std::unique_ptr<Shard>>& all_;
};

struct Shard {
  Shard(env::ShardId id, HelperPool& helpers, PosixDisk& disk, env::LogSink& log,
        const std::vector<std::unique_ptr<Shard>>& all)
      : loop(helpers),
        door(id, loop, all),
        network(loop),
        random(entropy()),
        env{loop, loop, loop, door, disk, network, random, log} {}

  Loop loop;
  Door door;
  TcpNetwork network;
  SeededRandom random;
  env::Env env;
  std::thread thread;
};

void Door::post(env::ShardId target, env::Callback message) {
  if (target == self_) return loop_.post(std::move(message));
  all_.at(target)->loop.submit(std::move(message));
}

}  // namespace

struct Shards::Impl {
  explicit Impl(std::size_t helper_threads) : helpers(helper_threads) {}
  PosixDisk disk;
  std::vector<std::unique_ptr<Shard>> shards;
  HelperPool helpers;  // stops before the loops go: its threads submit to them
};

Shards::Shards(const ShardSettings& settings, env::LogSink& log)
    : impl_(std::make_unique<Impl>(settings.helper_threads)) {
  CHECK(settings.shards > 0, "at least one shard");
  auto& shards = impl_->shards;
  shards.reserve(settings.shards);
  for (env::ShardId id = 0; id < settings.shards; ++id) {
    shards.push_back(std::make_unique<Shard>(id, impl_->helpers, impl_->disk, log, shards));
  }
  const BlockedSignals blocked;
  for (env::ShardId id = 0; id < settings.shards; ++id) {
    Shard& shard = *shards[id];
    shard.thread = std::thread([&shard] { shard.loop.run(); });
    pthread_setname_np(shard.thread.native_handle(), ("weir-" + std::to_string(id)).c_str());
  }
}

Shards::~Shards() {
  stop();
  join();
}

std::size_t Shards::count() const { return impl_->shards.size(); }
env::Env& Shards::env(env::ShardId shard) { return impl_->shards.at(shard)->env; }

void Shards::post(env::ShardId target, env::Callback message) {
  impl_->shards.at(target)->loop.submit(std::move(message));
}

void Shards::stop() {
  for (auto& shard : impl_->shards) shard->loop.stop();
}

void Shards::join() {
  for (auto& shard : impl_->shards) {
    if (shard->thread.joinable()) shard->thread.join();
  }
}

}  // namespace weir::runtime
