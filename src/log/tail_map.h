#pragma once
// TailMap: the places of the newest batches of the active segment, so that a consumer at the tail
// costs no read of an index or of a header. Allocated at the first append, dropped when the log is
// idle.

#include <cstdint>
#include <optional>
#include <vector>

#include "log/segment.h"

namespace weir::log {

class TailMap {
 public:
  static constexpr std::size_t batches_max = 64;

  void add(const BatchPlace& batch) {
    if (ring_.empty()) ring_.resize(batches_max);
    ring_[(first_ + count_) % batches_max] = batch;
    if (count_ < batches_max) {
      ++count_;
    } else {
      first_ = (first_ + 1) % batches_max;
    }
  }

  // The first batch that ends at or above `offset`; nothing when that is not known here.
  std::optional<BatchPlace> find(Offset offset) const {
    if (count_ == 0 || offset < at(0).base_offset || offset > at(count_ - 1).last_offset) {
      return std::nullopt;
    }
    std::size_t low = 0;
    std::size_t high = count_;
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if (at(middle).last_offset < offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return at(low);
  }

  void clear() { ring_ = std::vector<BatchPlace>(), first_ = 0, count_ = 0; }

 private:
  const BatchPlace& at(std::size_t i) const { return ring_[(first_ + i) % batches_max]; }
  std::vector<BatchPlace> ring_;
  std::uint32_t first_ = 0;
  std::uint32_t count_ = 0;
};

}  // namespace weir::log
