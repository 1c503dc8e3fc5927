#include "app/kafka_tools/java_string.h"

#include <fmt/format.h>

#include <algorithm>

namespace weir::app::kafka {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

// What may follow the lead byte; size 0: it begins nothing.
struct Lead {
  std::size_t size = 0;
  std::uint8_t second_min = 0x80;
  std::uint8_t second_max = 0xbf;
};
Lead lead_of(std::uint8_t byte) {
  if (byte < 0x80) return {1};
  if (byte >= 0xc2 && byte < 0xe0) return {2};
  if (byte == 0xe0) return {3, 0xa0, 0xbf};
  if (byte > 0xe0 && byte < 0xf0) return {3};
  if (byte == 0xf0) return {4, 0x90, 0xbf};
  if (byte > 0xf0 && byte < 0xf4) return {4};
  if (byte == 0xf4) return {4, 0x80, 0x8f};
  return {};
}

}  // namespace

std::string java_string(Bytes bytes) {
  const std::string_view text = as_text(bytes);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const Lead lead = lead_of(static_cast<std::uint8_t>(text[at]));
    std::size_t good = std::min<std::size_t>(lead.size, 1);
    for (; good > 0 && good < lead.size && at + good < text.size(); ++good) {
      const auto next = static_cast<std::uint8_t>(text[at + good]);
      const auto min = good == 1 ? lead.second_min : std::uint8_t{0x80};
      const auto max = good == 1 ? lead.second_max : std::uint8_t{0xbf};
      if (next < min || next > max) break;
    }
    const bool is_surrogate = text[at] == '\xed' && good > 1 && text[at + 1] >= '\xa0';
    const bool is_whole = lead.size > 0 && good == lead.size && !is_surrogate;
    out += is_whole ? text.substr(at, good) : replacement;
    at += std::max<std::size_t>(good, 1);
  }
  return out;
}

std::string java_optional(std::int64_t value) {
  return value < 0 ? "OptionalLong.empty" : fmt::format("OptionalLong[{}]", value);
}

}  // namespace weir::app::kafka
