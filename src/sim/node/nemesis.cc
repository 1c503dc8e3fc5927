#include "sim/node/nemesis.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/env/disk.h"

namespace weir::sim {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::int64_t skew_max = 500'000;       // parts per million
constexpr std::uint64_t room_left_max = 20'000;  // bytes, on a disk that is nearly full

void cut_off(Disk& disk, const std::string& path, SeededRandom& chance) {
  const auto file = disk.open(path, env::OpenMode::read_write);
  if (!file) return;
  const auto size = (*file)->size();
  CHECK(size.has_value());
  CHECK((*file)->truncate(chance.below(*size + 1)) && (*file)->sync());
}

}  // namespace

std::string_view name_of(const Strike& strike) {
  constexpr std::string_view crashes[] = {"kill", "power none", "power prefix", "power mixed"};
  constexpr std::string_view troubles[] = {
      "reads", "writes", "syncs", "full",      "resets",        "parting",    "clock",
      "stop",  "skew",   "slow",  "half-open", "start crashes", "checkpoints"};
  if (const auto* how = std::get_if<Crash>(&strike)) return crashes[static_cast<int>(*how)];
  return troubles[static_cast<int>(std::get<Trouble>(strike))];
}

void Nemesis::say(std::string_view what) {
  world_.add_log_line(node_.host(), env::Level::warning, "nemesis", what);
}

void Nemesis::strike(const Strike& strike, std::size_t number) {
  chance_ = world_.fork(fmt::format("nemesis/{}", number));
  say(name_of(strike));
  if (const auto* how = std::get_if<Crash>(&strike)) return crash(*how);
  trouble(std::get<Trouble>(strike));
}

void Nemesis::run_for_up_to(milliseconds longest) {
  world_.run_for(milliseconds(1 + chance_.below(static_cast<std::uint64_t>(longest.count()))));
}

Crash Nemesis::any_crash() {
  constexpr Crash kinds[] = {Crash::process, Crash::power_keep_none, Crash::power_keep_some,
                             Crash::power_keep_mixed};
  return kinds[chance_.below(4)];
}

// Between two operations of the disk, a few or a few hundred from now: also within a job of a
// helper, which takes no time here.
void Nemesis::stop_amid_work() {
  Disk& disk = node_.host().disk();
  disk.stop_after(chance_.below(std::uint64_t{1} << (1 + chance_.below(8))));
  if (world_.run_until([&] { return disk.has_stopped(); }, milliseconds(200))) {
    world_.faults().add(Fault::work_cut);
    say("the machine stopped between two operations");
  }
}

// With so much to do for the disk that a lot of what was written waits for its sync.
void Nemesis::load_disk() {
  node_.host().slow_disk(milliseconds(1 << chance_.below(9)));
  run_for_up_to(milliseconds(100));
}

// A process that is killed between a sync that failed and the file that says so leaves nothing that
// could be seen (docs/decisions/0009): that is the one moment which is left out.
void Nemesis::crash(Crash how) {
  const bool may_forget =
      how == Crash::process && node_.host().disk().faults().sync_fails_one_in > 0;
  if (loses_power(how) && chance_.one_in(4)) load_disk();
  if (chance_.one_in(2) && !may_forget) stop_amid_work();
  node_.host().slow_disk({});
  if (!node_.is_ready()) world_.faults().add(Fault::recovery_cut);
  say(name_of(how));
  node_.crash(how);
  run_for_up_to(milliseconds(300));
  start();
}

void Nemesis::start() {
  say("starts again");
  node_.host().set_wall_clock_right();
  node_.start();
}

// A node that cannot stop cleanly, or is not there, is killed.
void Nemesis::restart_cleanly() {
  world_.run_until([this] { return node_.is_ready() || node_.error(); }, seconds(30));
  if (!node_.is_ready()) return crash(Crash::process);
  const auto stopped = node_.stop_and_wait();
  if (!stopped) say("cannot stop: " + stopped.error().message());
  run_for_up_to(milliseconds(50));
  start();
}

