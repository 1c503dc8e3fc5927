#pragma once
// OffsetMap: the newest offset of each key, in a fixed amount of memory (SkimpyOffsetMap.java).
// Keys are kept as 128-bit SipHash values under a seed that nobody outside knows: two keys of the
// same hash would be taken for one, so clients must not be able to make such keys (Kafka uses MD5).
// 24 bytes a slot.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"

namespace weir::log {

class OffsetMap {
 public:
  // `load`: the share of the memory that is used; never all of it, so that a search ends.
  OffsetMap(std::size_t memory_bytes, double load, std::uint64_t seed);

  // False when the key is new and the map is full.
  bool put(Bytes key, Offset offset);
  std::optional<Offset> find(Bytes key) const;
  std::size_t size() const { return size_; }
  std::size_t capacity() const { return capacity_; }

 private:
  struct Slot {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    Offset offset = no_offset;  // -1: free
  };
  std::size_t slot_of(const std::array<std::uint64_t, 2>& hash) const;

  std::vector<Slot> slots_;
  std::size_t capacity_;
  std::size_t size_ = 0;
  std::array<std::uint64_t, 2> seed_;
};

// SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, 2012).
std::array<std::uint64_t, 2> siphash128(Bytes bytes, const std::array<std::uint64_t, 2>& seed);

}  // namespace weir::log
