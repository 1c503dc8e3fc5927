#pragma once
// How long to wait before the n-th repetition (KIP-580): the first wait doubles each time up to the
// longest, give or take a fifth, so that clients that failed together do not come back together.

#include <cstdint>

#include "base/env/clock.h"
#include "base/random.h"

namespace weir::client {

struct Backoff {
  env::Duration first{};
  env::Duration longest{};

  // `failures` in a row so far; none: no wait.
  env::Duration after(std::uint32_t failures, RandomSource& random) const;
};

}  // namespace weir::client
