#pragma once
// Latencies: counts of durations, exact to 1.6 %, in 30 KiB, whatever their number. Buckets are
// linear within each power of two, as in HdrHistogram (Tene).

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>

namespace weir::app {

class Latencies {
 public:
  void add(std::chrono::nanoseconds duration) {
    const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(0, duration.count()));
    ++counts_[bucket_of(value)];
    ++count_;
    sum_ += static_cast<double>(value);
    max_ = std::max(max_, value);
  }
  std::uint64_t count() const { return count_; }
  std::chrono::nanoseconds max() const { return std::chrono::nanoseconds(max_); }
  std::chrono::nanoseconds mean() const;
  // Not less than this share of them, 0 to 1. Zero when there are none.
  std::chrono::nanoseconds percentile(double share) const;
  void clear() { *this = Latencies(); }

 private:
  static constexpr int sub_bits = 6;  // buckets in a power of two
  static constexpr std::size_t buckets = std::size_t{64 - sub_bits + 1} << sub_bits;
  static std::size_t bucket_of(std::uint64_t value) {
    const int width = std::bit_width(value);
    if (width <= sub_bits) return value;
    const int shift = width - sub_bits - 1;
    return (static_cast<std::size_t>(shift + 1) << sub_bits) +
           ((value >> shift) & ((std::uint64_t{1} << sub_bits) - 1));
  }
  static std::uint64_t highest_of(std::size_t bucket);

  std::array<std::uint64_t, buckets> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
  double sum_ = 0;
};

}  // namespace weir::app
