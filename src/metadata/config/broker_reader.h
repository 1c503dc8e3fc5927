#pragma once
// Reads checked broker configs as typed values. Private to this folder.

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "metadata/config/config_layers.h"

namespace weir::metadata {

class BrokerReader {
 public:
  // Every known name in `resolved` must parse.
  explicit BrokerReader(const ConfigMap& resolved) : resolved_(resolved) {}

  bool is_set(std::string_view name) const { return resolved_.contains(name); }

  ConfigValue value(std::string_view name) const {
    const ConfigDefinition* definition = find_config(ConfigKind::broker, name);
    CHECK(definition != nullptr);
    const auto text = inherited_config(*definition, resolved_);
    if (!text) return {};
    auto parsed = parse_config(*definition, *text);
    CHECK(parsed.has_value());
    return *std::move(parsed);
  }

  std::int64_t number(std::string_view name) const { return std::get<std::int64_t>(value(name)); }
  std::vector<std::string> list(std::string_view name) const {
    return std::get<std::vector<std::string>>(value(name));
  }
  std::string text(std::string_view name) const {  // null is empty
    const ConfigValue found = value(name);
    const auto* text = std::get_if<std::string>(&found);
    return text == nullptr ? std::string() : *text;
  }

  // The broker-wide value of a topic config.
  std::int64_t topic_number(std::string_view name) const {
    const ConfigDefinition* definition = find_config(ConfigKind::topic, name);
    const auto text = inherited_config(*definition, resolved_);
    ConfigDefinition unchecked = *definition;  // the broker's own name has its own range
    unchecked.check = CheckKind::none;
    const auto parsed = parse_config(unchecked, text.value_or(""));
    CHECK(parsed.has_value());
    return std::get<std::int64_t>(*parsed);
  }

  template <class Int>
  void operator()(std::string_view name, Int& target) const {
    const ConfigValue found = value(name);
    if constexpr (std::same_as<Int, bool> || std::same_as<Int, double>) {
      target = std::get<Int>(found);
    } else {
      target = static_cast<Int>(std::get<std::int64_t>(found));
    }
  }

 private:
  const ConfigMap& resolved_;
};

}  // namespace weir::metadata
