#include "client/consumer/assignor/java_order.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace weir::client {

namespace {

// How many bytes follow the first one of a character; bytes that are no UTF-8 stand for themselves.
std::size_t continuation_bytes(unsigned char first) {
  if (first >= 0xf0) return 3;
  if (first >= 0xe0) return 2;
  return first >= 0xc0 ? 1 : 0;
}

// The UTF-8 of U+E000 to U+FFFF begins with these; in UTF-16 they come after surrogate pairs.
bool is_after_surrogates(unsigned char first) { return first == 0xee || first == 0xef; }

}  // namespace

std::uint32_t java_hash(std::string_view text) {
  std::uint32_t hash = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i++]);
    const std::size_t more = std::min(continuation_bytes(first), text.size() - i);
    std::uint32_t code = more == 0 ? first : first & (0x3fu >> more);
    for (std::size_t end = i + more; i < end; ++i) {
      code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3fu);
    }
    if (code > 0xffff) {
      code -= 0x10000;
      hash = 31 * hash + (0xd800 + (code >> 10));
      code = 0xdc00 + (code & 0x3ff);
    }
    hash = 31 * hash + code;
  }
  return hash;
}

std::uint32_t java_hash(std::string_view topic, PartitionIndex partition) {
  return 31 * (31 + static_cast<std::uint32_t>(partition)) + java_hash(topic);
}

bool java_less(std::string_view a, std::string_view b) {
  const auto [x, y] = std::ranges::mismatch(a, b);
  if (x == a.end() || y == b.end()) return x == a.end() && y != b.end();
  const auto first = static_cast<unsigned char>(*x);
  const auto second = static_cast<unsigned char>(*y);
  if (first >= 0xf0 && is_after_surrogates(second)) return true;
  if (second >= 0xf0 && is_after_surrogates(first)) return false;
  return first < second;
}

std::uint32_t java_bucket(std::uint32_t hash, std::size_t size_max) {
  std::size_t buckets = 16;
  while (4 * size_max > 3 * buckets) buckets *= 2;
  return (hash ^ hash >> 16) & static_cast<std::uint32_t>(buckets - 1);
}

std::vector<std::size_t> java_map_order(std::span<const std::string_view> keys) {
  std::vector<std::size_t> order(keys.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) {
    return std::pair(java_bucket(java_hash(keys[i]), keys.size()), i);
  });
  return order;
}

}  // namespace weir::client
