#include "sim/faults.h"

#include "base/check.h"

namespace weir::sim {

std::string_view name_of(Fault fault) {
  switch (fault) {
    case Fault::process_killed:
      return "process killed";
    case Fault::power_lost:
      return "power lost";
    case Fault::write_lost:
      return "write lost";
    case Fault::write_torn:
      return "write torn";
    case Fault::write_zeroed:
      return "write zeroed";
    case Fault::write_garbled:
      return "write garbled";
    case Fault::bit_flipped:
      return "bit flipped";
    case Fault::sector_stale:
      return "sector stale";
    case Fault::name_lost:
      return "name lost";
    case Fault::read_failed:
      return "read failed";
    case Fault::write_failed:
      return "write failed";
    case Fault::sync_failed:
      return "sync failed";
    case Fault::disk_full:
      return "disk full";
    case Fault::connection_reset:
      return "connection reset";
    case Fault::network_parted:
      return "network parted";
    case Fault::clock_jumped:
      return "clock jumped";
    case Fault::clock_skewed:
      return "clock skewed";
    case Fault::disk_slow:
      return "disk slow";
    case Fault::helper_stalled:
      return "helper stalled";
    case Fault::half_open:
      return "connection half-open";
    case Fault::recovery_cut:
      return "recovery cut off";
    case Fault::work_cut:
      return "work cut off";
    case Fault::rotten:
      return "rotten at rest";
    case Fault::misdirected:
      return "misdirected at rest";
  }
  CHECK(false, "every fault has a name");
}

std::uint64_t FaultCounts::total() const {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : counts_) sum += count;
  return sum;
}

void FaultCounts::add(const FaultCounts& others) {
  for (std::size_t i = 0; i < fault_count; ++i) counts_[i] += others.counts_[i];
}

}  // namespace weir::sim
