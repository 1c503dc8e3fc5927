#pragma once
// When each request of an open loop is due: a fixed rate from a start, whatever the answers do.
// Latency counts from there, so that a server that stalls is charged for what waited behind it.

#include <cstdint>

#include "socket/poller.h"

namespace weir::bench {

class Schedule {
 public:
  // `per_second` is at least 1.
  Schedule(Nanos start, std::int64_t per_second) : start_(start), per_second_(per_second) {}

  Nanos due(std::uint64_t request) const {
    const auto n = static_cast<std::int64_t>(request);
    constexpr Nanos second = 1'000'000'000;
    return start_ + n / per_second_ * second + n % per_second_ * second / per_second_;
  }

 private:
  Nanos start_;
  std::int64_t per_second_;
};

}  // namespace weir::bench
