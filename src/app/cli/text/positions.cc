#include "app/cli/text/positions.h"

#include <fmt/format.h>

#include <charconv>

#include "app/cli/text/units.h"

namespace weir::app {
namespace {

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Position> parse_one(std::string_view text, TimestampMs now) {
  using enum Position::Kind;
  if (text == "start" || text == "beginning" || text == "earliest") return Position{start};
  if (text == "end" || text == "latest") return Position{end};
  if (text == "stored") return Position{stored};
  if (const auto number = integer(text); number && *number != INT64_MIN) {
    const bool is_before_end = text.starts_with('-');  // -0 is the end itself
    return is_before_end ? Position{before_end, -*number} : Position{offset, *number};
  }
  const auto at = parse_time(text, now);
  return at ? std::optional(Position{time, *at}) : std::nullopt;
}

// The part before the colon that separates two positions; times have colons of their own.
std::optional<PositionRange> parse_range(std::string_view text, TimestampMs now) {
  if (const auto only = parse_one(text, now)) return PositionRange{*only, std::nullopt};
  for (std::size_t colon = text.find(':'); colon != text.npos; colon = text.find(':', colon + 1)) {
    const std::string_view first = text.substr(0, colon), second = text.substr(colon + 1);
    const auto from = first.empty() ? Position{} : parse_one(first, now);
    const auto to = second.empty() ? Position{Position::Kind::end} : parse_one(second, now);
    if (from && to && to->kind != Position::Kind::stored) return PositionRange{*from, *to};
  }
  return std::nullopt;
}

}  // namespace

Result<PositionRange> parse_positions(std::string_view text, TimestampMs now) {
  const auto range = text.empty() ? std::nullopt : parse_range(text, now);
  if (range) return *range;
  return fail(Errc::invalid,
              fmt::format("'{}' is no position; expected is START or START:END of start, end, "
                          "stored, an offset, -N, @milliseconds, an ISO time or -2h",
                          text));
}

}  // namespace weir::app
