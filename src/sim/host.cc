#include "sim/host.h"

#include <chrono>
#include <utility>

#include "base/check.h"
#include "sim/shard.h"
#include "sim/world.h"

namespace weir::sim {
namespace {

// 2026-01-01, where every run begins.
constexpr TimestampMs wall_start_ms = 1'767'225'600'000;
constexpr std::uint16_t first_ephemeral_port = 32'768;

}  // namespace

Host::Host(World& world, std::uint32_t number, const HostSettings& settings)
    : world_(world),
      settings_(settings),
      number_(number),
      address_("10.0.0." + std::to_string(number)),
      disk_(world, number),
      last_port_(first_ephemeral_port) {
  CHECK(settings.shards > 0, "at least one shard");
  life_ = lives_.emplace_back(std::make_unique<Life>()).get();
  for (env::ShardId id = 0; id < settings.shards; ++id) {
    shards_.push_back(std::make_unique<Shard>(*this, id));
  }
}

Host::~Host() = default;

env::Env& Host::env(env::ShardId shard) { return shards_.at(shard)->env(); }

void Host::crash(Crash kind) {
  CHECK(running(), "a machine crashes while it runs");
  for (auto& shard : shards_)
    CHECK(world_.running != shard.get(), "not from one of its own shards");
  world_.trace().add(TraceKind::crash, {number_, static_cast<std::uint64_t>(kind)});
  life_->over = true;
  world_.drop(life_);
  for (auto& shard : shards_) shard->forget();
  frames_.destroy_all();
  while (!held_.empty()) {
    const auto last = std::move(held_.back());
    held_.pop_back();
  }
  for (auto& shard : shards_) shard->forget();
  world_.faults().add(loses_power(kind) ? Fault::power_lost : Fault::process_killed);
  world_.switchboard().host_is_down(*this, loses_power(kind));
  disk_.crash(kind);
}

void Host::restart() {
  CHECK(!running(), "a machine starts when it is down");
  world_.trace().add(TraceKind::restart, {number_});
  life_ = lives_.emplace_back(std::make_unique<Life>()).get();
}

env::Instant Host::monotonic() const { return world_.now(); }

TimestampMs Host::wall_ms() const {
  const auto since_start = world_.now().time_since_epoch();
  const auto skewed_for =
      std::chrono::duration_cast<std::chrono::milliseconds>(world_.now() - skewed_since_);
  return wall_start_ms + wall_offset_.count() + skewed_for.count() * wall_skew_ / 1'000'000 +
         std::chrono::duration_cast<std::chrono::milliseconds>(since_start).count();
}

void Host::jump_wall_clock(std::chrono::milliseconds by) {
  world_.trace().add(TraceKind::clock_jump, {number_, static_cast<std::uint64_t>(by.count())});
  world_.faults().add(Fault::clock_jumped);
  wall_offset_ += by;
}

void Host::skew_wall_clock(std::int64_t parts_per_million) {
  world_.trace().add(TraceKind::clock_jump,
                     {number_, static_cast<std::uint64_t>(parts_per_million), 1});
  world_.faults().add(Fault::clock_skewed);
  const TimestampMs before = wall_ms();
  wall_skew_ = parts_per_million;
  skewed_since_ = world_.now();
  wall_offset_ += std::chrono::milliseconds(before - wall_ms());
}

void Host::set_wall_clock_right() {
  wall_offset_ = {};
  wall_skew_ = 0;
}

std::uint16_t Host::next_port() {
  last_port_ =
      last_port_ == UINT16_MAX ? first_ephemeral_port : static_cast<std::uint16_t>(last_port_ + 1);
  return last_port_;
}

}  // namespace weir::sim
