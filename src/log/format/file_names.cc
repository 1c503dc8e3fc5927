#include "log/format/file_names.h"

#include <charconv>

#include "fmt/format.h"

namespace weir::log {
namespace {

constexpr std::size_t digits = 20;
constexpr std::string_view states[] = {"", deleted_suffix, cleaned_suffix, swap_suffix};
constexpr std::string_view suffixes[] = {log_suffix, offset_index_suffix, time_index_suffix,
                                         transaction_index_suffix, snapshot_suffix};

}  // namespace

std::string segment_file_name(Offset base_offset, std::string_view suffix, std::string_view state) {
  return fmt::format("{:020}{}{}", base_offset, suffix, state);
}

std::optional<SegmentFileName> parse_segment_file_name(std::string_view name) {
  if (name.size() <= digits) return std::nullopt;
  SegmentFileName parsed;
  const auto [end, error] = std::from_chars(name.data(), name.data() + digits, parsed.base_offset);
  if (error != std::errc() || end != name.data() + digits || parsed.base_offset < 0) {
    return std::nullopt;
  }
  const auto rest = name.substr(digits);
  for (const auto suffix : suffixes) {
    if (!rest.starts_with(suffix)) continue;
    for (const auto state : states) {
      if (rest.substr(suffix.size()) != state) continue;
      parsed.suffix = suffix;
      parsed.state = state;
      return parsed;
    }
  }
  return std::nullopt;
}

}  // namespace weir::log
