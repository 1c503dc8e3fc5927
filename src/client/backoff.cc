#include "client/backoff.h"

#include <algorithm>

namespace weir::client {

env::Duration Backoff::after(std::uint32_t failures, RandomSource& random) const {
  if (failures == 0 || first <= env::Duration::zero()) return {};
  env::Duration wait = first;
  for (std::uint32_t i = 1; i < failures && wait < longest; ++i) wait *= 2;
  wait = std::min(wait, std::max(first, longest));
  // 80 % to 120 % in steps of a thousandth.
  return wait / 1'000 * static_cast<std::int64_t>(800 + random.below(401));
}

}  // namespace weir::client