void Nemesis::trouble(Trouble what) {
  const std::uint64_t one_in = std::uint64_t{1} << chance_.below(7);
  switch (what) {
    case Trouble::reads_fail:
      return break_disk({.read_fails_one_in = one_in});
    case Trouble::writes_fail:
      return break_disk({.write_fails_one_in = one_in});
    case Trouble::syncs_fail:
      return break_disk({.sync_fails_one_in = one_in});
    case Trouble::disk_full:
      return fill_disk();
    case Trouble::connections_reset:
      return world_.reset_connections(node_.host());
    case Trouble::network_parted:
      return world_.part(node_.host(), clients_, milliseconds(1 + chance_.below(20'000)));
    case Trouble::clock_skews:
      return node_.host().skew_wall_clock(
          static_cast<std::int64_t>(chance_.below(2 * skew_max + 1)) - skew_max);
    case Trouble::disk_slow:
      node_.host().slow_disk(milliseconds(1 << chance_.below(9)));
      run_for_up_to(seconds(2));
      return node_.host().slow_disk({});
    case Trouble::connections_half_open:
      return world_.half_open_connections(node_.host());
    case Trouble::crashes_while_starting:
      return crash_while_starting();
    case Trouble::checkpoints_damaged:
      return damage_checkpoints();
    case Trouble::clean_restart:
      return restart_cleanly();
    case Trouble::clock_jumps: {
      const auto by = milliseconds(chance_.below(milliseconds(hours(24)).count()));
      // What the clock says when the node starts is believed.
      world_.run_until([this] { return node_.is_ready() || node_.error(); }, seconds(30));
      return node_.host().jump_wall_clock(chance_.one_in(2) ? by : -by);
    }
  }
}

void Nemesis::crash_while_starting() {
  for (std::uint64_t left = 2 + chance_.below(4); left > 0; --left) {
    crash(any_crash());
    // A start takes some milliseconds.
    world_.run_for(std::chrono::microseconds(chance_.below(1 << (6 + chance_.below(9)))));
  }
}

// (Not log-start-offset-checkpoint: without it what was deleted comes back, as in Kafka.)
void Nemesis::damage_checkpoints() {
  const Crash how = any_crash();
  say(name_of(how));
  node_.crash(how);
  Disk& disk = node_.host().disk();
  for (const char* const name :
       {"/data/recovery-point-offset-checkpoint", "/data/replication-offset-checkpoint",
        "/data/cleaner-offset-checkpoint"}) {
    if (chance_.one_in(2)) cut_off(disk, name, chance_);
  }
  start();
}

// Half of the time the node starts on a disk that is still broken.
void Nemesis::break_disk(const DiskFaults& faults) {
  Disk& disk = node_.host().disk();
  disk.set_faults(faults);
  run_for_up_to(milliseconds(300));
  if (chance_.one_in(2)) {
    crash(Crash::process);
    run_for_up_to(milliseconds(100));
  }
  disk.set_faults({});
  crash(chance_.one_in(2) ? Crash::process : Crash::power_keep_mixed);
}

void Nemesis::fill_disk() {
  Disk& disk = node_.host().disk();
  const bool was_ready = node_.is_ready();
  // Somebody else's files come and go meanwhile.
  const std::uint64_t times = 1 + chance_.below(8);
  for (std::uint64_t left = times; left > 0; --left) {
    disk.limit_room(chance_.below(room_left_max >> chance_.below(6)));
    run_for_up_to(milliseconds(seconds(2)) / static_cast<std::int64_t>(times));
  }
  const bool crashes = chance_.one_in(4);
  if (crashes) crash(Crash::power_keep_mixed);
  run_for_up_to(seconds(1));
  disk.limit_room(std::nullopt);
  say("the disk has room again");
  // A node may refuse to start where it cannot write; one that runs must live.
  if (crashes || (!was_ready && node_.error())) crash(Crash::process);
}

}  // namespace weir::sim
