#pragma once
// SettledClock: the wall clock for those who delete what is old. Kernel. A wall clock that jumps
// ahead (a wrong time server, an operator's slip, a virtual machine that was moved) makes
// everything old at once; so a jump is believed only when it has lasted for an hour. A step back is
// believed at once: it deletes later. What the clock says at the first call is believed, because
// nobody knows how long the machine was off.

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/env/clock.h"
#include "base/ids.h"

namespace weir {

class SettledClock {
 public:
  static constexpr std::chrono::hours believed_after{1};
  static constexpr std::int64_t drift_ms = 1'000;  // from one call to the next

  TimestampMs at(env::Instant now, TimestampMs wall);

 private:
  struct Ahead {
    env::Instant since;
    std::int64_t offset;  // the least since then
  };
  std::optional<std::int64_t> offset_;  // of the wall clock from the monotonic one, in ms
  std::optional<Ahead> ahead_;
};

}  // namespace weir
