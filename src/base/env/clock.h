#pragma once
// The two clocks. Deadlines, sessions and time-outs use the monotonic one, which never jumps;
// record timestamps and retention use the wall clock. Both are constant within one turn of the
// loop.

#include <chrono>

#include "base/ids.h"

namespace weir::env {

// A tag without now(): only an Env can tell the time.
struct MonotonicClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  static constexpr bool is_steady = true;
};
using Instant = std::chrono::time_point<MonotonicClock, std::chrono::nanoseconds>;
using Duration = std::chrono::nanoseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
  virtual TimestampMs wall_ms() const = 0;
};

}  // namespace weir::env
