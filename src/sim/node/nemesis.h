#pragma once
// Nemesis: what happens to a node under test, one strike after the other, while its clients go on.
//
// A strike that breaks the disk ends with a restart: what a program does with a disk that has
// failed is to stop trusting it, and somebody starts it again.

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "base/random.h"
#include "sim/crash.h"
#include "sim/node/whole_node.h"
#include "sim/world.h"

namespace weir::sim {

enum class Trouble : std::uint8_t {
  reads_fail,  // some of them, for a while
  writes_fail,
  syncs_fail,
  disk_full,          // for a while; nobody restarts the node
  connections_reset,  // all of them
  network_parted,     // between the node and its clients, for up to 20 s
  clock_jumps,        // the node's wall clock, by up to a day; it is set right when it starts again
  clean_restart,
  clock_skews,             // the node's wall clock, by up to half of its pace
  disk_slow,               // for a while
  connections_half_open,   // all of them
  crashes_while_starting,  // one after the other
  checkpoints_damaged,     // a crash, after which files that are only hints are cut off
};
constexpr std::size_t trouble_count = static_cast<std::size_t>(Trouble::checkpoints_damaged) + 1;

using Strike = std::variant<Crash, Trouble>;
std::string_view name_of(const Strike& strike);

class Nemesis {
 public:
  Nemesis(World& world, NodeUnderTest& node, Host& clients)
      : world_(world), node_(node), clients_(clients), chance_(world.fork("nemesis")) {}

  // The strike of this number in its run, which decides its chance. Lets the world run until it is
  // over. The node may be starting then, or have ended with an error
  // only if it cannot start on a disk that is well again.
  void strike(const Strike& strike, std::size_t number);

 private:
  void say(std::string_view what);
  Crash any_crash();
  void crash(Crash how);
  void start();
  void restart_cleanly();
  void crash_while_starting();
  void damage_checkpoints();
  void load_disk();
  void stop_amid_work();
  void trouble(Trouble what);
  void break_disk(const DiskFaults& faults);
  void fill_disk();
  void run_for_up_to(std::chrono::milliseconds longest);

  World& world_;
  NodeUnderTest& node_;
  Host& clients_;
  SeededRandom chance_;
};

}  // namespace weir::sim
