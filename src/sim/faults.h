#pragma once
// What went wrong in a run, by class, counted where it happened: a campaign in which a class never
// fired has not tested it.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::sim {

enum class Fault : std::uint8_t {
  process_killed,
  power_lost,
  write_lost,     // in a power loss: one unsynced write, whole
  write_torn,     // ... some of its sectors
  write_zeroed,   // ... the file has grown, the bytes are not there
  write_garbled,  // ... a sector has other bytes
  bit_flipped,    // ... one bit is another
  sector_stale,   // ... a sector has the bytes of an earlier one
  name_lost,      // ... a name set or taken away and not synced
  read_failed,
  write_failed,  // perhaps after a part of it
  sync_failed,   // what was not synced may be gone, and later syncs say nothing of it
  disk_full,
  connection_reset,
  network_parted,  // two machines do not hear each other for a while
  clock_jumped,    // the wall clock
  clock_skewed,    // ... goes too fast or too slow
  disk_slow,       // a helper's work took a multiple of its time
  helper_stalled,  // ... one piece of it did, and others overtook it
  half_open,       // a connection of which neither side hears any more, nor that it is dead
  recovery_cut,    // a crash before a start had ended
  work_cut,        // a crash between two operations of the disk
  rotten,          // a durable bit is another, or a durable file is gone, at rest
  misdirected,     // a durable sector has the bytes of another one, at rest
};
constexpr std::size_t fault_count = static_cast<std::size_t>(Fault::misdirected) + 1;

std::string_view name_of(Fault fault);

class FaultCounts {
 public:
  void add(Fault fault, std::uint64_t times = 1) {
    counts_[static_cast<std::size_t>(fault)] += times;
  }
  void add(const FaultCounts& others);
  std::uint64_t total() const;
  std::uint64_t of(Fault fault) const { return counts_[static_cast<std::size_t>(fault)]; }

 private:
  std::array<std::uint64_t, fault_count> counts_{};
};

}  // namespace weir::sim
