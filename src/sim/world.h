#pragma once
// A simulated world: machines, the network between them and virtual time, in one thread, from one
// seed. The program under test runs unchanged against the Env of each machine's shards.
//
//   World world({.seed = seed});
//   Host& machine = world.add_host({.name = "broker-1", .shards = 3});
//   ... start coroutines on machine.env(0) ...
//   world.run_until([&] { return done; }, std::chrono::minutes(5));
//
// Time passes only from event to event. Each source of chance has its own generator, named by a
// path and seeded from the run's seed and that path alone, so that one more draw in one place
// changes no other.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/env/env.h"
#include "base/random.h"
#include "sim/event_queue.h"
#include "sim/faults.h"
#include "sim/host.h"
#include "sim/switchboard.h"
#include "sim/trace.h"

namespace weir::sim {

struct WorldSettings {
  std::uint64_t seed = 0;
  bool print_log = false;  // every log line to standard error as it comes
};

class World {
 public:
  explicit World(const WorldSettings& settings);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Host& add_host(const HostSettings& settings);
  Host* find_host(std::string_view name_or_address);

  env::Instant now() const { return now_; }
  SeededRandom fork(std::string_view path) const;

  // Lets the next event happen; false: there is none.
  bool step();
  // Until `done` holds (looked at after each event); false: `limit` went by or nothing is left to
  // happen.
  bool run_until(const std::function<bool()>& done, env::Duration limit);
  void run_for(env::Duration duration);
  // Something from outside that happens then: a fault, a check.
  void at(env::Instant when, env::Callback script);

  std::uint64_t seed() const { return settings_.seed; }
  std::uint64_t trace_hash() const { return trace_.hash(); }
  std::uint64_t events() const { return events_; }
  const std::deque<std::string>& log() const {
    return log_;
  }  // the last lines, with time and machine

  // What has gone wrong so far.
  FaultCounts& faults() { return faults_; }

  // Resets every connection of this machine.
  void reset_connections(const Host& host) { switchboard_.reset_all(host); }
  // Kills every connection of this machine without a word.
  void half_open_connections(const Host& host) { switchboard_.half_open_all(host); }
  // For so long these two do not hear each other; then what was sent arrives, as TCP sends again.
  void part(const Host& one, const Host& other, env::Duration duration) {
    switchboard_.part(one, other, duration);
  }

  // For the parts of the simulator.
  Switchboard& switchboard() { return switchboard_; }
  Trace& trace() { return trace_; }
  void schedule(Event event);
  void drop(const Life* life) { queue_.drop(life); }
  void add_log_line(const Host& host, env::Level level, std::string_view component,
                    std::string_view message);
  // Which shard is running; null: none. A door of another one must not be used then.
  const void* running = nullptr;

 private:
  WorldSettings settings_;
  Trace trace_;
  EventQueue queue_;
  env::Instant now_{};
  std::uint64_t events_ = 0;
  std::deque<std::string> log_;
  FaultCounts faults_;
  Switchboard switchboard_;
  std::vector<std::unique_ptr<Host>> hosts_;
};

}  // namespace weir::sim
