#include "runtime/log_escape.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

namespace weir::runtime {
namespace {

constexpr std::size_t message_max = 8 << 10;

// The length of the valid UTF-8 sequence that starts here, 0 if there is none.
std::size_t sequence_at(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(at);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (at + length > text.size()) return 0;
  std::uint32_t point = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return 0;
    point = point << 6 | (byte(at + i) & 0x3F);
  }
  constexpr std::array<std::uint32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = point >= 0xD800 && point < 0xE000;
  return point >= smallest[length] && point <= 0x10FFFF && !surrogate ? length : 0;
}

// C1 controls and the characters that turn the direction of a line or break it.
bool is_control(std::string_view sequence) {
  if (sequence.size() == 1) {
    const auto byte = static_cast<std::uint8_t>(sequence[0]);
    return byte < 0x20 || byte == 0x7F;
  }
  if (sequence.size() == 2)
    return sequence[0] == '\xC2' && static_cast<std::uint8_t>(sequence[1]) < 0xA0;
  if (sequence.size() != 3 || sequence[0] != '\xE2') return false;
  const auto tail = static_cast<std::uint8_t>(sequence[2]);
  if (sequence[1] == '\x80') return (tail >= 0xA8 && tail <= 0xAE) || tail == 0x8E || tail == 0x8F;
  return sequence[1] == '\x81' && tail >= 0xA6 && tail <= 0xA9;
}

template <class Escape>
std::string escape(std::string_view message, std::string_view quoted, Escape escape_bytes) {
  std::string_view text = message.substr(0, message_max);
  std::string into;
  into.reserve(text.size() + 16);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_at(text, at);
    const auto sequence = text.substr(at, length == 0 ? 1 : length);
    if (length == 0 || is_control(sequence) || quoted.find(sequence) != std::string_view::npos) {
      escape_bytes(into, sequence, length != 0);
    } else {
      into += sequence;
    }
    at += sequence.size();
  }
  if (message.size() > message_max) into += "...";
  return into;
}

char short_form(std::string_view sequence) {
  if (sequence == "\n") return 'n';
  if (sequence == "\r") return 'r';
  if (sequence == "\t") return 't';
  return '\0';
}

}  // namespace

std::string escape_text(std::string_view message) {
  return escape(message, "\\", [](std::string& into, std::string_view sequence, bool) {
    if (sequence == "\\") {
      into += "\\\\";
    } else if (const char letter = short_form(sequence)) {
      into += {'\\', letter};
    } else {
      for (const char c : sequence) into += fmt::format("\\x{:02x}", static_cast<std::uint8_t>(c));
    }
  });
}

// Bytes that are not UTF-8 are shown as the text form shows them: JSON has no bytes.
std::string escape_json(std::string_view message) {
  return escape(message, "\"\\", [](std::string& into, std::string_view sequence, bool valid) {
    if (sequence == "\"" || sequence == "\\") {
      into += '\\';
      into += sequence;
    } else if (const char letter = short_form(sequence)) {
      into += {'\\', letter};
    } else if (valid && sequence.size() == 1) {
      into += fmt::format("\\u{:04x}", static_cast<std::uint8_t>(sequence[0]));
    } else {
      for (const char c : sequence)
        into += fmt::format("\\\\x{:02x}", static_cast<std::uint8_t>(c));
    }
  });
}

}  // namespace weir::runtime
