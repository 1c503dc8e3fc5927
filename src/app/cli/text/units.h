#pragma once
// Sizes, durations and times as people write them, and back.
//
// Sizes: 1024, 64KiB, 1.5GiB, 10MB. Ki, Mi, Gi, Ti and the bare K, M, G, T are powers of 1024; KB,
// MB, GB, TB powers of 1000. Durations: 250ms, 30s, 1h30m, 7d, 2w; a bare number counts what the
// caller says. Times: ISO 8601 (2026-11-21, 2026-11-21T07:30:00.250Z, ...+02:00; without a zone it
// is UTC), @milliseconds since 1970, a duration with a sign from now (-2h), or now.
//
// Errors: invalid, naming the text and what is expected.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace weir::app {

Result<std::uint64_t> parse_size(std::string_view text);
std::string format_size(std::uint64_t bytes);  // "1.5 GiB"

// `bare`: what a number without a unit counts.
Result<std::chrono::nanoseconds> parse_duration(
    std::string_view text, std::chrono::nanoseconds bare = std::chrono::milliseconds(1));
std::string format_duration(std::chrono::nanoseconds duration);  // "1h30m", "250ms", "1.234s"

Result<TimestampMs> parse_time(std::string_view text, TimestampMs now);
// "2026-11-21T07:30:00.250Z"; outside of the years 0 to 9999 "@milliseconds".
std::string format_time(TimestampMs time);

// A number of Kafka's configuration, where its name says what it counts: retention.ms=7d,
// segment.bytes=1GiB. Text that is no size or duration stays as it is; the broker judges it.
std::string config_value(std::string_view name, std::string_view text);
// ... and back: retention.ms=604800000 is 7d, segment.bytes=1073741824 is 1GiB; as it stands where
// that would not be exact and short. config_value gives the same number for both.
std::string human_config_value(std::string_view name, std::string_view value);

}  // namespace weir::app
