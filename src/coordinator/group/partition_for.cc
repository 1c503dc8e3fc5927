#include "coordinator/group/partition_for.h"

#include <limits>

#include "base/check.h"

namespace weir::coordinator {
namespace {

struct Decoded {
  std::uint32_t code_point;
  std::size_t bytes;  // consumed
};

constexpr std::uint32_t replacement = 0xFFFD;

// One code point; of malformed input the longest prefix that could have started one is one U+FFFD
// (Unicode's "maximal subpart", which Java follows).
Decoded decode_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) -> std::uint32_t {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0x100;
  };
  const std::uint32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  std::size_t length = 0;
  std::uint32_t low = 0x80;
  std::uint32_t high = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) {
    length = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    length = 3;
    if (first == 0xE0) low = 0xA0;  // no overlong form
  } else if (first >= 0xF0 && first <= 0xF4) {
    length = 4;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;  // not above U+10FFFF
  } else {
    return {replacement, 1};
  }
  std::uint32_t code_point = first & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const std::uint32_t next = byte(i);
    if (next < low || next > high) return {replacement, i};
    code_point = code_point << 6 | (next & 0x3F);
    low = 0x80;
    high = 0xBF;
  }
  const bool is_surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  return {is_surrogate ? replacement : code_point, length};
}

}  // namespace

std::int32_t java_hash_code(std::string_view text) {
  std::uint32_t hash = 0;
  while (!text.empty()) {
    const auto [code_point, bytes] = decode_utf8(text);
    text.remove_prefix(bytes);
    if (code_point >= 0x10000) {  // two UTF-16 units
      const std::uint32_t offset = code_point - 0x10000;
      hash = hash * 31 + (0xD800 + (offset >> 10));
      hash = hash * 31 + (0xDC00 + (offset & 0x3FF));
    } else {
      hash = hash * 31 + code_point;
    }
  }
  return static_cast<std::int32_t>(hash);
}

PartitionIndex partition_for(std::string_view group_id, std::int32_t partitions) {
  CHECK(partitions > 0);
  const std::int32_t hash = java_hash_code(group_id);
  // Kafka's Utils.abs: the smallest integer, which has no positive counterpart, becomes 0.
  if (hash == std::numeric_limits<std::int32_t>::min()) return 0;
  return (hash < 0 ? -hash : hash) % partitions;
}

}  // namespace weir::coordinator
