#pragma once
// Where in a partition to begin and to end: START[:END], END is exclusive.
//
//   start  end  stored     123 an offset     -5 five before the end     @ms, ISO, -2h: a time
//
// `end` is what it is when the command starts.

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace weir::app {

struct Position {
  enum class Kind : std::uint8_t { start, end, stored, offset, before_end, time };
  Kind kind = Kind::start;
  std::int64_t number = 0;  // an offset, how many before the end, or milliseconds
  bool operator==(const Position&) const = default;
};

struct PositionRange {
  Position from;
  std::optional<Position> to;
};

// Errors: invalid. `stored` cannot be an end.
Result<PositionRange> parse_positions(std::string_view text, TimestampMs now);

}  // namespace weir::app
