#include "app/cli/text/base64.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace weir::app {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::uint32_t byte_at(std::string_view bytes, std::size_t i) {
  return i < bytes.size() ? static_cast<std::uint8_t>(bytes[i]) : 0;
}

// How many bytes the sequence that begins with `lead` has, and its least value; 0: it begins none.
struct Sequence {
  std::size_t size = 0;
  std::uint32_t least = 0;
  std::uint32_t bits = 0;
};
Sequence sequence_of(std::uint8_t lead) {
  if (lead < 0x80) return {1, 0, lead};
  if (lead >= 0xc2 && lead < 0xe0) return {2, 0x80, lead & 0x1fu};
  if (lead >= 0xe0 && lead < 0xf0) return {3, 0x800, lead & 0x0fu};
  if (lead >= 0xf0 && lead < 0xf5) return {4, 0x10000, lead & 0x07u};
  return {};
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::uint32_t three =
        byte_at(bytes, i) << 16 | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2);
    text += alphabet[three >> 18];
    text += alphabet[three >> 12 & 63];
    text += i + 1 < bytes.size() ? alphabet[three >> 6 & 63] : '=';
    text += i + 2 < bytes.size() ? alphabet[three & 63] : '=';
  }
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && text.ends_with('=')) {
    text.remove_suffix(1);
    ++padding;
  }
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t value = alphabet.find(c);
    if (value == alphabet.npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) bytes += static_cast<char>(bits >> (count -= 8) & 0xff);
  }
  // What is left over are zeros, or two texts would mean the same bytes.
  if ((bits & ((1u << count) - 1)) != 0) return std::nullopt;
  return bytes;
}

bool is_utf8(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    const auto [size, least, first] = sequence_of(static_cast<std::uint8_t>(bytes[i]));
    if (size == 0 || size > bytes.size() - i) return false;
    std::uint32_t value = first;
    for (std::size_t k = 1; k < size; ++k) {
      const auto next = static_cast<std::uint8_t>(bytes[i + k]);
      if ((next & 0xc0) != 0x80) return false;
      value = value << 6 | (next & 0x3fu);
    }
    if (value < least || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return false;
    i += size;
  }
  return true;
}

}  // namespace weir::app
