#pragma once
// How a machine goes down, and so what of its disk is there afterwards.

#include <cstdint>

namespace weir::sim {

enum class Crash : std::uint8_t {
  process,           // kill -9: what was written is in the page cache
  power_keep_none,   // what was not synced is gone
  power_keep_some,   // what was not synced is gone from some point on, in the order of the calls
  power_keep_mixed,  // each unsynced change by itself is kept, lost, torn, zeroed or garbled
};

constexpr bool loses_power(Crash crash) { return crash != Crash::process; }

}  // namespace weir::sim
