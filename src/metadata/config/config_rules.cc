// Rules for topics and for client-metrics subscriptions.

#include "metadata/config/config_rules.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "metadata/config/java_value.h"

namespace weir::metadata {
namespace {

// The part of a regular expression's grammar that one can get wrong without an engine: brackets,
// groups, a backslash at the end, a quantifier with nothing before it.
bool is_plausible_pattern(std::string_view pattern) {
  int depth = 0;
  bool in_class = false;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (c == '\\') {
      if (++at == pattern.size()) return false;
    } else if (in_class) {
      in_class = c != ']';
    } else if (c == '[') {
      in_class = true;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')') {
      if (--depth < 0) return false;
    } else if ((c == '*' || c == '+' || c == '?') && at == 0) {
      return false;
    }
  }
  return depth == 0 && !in_class;
}

bool is_client_match(std::string_view text) {
  constexpr std::string_view selectors[] = {"client_instance_id",    "client_id",
                                            "client_software_name",  "client_software_version",
                                            "client_source_address", "client_source_port"};
  const std::size_t equals = text.find('=');
  if (equals == text.npos || text.find('=', equals + 1) != text.npos) return false;
  const std::string_view selector = java_trim(text.substr(0, equals));
  const std::string_view pattern = java_trim(text.substr(equals + 1));
  return std::ranges::find(selectors, selector) != std::ranges::end(selectors) &&
         !pattern.empty() && is_plausible_pattern(pattern);
}

}  // namespace

Result<> parse_overrides(ConfigKind kind, const ConfigMap& overrides) {
  for (const ConfigDefinition& definition : config_definitions(kind)) {
    const auto at = overrides.find(definition.name);
    if (at != overrides.end()) TRY(parse_config(definition, at->second));
  }
  return {};
}

std::int64_t effective_number(ConfigKind kind, std::string_view name, const ConfigMap& overrides,
                              const ConfigMap& resolved) {
  const ConfigDefinition* definition = find_config(kind, name);
  CHECK(definition != nullptr && definition->default_value);
  const auto text = effective_config(kind, name, overrides, resolved);
  auto value = parse_config(*definition, text.value_or(""));
  if (!value) value = parse_config(*definition, *definition->default_value);
  return std::get<std::int64_t>(*value);
}

Result<> validate_topic_configs(std::string_view topic, const ConfigMap& overrides,
                                const BrokerLayers& layers) {
  if (topic.empty()) return fail(Errc::unsupported, "Default topic resources are not allowed.");
  for (const auto& [name, text] : overrides) {
    if (find_config(ConfigKind::topic, name) == nullptr) {
      return fail(Errc::invalid, fmt::format("Unknown topic config name: {}", name));
    }
  }
  TRY(parse_overrides(ConfigKind::topic, overrides));
  const ConfigMap resolved = resolve_broker_configs(layers);
  const auto number = [&](std::string_view name) {
    return effective_number(ConfigKind::topic, name, overrides, resolved);
  };
  const std::int64_t low = number("min.compaction.lag.ms");
  const std::int64_t high = number("max.compaction.lag.ms");
  if (low > high) {
    return fail(Errc::invalid,
                fmt::format("conflict topic config setting min.compaction.lag.ms ({}) > "
                            "max.compaction.lag.ms ({})",
                            low, high));
  }
  if (effective_config(ConfigKind::topic, "remote.storage.enable", overrides, resolved) == "true") {
    return fail(Errc::invalid,
                "Tiered Storage functionality is disabled in the broker. Topic cannot be "
                "configured with remote log storage.");
  }
  return {};
}

Result<> validate_client_metrics_configs(std::string_view subscription,
                                         const ConfigMap& overrides) {
  constexpr std::int64_t shortest_ms = 100;
  constexpr std::int64_t longest_ms = 3600000;
  if (subscription.empty()) return fail(Errc::unsupported, "Subscription name can't be empty");
  for (const auto& [name, text] : overrides) {
    if (find_config(ConfigKind::client_metrics, name) == nullptr) {
      return fail(Errc::unsupported, fmt::format("Unknown client metrics configuration: {}", name));
    }
  }
  TRY(parse_overrides(ConfigKind::client_metrics, overrides));
  if (overrides.contains("interval.ms")) {
    const std::int64_t interval =
        effective_number(ConfigKind::client_metrics, "interval.ms", overrides, {});
    if (interval < shortest_ms || interval > longest_ms) {
      return fail(Errc::unsupported,
                  fmt::format("Invalid value {} for interval.ms, interval must be between {} and "
                              "{} (1 hour)",
                              interval, shortest_ms, longest_ms));
    }
  }
  if (const auto match = overrides.find("match"); match != overrides.end()) {
    for (const std::string& entry : java_list(match->second)) {
      if (is_client_match(entry)) continue;
      return fail(Errc::invalid, fmt::format("Illegal client matching pattern: {}", entry));
    }
  }
  return {};
}

}  // namespace weir::metadata
