#include "client/producer/key_hash.h"

#include <array>
#include <bit>
#include <cstring>

namespace weir::client {
namespace {

constexpr std::uint32_t murmur_seed = 0x9747b28c;
constexpr std::uint32_t murmur_factor = 0x5bd1e995;

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xedb88320 : 0);
    table[byte] = value;
  }
  return table;
}
constexpr auto crc_table = make_crc_table();

std::uint32_t load_le(const std::byte* from) { return std::byteswap(load_be<std::uint32_t>(from)); }

}  // namespace

std::uint32_t murmur2(Bytes key) {
  std::uint32_t hash = murmur_seed ^ static_cast<std::uint32_t>(key.size());
  while (key.size() >= 4) {
    std::uint32_t word = load_le(key.data()) * murmur_factor;
    word ^= word >> 24;
    hash = (hash * murmur_factor) ^ (word * murmur_factor);
    key = key.subspan(4);
  }
  if (!key.empty()) {
    for (std::size_t i = 0; i < key.size(); ++i) {
      hash ^= std::to_integer<std::uint32_t>(key[i]) << (8 * i);
    }
    hash *= murmur_factor;
  }
  hash = (hash ^ (hash >> 13)) * murmur_factor;
  return hash ^ (hash >> 15);
}

std::uint32_t crc32(Bytes key) {
  std::uint32_t value = ~std::uint32_t{0};
  for (const std::byte byte : key) {
    value = (value >> 8) ^ crc_table[(value ^ std::to_integer<std::uint32_t>(byte)) & 0xff];
  }
  return ~value;
}

std::uint32_t fnv1a(Bytes key) {
  std::uint32_t hash = 0x811c9dc5;
  for (const std::byte byte : key) {
    hash = (hash ^ std::to_integer<std::uint32_t>(byte)) * 0x01000193;
  }
  const bool is_negative = (hash >> 31) != 0;
  return is_negative ? 0 - hash : hash;
}

}  // namespace weir::client
