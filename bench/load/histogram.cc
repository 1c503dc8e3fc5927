#include "load/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace weir::bench {

// Below 2^6 a bucket is one value. Above, a value's highest bit chooses one of 34 groups, and the
// six bits after it one of its 64 buckets.
std::size_t Histogram::bucket_of(std::uint64_t value) {
  const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - 1 - fraction_bits);
  const std::size_t group = static_cast<std::size_t>(shift) << fraction_bits;
  return group + static_cast<std::size_t>(value >> shift);
}

std::uint64_t Histogram::end_of(std::size_t bucket) {
  constexpr std::size_t in_group = std::size_t{1} << fraction_bits;
  if (bucket < 2 * in_group) return bucket;
  const std::size_t shift = bucket / in_group - 1;
  const std::uint64_t first = (bucket % in_group + in_group) << shift;
  return first + (std::uint64_t{1} << shift) - 1;
}

void Histogram::record(Nanos value) {
  value = std::max<Nanos>(value, 0);
  constexpr std::uint64_t most = (std::uint64_t{1} << value_bits) - 1;
  ++counts_[bucket_of(std::min(static_cast<std::uint64_t>(value), most))];
  ++count_;
  max_ = std::max(max_, value);
}

Nanos Histogram::percentile(double share) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
    seen += counts_[bucket];
    if (counts_[bucket] > 0 && seen >= wanted) {
      return std::min(static_cast<Nanos>(end_of(bucket)), max_);
    }
  }
  return max_;
}

}  // namespace weir::bench
