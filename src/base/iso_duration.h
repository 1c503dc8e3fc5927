#pragma once
// Durations as java.time.Duration reads them (ISO 8601, KIP-1106): P1DT2H3M4.5S in either case;
// every number may have a sign, and so may the whole.

#include <chrono>
#include <optional>
#include <string_view>

namespace weir {

// What is finer than a millisecond is cut off. Nothing: no duration, or none that fits.
std::optional<std::chrono::milliseconds> parse_iso_duration(std::string_view text);

}  // namespace weir
