#pragma once
// A machine: a disk, an address, and a process with several shards that can crash and start again.
//
// What runs on it is started by the test through env(): coroutines in TaskScopes, and objects
// handed over by hold(). crash() drops all of it: first what was to happen, then every coroutine
// frame, newest first, then the held objects, last one first. Destructors that run then find the
// doors dead and harmless. The disk stays, as the kind of crash left it.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/detached_frames.h"
#include "base/env/env.h"
#include "sim/disk.h"
#include "sim/event_queue.h"

namespace weir::sim {

class World;
class Shard;

struct HostSettings {
  std::string name;
  env::ShardId shards = 1;
};

class Host {
 public:
  Host(World& world, std::uint32_t number, const HostSettings& settings);
  ~Host();

  const std::string& name() const { return settings_.name; }
  const std::string& address() const { return address_; }  // an IP literal
  std::uint32_t number() const { return number_; }
  env::ShardId shards() const { return settings_.shards; }
  env::Env& env(env::ShardId shard);  // valid over crashes
  Disk& disk() { return disk_; }

  // Dropped at the crash. Returns what was given.
  template <class T>
  T& hold(std::shared_ptr<T> object) {
    held_.push_back(object);
    return *object;
  }

  bool running() const { return !life_->over; }
  void crash(Crash kind);  // not from one of its own shards
  void restart();          // after a crash

  env::Instant monotonic() const;
  TimestampMs wall_ms() const;
  void jump_wall_clock(std::chrono::milliseconds by);    // forwards or back
  void skew_wall_clock(std::int64_t parts_per_million);  // too fast, or (negative) too slow
  void set_wall_clock_right();                           // as a machine does when it starts

  // From now on a helper's work takes up to so much longer; zero: no more.
  void slow_disk(env::Duration longest) { slowness_ = longest; }
  env::Duration slowness() const { return slowness_; }
  // From now on one piece of a helper's work in so many (0: none) takes up to so much longer, while
  // others overtake it, as on a disk with a queue.
  void stall_helpers(std::uint64_t one_in, env::Duration longest) {
    stalls_one_in_ = one_in;
    longest_stall_ = longest;
  }
  std::uint64_t stalls_one_in() const { return stalls_one_in_; }
  env::Duration longest_stall() const { return longest_stall_; }
  // From now on messages between shards may also take up to so long, as on a machine whose
  // processors are busy with others.
  void slow_messages(env::Duration longest) { message_slowness_ = longest; }
  env::Duration message_slowness() const { return message_slowness_; }

  // For the parts of the simulator.
  Shard& shard(env::ShardId id) { return *shards_.at(id); }
  World& world() { return world_; }
  const Life* life() const { return life_; }
  DetachedFrames& frames() { return frames_; }
  std::uint16_t next_port();

 private:
  World& world_;
  HostSettings settings_;
  std::uint32_t number_;
  std::string address_;
  std::vector<std::unique_ptr<Life>> lives_;
  Life* life_ = nullptr;  // the last one
  Disk disk_;
  DetachedFrames frames_;
  std::vector<std::shared_ptr<void>> held_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::uint16_t last_port_;
  std::chrono::milliseconds wall_offset_{};
  std::int64_t wall_skew_ = 0;  // parts per million
  env::Instant skewed_since_{};
  env::Duration slowness_{};
  std::uint64_t stalls_one_in_ = 0;
  env::Duration longest_stall_{};
  env::Duration message_slowness_{};
};

}  // namespace weir::sim
