#pragma once
// Where a value comes from: the layers of configuration, and what each config is worth in them.
//
// Order, strongest first: the resource's own override (topic, group), this broker's dynamic config,
// the cluster's default dynamic config, the static configuration (file, environment, flags), the
// default. Within a layer a config's synonyms count in Kafka's order (retention.ms:
// log.retention.ms, log.retention.minutes, log.retention.hours).

#include <string>
#include <string_view>
#include <vector>

#include "metadata/config/config_definition.h"

namespace weir::metadata {

// Borrowed; a null pointer is an empty layer.
struct BrokerLayers {
  const ConfigMap* dynamic_broker = nullptr;          // resource BROKER "<node.id>"
  const ConfigMap* dynamic_default_broker = nullptr;  // resource BROKER ""
  const ConfigMap* static_broker = nullptr;
};

struct ConfigSynonymEntry {
  std::string name;
  std::optional<std::string> value;  // nullopt: null, or sensitive
  ConfigSource source = ConfigSource::unknown;
};

// One line of a DescribeConfigs answer.
struct ConfigEntry {
  const ConfigDefinition* definition = nullptr;  // nullptr: a name set that nobody knows
  std::string name;
  std::optional<std::string> value;
  ConfigSource source = ConfigSource::default_config;
  ConfigType type = ConfigType::string;
  bool is_read_only = false;
  bool is_sensitive = false;
  std::string_view documentation;
  std::vector<ConfigSynonymEntry> synonyms;  // first is the value that holds
};

// Everything that there is to say of a resource, by name. `overrides` are the resource's own (of a
// topic, a group, a client-metrics subscription); a broker's stand in `layers`.
std::vector<ConfigEntry> describe_configs(ConfigKind kind, const ConfigMap& overrides,
                                          const BrokerLayers& layers);

// DescribeConfigs of the cluster's default broker (resource BROKER ""): only what is set there.
std::vector<ConfigEntry> describe_default_broker_configs(const BrokerLayers& layers);

// The broker configs that hold, as written: every layer over the one below it. A stronger layer's
// config takes away its synonyms from below (a dynamic log.retention.ms those of
// log.retention.minutes). What may not stand in a dynamic layer, or does not parse there, is left
// out.
ConfigMap resolve_broker_configs(const BrokerLayers& layers);

// The value of a config where the resource does not override it, as text; nullopt: null. `resolved`
// comes from resolve_broker_configs; for ConfigKind::broker it is where the value itself is looked
// up.
std::optional<std::string> inherited_config(const ConfigDefinition& definition,
                                            const ConfigMap& resolved);

// The value that holds; overrides that do not parse (an older version's) count as not set. An
// unknown name has none.
std::optional<std::string> effective_config(ConfigKind kind, std::string_view name,
                                            const ConfigMap& overrides, const ConfigMap& resolved);

std::optional<std::string> effective_config(ConfigKind kind, std::string_view name,
                                            const ConfigMap& overrides, const BrokerLayers& layers);

// A broker config by name, or by the name behind "listener.name.<listener>." (and "<mechanism>.").
const ConfigDefinition* find_broker_config(std::string_view name);

// Whether a name has the form listener.name.<listener>.<config>.
bool is_listener_config(std::string_view name);

}  // namespace weir::metadata
