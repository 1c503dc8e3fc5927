#pragma once
// CleanerThrottle: how much of a compaction is carried out at a time, and how long the pause is
// after it, so that it reads and writes no more than a number of bytes a second
// (log.cleaner.io.max.bytes.per.second). Kernel.
//
// A piece is what the rate gives for a third of a second, or a single batch that is larger. A
// longer pause is slept in naps, so that a stop does not have to wait for its end.

#include <algorithm>
#include <cstdint>

#include "base/env/clock.h"

namespace weir::broker {

class CleanerThrottle {
 public:
  static constexpr double piece_seconds = 0.3;
  static constexpr env::Duration nap_max = std::chrono::milliseconds(300);
  static constexpr double unlimited = 1e15;  // bytes a second that no disk has

  explicit CleanerThrottle(double bytes_per_second) : rate_(std::max(bytes_per_second, 1.0)) {}

  bool is_limited() const { return rate_ < unlimited; }
  std::uint64_t piece_bytes() const {
    return is_limited() ? static_cast<std::uint64_t>(std::max(rate_ * piece_seconds, 1.0))
                        : UINT64_MAX;
  }
  // How long `bytes` take at this rate, a day at most.
  env::Duration time_for(std::uint64_t bytes) const {
    if (!is_limited()) return {};
    const std::chrono::duration<double> due(static_cast<double>(bytes) / rate_);
    return std::chrono::duration_cast<env::Duration>(
        std::min<std::chrono::duration<double>>(due, std::chrono::hours(24)));
  }

 private:
  double rate_;
};

}  // namespace weir::broker
