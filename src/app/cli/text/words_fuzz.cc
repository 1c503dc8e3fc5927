// Positions, sizes, durations and times off a command line, and Base64. What a time is printed as
// is read as the same time.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "app/cli/text/base64.h"
#include "app/cli/text/positions.h"
#include "app/cli/text/units.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir::app;
  constexpr weir::TimestampMs now = 1'795'246'200'250;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(parse_positions(text, now));
  if (const auto bytes = parse_size(text)) static_cast<void>(format_size(*bytes));
  if (const auto duration = parse_duration(text)) static_cast<void>(format_duration(*duration));
  if (const auto time = parse_time(text, now)) {
    const auto printed = format_time(*time);
    const auto again = parse_time(printed, now);
    CHECK(!again || *again == *time, printed);
  }
  static_cast<void>(config_value("retention.ms", text));
  static_cast<void>(config_value("segment.bytes", text));
  static_cast<void>(is_utf8(text));
  CHECK(from_base64(to_base64(text)) == text);
  if (const auto bytes = from_base64(text)) CHECK(to_base64(*bytes) == text);
  return 0;
}
