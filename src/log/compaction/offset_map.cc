#include "log/compaction/offset_map.h"

#include <algorithm>
#include <bit>

namespace weir::log {
namespace {

constexpr std::size_t slots_min = 16;

struct SipState {
  std::uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }
  void take(std::uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
  std::uint64_t finish() {
    for (int i = 0; i < 4; ++i) round();
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

std::uint64_t load_le(const std::byte* from, std::size_t count) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < count; ++i) word |= static_cast<std::uint64_t>(from[i]) << (8 * i);
  return word;
}

}  // namespace

std::array<std::uint64_t, 2> siphash128(Bytes bytes, const std::array<std::uint64_t, 2>& seed) {
  SipState state{seed[0] ^ 0x736f6d6570736575ULL, seed[1] ^ 0x646f72616e646f6dULL ^ 0xee,
                 seed[0] ^ 0x6c7967656e657261ULL, seed[1] ^ 0x7465646279746573ULL};
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) state.take(load_le(bytes.data() + at, 8));
  state.take(load_le(bytes.data() + at, bytes.size() - at) |
             static_cast<std::uint64_t>(bytes.size()) << 56);
  state.v2 ^= 0xee;
  const std::uint64_t first = state.finish();
  state.v1 ^= 0xdd;
  return {first, state.finish()};
}

OffsetMap::OffsetMap(std::size_t memory_bytes, double load, std::uint64_t seed)
    : slots_(std::max(slots_min, memory_bytes / sizeof(Slot))),
      capacity_(std::clamp<std::size_t>(
          static_cast<std::size_t>(static_cast<double>(slots_.size()) * std::clamp(load, 0.0, 1.0)),
          1, slots_.size() - 1)),
      seed_{seed, seed * 0x9E3779B97F4A7C15ULL + 1} {}

std::size_t OffsetMap::slot_of(const std::array<std::uint64_t, 2>& hash) const {
  std::size_t at = hash[0] % slots_.size();
  while (slots_[at].offset >= 0 && (slots_[at].high != hash[0] || slots_[at].low != hash[1])) {
    at = at + 1 == slots_.size() ? 0 : at + 1;
  }
  return at;
}

bool OffsetMap::put(Bytes key, Offset offset) {
  const auto hash = siphash128(key, seed_);
  Slot& slot = slots_[slot_of(hash)];
  if (slot.offset < 0) {
    if (size_ == capacity_) return false;
    ++size_;
  }
  slot = {hash[0], hash[1], offset};
  return true;
}

std::optional<Offset> OffsetMap::find(Bytes key) const {
  const Slot& slot = slots_[slot_of(siphash128(key, seed_))];
  if (slot.offset < 0) return std::nullopt;
  return slot.offset;
}

}  // namespace weir::log
