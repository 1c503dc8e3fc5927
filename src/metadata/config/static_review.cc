// Looks a static configuration through before the server starts.

#include <fmt/format.h>

#include "metadata/config/broker_settings.h"

namespace weir::metadata {
namespace {

// The part of a definition's default that values are compared with; an unset one is the empty text
// of its type.
bool is_default(const ConfigDefinition& definition, const ConfigValue& value) {
  if (!definition.default_value) return value == ConfigValue(std::string());
  const auto standard = parse_config(definition, *definition.default_value);
  return standard && *standard == value;
}

void review_one(const std::string& name, const std::string& text, StaticReview& review) {
  const ConfigDefinition* definition = find_broker_config(name);
  if (definition == nullptr || definition->is_dynamic_only) {
    review.unknown.push_back(name);
    return;
  }
  const auto value = parse_config(*definition, text);
  if (!value) {
    review.invalid.push_back({name, value.error().what});
    return;
  }
  const bool own_name = definition->name == name;
  if (definition->effect == ConfigEffect::refused && !is_default(*definition, *value)) {
    review.refused.push_back({name, fmt::format("{}: {}", name, definition->reason)});
  } else if (!own_name ||
             (definition->effect == ConfigEffect::none_yet && !is_default(*definition, *value))) {
    review.without_effect.push_back(name);
  }
}

}  // namespace

StaticReview review_static_configs(const ConfigMap& configs) {
  StaticReview review;
  for (const auto& [name, text] : configs) review_one(name, text, review);
  if (!review.invalid.empty()) return review;
  if (const auto settings = broker_settings({.static_broker = &configs}); !settings) {
    const Error& error = settings.error();
    auto& notices = error.code == Errc::unsupported ? review.refused : review.invalid;
    notices.push_back({"", error.what});
  }
  return review;
}

}  // namespace weir::metadata
