#include "app/kcat/pack_format.h"

#include <fmt/format.h>

#include <cstdint>

namespace weir::app::kcat {
namespace {

std::size_t size_of_letter(char letter) {
  switch (letter) {
    case 'b':
    case 'B':
    case 'c':
      return 1;
    case 'h':
    case 'H':
      return 2;
    case 'i':
    case 'I':
      return 4;
    case 'q':
    case 'Q':
      return 8;
    default:
      return 0;
  }
}

std::string number_text(char letter, std::string_view bytes) {
  std::uint64_t bits = 0;
  for (const char byte : bytes) bits = bits << 8 | static_cast<unsigned char>(byte);
  switch (letter) {
    case 'b':
      return fmt::to_string(static_cast<int>(static_cast<std::int8_t>(bits)));
    case 'h':
      return fmt::to_string(static_cast<std::int16_t>(bits));
    case 'i':
      return fmt::to_string(static_cast<std::int32_t>(bits));
    case 'q':
      return fmt::to_string(static_cast<std::int64_t>(bits));
    default:
      return fmt::to_string(bits);
  }
}

}  // namespace

std::expected<void, std::string> check_pack_format(std::string_view what, std::string_view format) {
  if (format.empty()) return std::unexpected(fmt::format("{} pack-format must not be empty", what));
  const std::size_t bad = format.find_first_not_of(" <>bBhHiIqQcs$");
  if (bad == format.npos) return {};
  return std::unexpected(
      fmt::format("Invalid token '{}' in {} pack-format, see -s usage.", format[bad], what));
}

std::expected<void, std::string> unpack(std::string_view what, std::string_view format,
                                        std::string_view bytes, std::string& out) {
  for (const char letter : format) {
    if (letter == '<' || letter == '>') continue;
    if (letter == ' ') {
      out += ' ';
    } else if (letter == 's') {
      out += bytes.substr(0, bytes.find('\0'));
      bytes = {};
    } else if (letter == '$') {
      if (bytes.empty()) continue;
      return std::unexpected(
          fmt::format("expected {} end-of-input, but {} bytes remaining", what, bytes.size()));
    } else {
      const std::size_t size = size_of_letter(letter);
      if (size > bytes.size()) {
        return std::unexpected(
            fmt::format("{} truncated, expected {} bytes to unpack {} but only {} bytes remaining",
                        what, size, letter, bytes.size()));
      }
      if (letter == 'c') {
        out += bytes.front();
      } else {
        out += number_text(letter, bytes.substr(0, size));
      }
      bytes.remove_prefix(size);
    }
  }
  return {};
}

}  // namespace weir::app::kcat
