#include "metadata/config/config_layers.h"

#include <algorithm>
#include <set>

#include "metadata/config/java_value.h"

namespace weir::metadata {
namespace {

constexpr std::string_view listener_prefix = "listener.name.";

const ConfigMap no_configs;

const ConfigMap& layer(const ConfigMap* map) { return map == nullptr ? no_configs : *map; }

// The config behind listener.name.<listener>., empty if the name has another form.
std::string_view listener_base(std::string_view name) {
  if (!name.starts_with(listener_prefix)) return {};
  const std::string_view rest = name.substr(listener_prefix.size());
  const std::size_t dot = rest.find('.');
  if (dot == rest.npos || dot == 0 || dot + 1 == rest.size()) return {};
  return rest.substr(dot + 1);
}

// A broker config and those it falls back to, itself first where it has no family.
std::vector<std::string_view> family(std::string_view name) {
  if (is_listener_config(name)) {
    const ConfigDefinition* base = find_broker_config(name);
    return {name, base == nullptr ? listener_base(name) : base->name};
  }
  const ConfigDefinition* definition = find_config(ConfigKind::broker, name);
  if (definition == nullptr || definition->synonym_count == 0) return {name};
  std::vector<std::string_view> names;
  for (const ConfigSynonym& synonym : definition->broker_synonyms()) names.push_back(synonym.name);
  return names;
}

bool may_stand(const ConfigDefinition* definition, std::string_view text, bool cluster_default) {
  if (definition == nullptr) return true;
  if (definition->update == ConfigUpdate::read_only) return false;
  if (cluster_default && definition->update == ConfigUpdate::per_broker) return false;
  return parse_config(*definition, text).has_value();
}

void lay_over(ConfigMap& resolved, const ConfigMap& above, bool cluster_default) {
  for (const auto& [name, text] : above) {
    if (!may_stand(find_config(ConfigKind::broker, name), text, cluster_default)) continue;
    for (const std::string_view synonym : family(name)) {
      const auto at = resolved.find(synonym);
      if (at != resolved.end() && !is_listener_config(name)) resolved.erase(at);
    }
    resolved[name] = text;
  }
}

std::optional<std::string> in_unit(std::optional<std::string> text, const ConfigSynonym& synonym) {
  std::int64_t factor = 1;
  switch (synonym.unit) {
    case ConfigUnit::same:
      return text;
    case ConfigUnit::seconds_to_ms:
      factor = 1000;
      break;
    case ConfigUnit::minutes_to_ms:
      factor = 60'000;
      break;
    case ConfigUnit::hours_to_ms:
      factor = 3'600'000;
      break;
  }
  const auto number = java_integer(java_trim(*text), INT64_MIN / factor, INT64_MAX / factor);
  if (!number) return std::nullopt;
  return std::to_string(*number * factor);
}

std::optional<std::string> printed(const ConfigDefinition& definition, std::string_view text) {
  const auto value = parse_config(definition, text);
  return value ? format_config(*value) : std::optional<std::string>(text);
}

// Kafka's list of where a broker config's value could come from, strongest first, beginning with
// `name` itself: what stands before the first mention of `name` belongs to another config.
std::vector<ConfigSynonymEntry> broker_synonyms(std::string_view name, const BrokerLayers& layers,
                                                bool is_sensitive) {
  std::vector<ConfigSynonymEntry> entries;
  const auto names = family(name);
  const auto add = [&](const ConfigMap* map, ConfigSource source) {
    for (const std::string_view synonym : names) {
      const auto at = layer(map).find(synonym);
      if (at == layer(map).end()) continue;
      entries.push_back(
          {std::string(synonym), is_sensitive ? std::nullopt : std::optional(at->second), source});
    }
  };
  add(layers.dynamic_broker, ConfigSource::dynamic_broker);
  add(layers.dynamic_default_broker, ConfigSource::dynamic_default_broker);
  add(layers.static_broker, ConfigSource::static_broker);
  for (const std::string_view synonym : names) {
    const ConfigDefinition* definition = find_config(ConfigKind::broker, synonym);
    if (definition == nullptr || !definition->default_value) continue;
    entries.push_back(
        {std::string(synonym),
         is_sensitive ? std::nullopt : std::optional(std::string(*definition->default_value)),
         ConfigSource::default_config});
  }
  const auto own = [&](const ConfigSynonymEntry& entry) { return entry.name == name; };
  entries.erase(entries.begin(), std::ranges::find_if(entries, own));
  return entries;
}

ConfigEntry entry_of(const ConfigDefinition* definition, std::string_view name) {
  ConfigEntry entry;
  entry.definition = definition;
  entry.name = name;
  entry.type = definition == nullptr ? ConfigType::unknown : definition->type;
  entry.is_sensitive = definition == nullptr || definition->is_sensitive();
  if (definition != nullptr && definition->name == name) {
    entry.documentation = definition->documentation;
  }
  return entry;
}

void take_source(ConfigEntry& entry) {
  if (!entry.synonyms.empty()) entry.source = entry.synonyms.front().source;
}

std::vector<ConfigEntry> describe_broker(const BrokerLayers& layers) {
  const ConfigMap resolved = resolve_broker_configs(layers);
  std::set<std::string, std::less<>> names;
  for (const ConfigDefinition& definition : config_definitions(ConfigKind::broker)) {
    if (!definition.is_internal && !definition.is_dynamic_only) names.emplace(definition.name);
  }
  for (const auto& [name, text] : resolved) names.insert(name);
  std::vector<ConfigEntry> entries;
  for (const std::string& name : names) {
    const ConfigDefinition* definition = find_broker_config(name);
    ConfigEntry entry = entry_of(definition, name);
    entry.is_read_only = definition == nullptr || definition->name != name ||
                         definition->update == ConfigUpdate::read_only;
    const auto at = resolved.find(name);
    if (!entry.is_sensitive) {
      if (at != resolved.end())
        entry.value = printed(*definition, at->second);
      else if (definition->default_value)
        entry.value = *definition->default_value;
    }
    entry.synonyms = broker_synonyms(name, layers, entry.is_sensitive);
    take_source(entry);
    entries.push_back(std::move(entry));
  }
  return entries;
}

ConfigSource own_source(ConfigKind kind) {
  switch (kind) {
    case ConfigKind::topic:
      return ConfigSource::dynamic_topic;
    case ConfigKind::group:
      return ConfigSource::dynamic_group;
    case ConfigKind::client_metrics:
      return ConfigSource::dynamic_client_metrics;
    case ConfigKind::broker:
    case ConfigKind::broker_logger:
      break;
  }
  return ConfigSource::unknown;
}

ConfigEntry describe_override(ConfigKind kind, const ConfigDefinition* definition,
                              const std::string& name, const ConfigMap& overrides,
                              const ConfigMap& resolved, const BrokerLayers& layers) {
  ConfigEntry entry = entry_of(definition, name);
  const auto own = overrides.find(name);
  if (!entry.is_sensitive) {
    entry.value = effective_config(kind, name, overrides, resolved);
  }
  if (own != overrides.end()) entry.synonyms.push_back({name, entry.value, own_source(kind)});
  if (definition != nullptr && definition->synonym_count > 0) {
    for (auto& synonym :
         broker_synonyms(definition->synonyms[0].name, layers, entry.is_sensitive)) {
      entry.synonyms.push_back(std::move(synonym));
    }
  } else if (kind == ConfigKind::group && definition != nullptr && definition->default_value) {
    entry.synonyms.push_back(
        {name, std::string(*definition->default_value), ConfigSource::default_config});
  }
  take_source(entry);
  return entry;
}

}  // namespace

bool is_listener_config(std::string_view name) { return !listener_base(name).empty(); }

const ConfigDefinition* find_broker_config(std::string_view name) {
  if (const ConfigDefinition* definition = find_config(ConfigKind::broker, name)) return definition;
  const std::string_view base = listener_base(name);
  if (base.empty()) return nullptr;
  if (const ConfigDefinition* definition = find_config(ConfigKind::broker, base)) return definition;
  constexpr std::string_view of_mechanisms[] = {
      "sasl.jaas.config", "sasl.login.callback.handler.class", "sasl.login.class",
      "sasl.server.callback.handler.class", "connections.max.reauth.ms"};
  for (const std::string_view mechanism : of_mechanisms) {
    if (base.ends_with(mechanism)) return find_config(ConfigKind::broker, mechanism);
  }
  return nullptr;
}

ConfigMap resolve_broker_configs(const BrokerLayers& layers) {
  ConfigMap resolved = layer(layers.static_broker);
  lay_over(resolved, layer(layers.dynamic_default_broker), true);
  lay_over(resolved, layer(layers.dynamic_broker), false);
  return resolved;
}

std::optional<std::string> inherited_config(const ConfigDefinition& definition,
                                            const ConfigMap& resolved) {
  if (find_config(ConfigKind::broker, definition.name) == &definition) {
    if (const auto at = resolved.find(definition.name); at != resolved.end()) return at->second;
    if (!definition.default_value) return std::nullopt;
    return std::string(*definition.default_value);
  }
  for (const ConfigSynonym& synonym : definition.broker_synonyms()) {
    const auto at = resolved.find(synonym.name);
    if (at != resolved.end()) return in_unit(at->second, synonym);
    const ConfigDefinition* broker = find_config(ConfigKind::broker, synonym.name);
    if (broker != nullptr && broker->default_value) {
      return in_unit(std::string(*broker->default_value), synonym);
    }
  }
  if (!definition.default_value) return std::nullopt;
  return std::string(*definition.default_value);
}

std::optional<std::string> effective_config(ConfigKind kind, std::string_view name,
                                            const ConfigMap& overrides, const ConfigMap& resolved) {
  const ConfigDefinition* definition = find_config(kind, name);
  if (definition == nullptr) return std::nullopt;
  if (const auto own = overrides.find(name); own != overrides.end()) {
    if (const auto value = parse_config(*definition, own->second)) return format_config(*value);
  }
  const auto inherited = inherited_config(*definition, resolved);
  if (!inherited) return std::nullopt;
  // A group's assignor is the broker's first; a time below zero means for ever, whatever its unit
  // was.
  if (name == "streams.assignor.name") return inherited->substr(0, inherited->find(','));
  auto text = printed(*definition, *inherited);
  if (name == "retention.ms" && text->starts_with('-')) return "-1";
  return text;
}

std::optional<std::string> effective_config(ConfigKind kind, std::string_view name,
                                            const ConfigMap& overrides,
                                            const BrokerLayers& layers) {
  return effective_config(kind, name, overrides, resolve_broker_configs(layers));
}

std::vector<ConfigEntry> describe_configs(ConfigKind kind, const ConfigMap& overrides,
                                          const BrokerLayers& layers) {
  if (kind == ConfigKind::broker) return describe_broker(layers);
  const ConfigMap resolved = resolve_broker_configs(layers);
  std::set<std::string, std::less<>> names;
  for (const ConfigDefinition& definition : config_definitions(kind)) {
    if (!definition.is_internal) names.emplace(definition.name);
  }
  for (const auto& [name, text] : overrides) names.insert(name);
  std::vector<ConfigEntry> entries;
  for (const std::string& name : names) {
    entries.push_back(
        describe_override(kind, find_config(kind, name), name, overrides, resolved, layers));
  }
  return entries;
}

std::vector<ConfigEntry> describe_default_broker_configs(const BrokerLayers& layers) {
  std::vector<ConfigEntry> entries;
  for (const auto& [name, text] : layer(layers.dynamic_default_broker)) {
    ConfigEntry entry = entry_of(find_broker_config(name), name);
    entry.is_read_only =
        entry.definition == nullptr || entry.definition->update == ConfigUpdate::read_only;
    if (!entry.is_sensitive) entry.value = text;
    for (auto& synonym : broker_synonyms(name, layers, entry.is_sensitive)) {
      if (synonym.source == ConfigSource::dynamic_default_broker) {
        entry.synonyms.push_back(std::move(synonym));
      }
    }
    take_source(entry);
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace weir::metadata
