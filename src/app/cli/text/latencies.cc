#include "app/cli/text/latencies.h"

#include <algorithm>
#include <cmath>

namespace weir::app {

using std::chrono::nanoseconds;

std::uint64_t Latencies::highest_of(std::size_t bucket) {
  const std::uint64_t in_bucket = bucket & ((std::uint64_t{1} << sub_bits) - 1);
  const std::size_t power = bucket >> sub_bits;
  if (power == 0) return in_bucket;
  const std::uint64_t first = ((std::uint64_t{1} << sub_bits) + in_bucket) << (power - 1);
  return first + (std::uint64_t{1} << (power - 1)) - 1;
}

nanoseconds Latencies::mean() const {
  return nanoseconds(count_ == 0 ? 0 : std::llround(sum_ / static_cast<double>(count_)));
}

nanoseconds Latencies::percentile(double share) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
    seen += counts_[bucket];
    if (seen > 0 && seen >= wanted) {
      return nanoseconds(static_cast<std::int64_t>(std::min(highest_of(bucket), max_)));
    }
  }
  return {};
}

}  // namespace weir::app
