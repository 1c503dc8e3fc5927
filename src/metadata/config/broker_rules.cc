// Rules for the dynamic configuration of brokers (KIP-226). As in Kafka, what is wrong with it is
// answered with INVALID_REQUEST, so every error here is Errc::unsupported.

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "metadata/config/broker_settings.h"
#include "metadata/config/config_rules.h"
#include "metadata/config/java_value.h"

namespace weir::metadata {
namespace {

// Keys of TLS that Kafka changes for one listener at a time (listener.name.<listener>.<config>).
constexpr std::string_view per_listener_only[] = {"ssl.key.password",
                                                  "ssl.keystore.certificate.chain",
                                                  "ssl.keystore.key",
                                                  "ssl.keystore.location",
                                                  "ssl.keystore.password",
                                                  "ssl.keystore.type",
                                                  "ssl.truststore.certificates",
                                                  "ssl.truststore.location",
                                                  "ssl.truststore.password",
                                                  "ssl.truststore.type"};

// Dynamic in Kafka, but here an address is opened at the start and stays.
constexpr std::string_view fixed_here[] = {"listeners", "listener.security.protocol.map"};

template <class Names>
bool has(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != std::ranges::end(names);
}

Result<> check_broker_name(std::string_view broker) {
  if (broker.empty()) return {};
  const auto id = java_integer(broker, INT32_MIN, INT32_MAX);
  if (!id) {
    return fail(Errc::unsupported, "Unable to parse broker name as a base 10 number.");
  }
  if (*id < 0) return fail(Errc::unsupported, "Invalid negative broker ID.");
  return {};
}

template <class Predicate>
Result<> refuse_names(const ConfigMap& overrides, std::string_view why, Predicate is_refused) {
  std::vector<std::string> names;
  for (const auto& [name, text] : overrides) {
    if (is_refused(std::string_view(name))) names.push_back(name);
  }
  if (names.empty()) return {};
  return fail(Errc::unsupported, fmt::format("{}: {}", why, java_list_text(names)));
}

Result<> check_types(const ConfigMap& overrides) {
  for (const auto& [name, text] : overrides) {
    const ConfigDefinition* definition = find_broker_config(name);
    if (definition == nullptr) continue;
    auto value = parse_config(*definition, text, Repeated::refused);
    if (!value) return fail(Errc::unsupported, std::move(value).error().what);
  }
  return {};
}

bool is_per_broker(std::string_view name) {
  const ConfigDefinition* definition = find_broker_config(name);
  if (is_listener_config(name)) {
    return definition == nullptr || definition->update != ConfigUpdate::cluster_wide;
  }
  return definition != nullptr && definition->update == ConfigUpdate::per_broker;
}

// What would be a promise that is not kept.
Result<> check_served(const ConfigMap& overrides, const ConfigMap& in_force) {
  for (const auto& [name, text] : overrides) {
    const ConfigDefinition* definition = find_config(ConfigKind::broker, name);
    if (definition == nullptr) continue;
    if (definition->effect == ConfigEffect::refused &&
        parse_config(*definition, text).value() !=
            parse_config(*definition, definition->default_value.value_or("")).value()) {
      return fail(Errc::unsupported, fmt::format("{}: {}", name, definition->reason));
    }
    if (has(fixed_here, name) && inherited_config(*definition, in_force) != text) {
      return fail(Errc::unsupported,
                  fmt::format("{} cannot be changed while the broker runs: set it in the "
                              "configuration and restart",
                              name));
    }
  }
  return {};
}

}  // namespace

Result<> validate_broker_configs(std::string_view broker, const ConfigMap& overrides,
                                 const BrokerLayers& layers) {
  TRY(check_broker_name(broker));
  TRY(refuse_names(overrides, "Cannot update these configs dynamically", [](std::string_view name) {
    const ConfigDefinition* definition = find_config(ConfigKind::broker, name);
    return definition != nullptr && definition->update == ConfigUpdate::read_only;
  }));
  TRY(refuse_names(overrides,
                   "These security configs can be dynamically updated only per-listener using the "
                   "listener prefix",
                   [](std::string_view name) { return has(per_listener_only, name); }));
  TRY(check_types(overrides));
  if (broker.empty()) {
    TRY(refuse_names(overrides,
                     "Cannot update these configs at default cluster level, broker id must be "
                     "specified",
                     is_per_broker));
  }
  TRY(check_served(overrides, resolve_broker_configs({.static_broker = layers.static_broker})));
  BrokerLayers changed = layers;
  (broker.empty() ? changed.dynamic_default_broker : changed.dynamic_broker) = &overrides;
  const auto settings = broker_settings(changed);
  if (!settings) return fail(Errc::unsupported, settings.error().what);
  return {};
}

}  // namespace weir::metadata
