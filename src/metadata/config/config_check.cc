// Checks of single configs that are more than a range or a list of words.

#include <algorithm>

#include <fmt/format.h>

#include "base/iso_duration.h"
#include "metadata/config/config_table.h"
#include "metadata/config/java_value.h"
#include "metadata/config/listeners.h"

namespace weir::metadata::define {
namespace {

constexpr std::int64_t int32_max = 2147483647;

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "partition:broker", or nothing.
bool is_throttled_replica(std::string_view text) {
  text = java_trim(text);
  const std::size_t colon = text.find(':');
  if (colon == text.npos) return text.empty();
  return is_digits(text.substr(0, colon)) && is_digits(text.substr(colon + 1));
}

}  // namespace

std::optional<std::string> gzip_level_problem(const ConfigDefinition& definition,
                                              const ConfigValue& value) {
  const std::int64_t level = std::get<std::int64_t>(value);
  if (level == -1 || (level >= 1 && level <= 9)) return std::nullopt;
  return fmt::format(
      "Invalid value {} for configuration {}: Value must be between 1 and 9 or equal to -1", level,
      definition.name);
}

std::optional<std::string> throttled_replicas_problem(const ConfigDefinition& definition,
                                                      const ConfigValue& value) {
  const auto& list = std::get<std::vector<std::string>>(value);
  if (list.empty() || java_trim(list.front()) == "*") return std::nullopt;
  if (std::ranges::all_of(list, is_throttled_replica)) return std::nullopt;
  return fmt::format(
      "Invalid value {0} for configuration {1}: {1} must be the literal '*' or a list of replicas "
      "in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...",
      java_list_text(list), definition.name);
}

std::optional<std::string> offset_reset_problem(const ConfigDefinition& definition,
                                                const ConfigValue& value) {
  constexpr std::string_view by_duration = "by_duration:";
  const auto& text = std::get<std::string>(value);
  if (text == "earliest" || text == "latest") return std::nullopt;
  if (text.starts_with(by_duration)) {
    const auto back = parse_iso_duration(std::string_view(text).substr(by_duration.size()));
    if (back && back->count() >= 0) return std::nullopt;
  }
  return fmt::format(
      "Invalid value {0} for configuration {1}: Invalid value `{0}` for configuration {1}. The "
      "value must be either 'earliest', 'latest' or of the format "
      "'by_duration:<PnDTnHnMn.nS>'.",
      text, definition.name);
}

std::optional<std::string> voters_problem(const ConfigDefinition& definition,
                                          const ConfigValue& value) {
  constexpr std::string_view form = "Each entry should be in the form `{id}@{host}:{port}`.";
  for (const std::string& entry : std::get<std::vector<std::string>>(value)) {
    const std::size_t at = entry.find('@');
    if (at == entry.npos || at == 0 || at + 1 == entry.size() ||
        entry.find('@', at + 1) != entry.npos) {
      return fmt::format("Invalid configuration value for {}. {}", definition.name, form);
    }
    const std::string_view id = std::string_view(entry).substr(0, at);
    if (!java_integer(id, -int32_max - 1, int32_max)) {
      return fmt::format("Failed to parse voter ID as an integer from {}", id);
    }
    if (!parse_host_port(std::string_view(entry).substr(at + 1))) {
      return fmt::format("Failed to parse host name from entry {} for the configuration {}. {}",
                         entry, definition.name, form);
    }
  }
  return std::nullopt;
}

std::optional<std::string> bootstrap_servers_problem(const ConfigDefinition& definition,
                                                     const ConfigValue& value) {
  for (const std::string& entry : std::get<std::vector<std::string>>(value)) {
    if (parse_host_port(entry)) continue;
    return fmt::format(
        "Failed to parse host name from {} for the configuration {}. Each entry should be in the "
        "form \"{{host}}:{{port}}\"",
        entry, definition.name);
  }
  return std::nullopt;
}

}  // namespace weir::metadata::define
