#pragma once
// How long things took: counts in buckets whose width is at most 1/64 of their value, so that a
// percentile is at most 1.6 % too high. Values are nanoseconds from 0 to 2^40 (18 minutes), what is
// beyond counts there; the smallest and largest are kept as they are. Recording costs a few
// nanoseconds and takes no memory.

#include <cstdint>
#include <vector>

#include "socket/poller.h"

namespace weir::bench {

class Histogram {
 public:
  Histogram() : counts_(bucket_count) {}

  void record(Nanos value);
  std::uint64_t count() const { return count_; }
  Nanos max() const { return max_; }
  // The least value that `share` (0 to 1) of all do not exceed, rounded up to its bucket's end, or
  // max(). 0 when nothing was recorded.
  Nanos percentile(double share) const;

 private:
  static constexpr int fraction_bits = 6;
  static constexpr int value_bits = 40;
  static constexpr std::size_t bucket_count =
      static_cast<std::size_t>(value_bits - fraction_bits + 1) << fraction_bits;
  static std::size_t bucket_of(std::uint64_t value);
  static std::uint64_t end_of(std::size_t bucket);  // its largest value

  std::vector<std::uint64_t> counts_;
  std::uint64_t count_ = 0;
  Nanos max_ = 0;
};

}  // namespace weir::bench
