#pragma once
// What a configuration is: its name, type, default, check and effect, and where its value comes
// from. Names, types, defaults, checks and their messages are Apache Kafka 4.4.0's; the
// documentation is ours.
//
// The tables stand in topic_configs.cc, group_configs.cc, broker_configs_*.cc: one definition a
// line or two. Everything here is a pure value: no I/O, no state beyond the tables, which never
// change.
//
// An Error made here carries what a client is told: Errc::invalid is Kafka's INVALID_CONFIG,
// Errc::unsupported its INVALID_REQUEST; `what` is the message, in Kafka's words.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace weir::metadata {

// Values are those of the DescribeConfigs response.
enum class ConfigType : std::int8_t {
  unknown = 0,
  boolean = 1,
  string = 2,
  int32 = 3,
  int16 = 4,
  int64 = 5,
  real = 6,
  list = 7,
  class_name = 8,
  password = 9,
};

// Values are those of the config resource types on the wire and in ConfigRecord.
enum class ConfigKind : std::int8_t {
  topic = 2,
  broker = 4,
  broker_logger = 8,
  client_metrics = 16,
  group = 32,
};

// Values are those of the DescribeConfigs response.
enum class ConfigSource : std::int8_t {
  unknown = 0,
  dynamic_topic = 1,
  dynamic_broker = 2,
  dynamic_default_broker = 3,
  static_broker = 4,
  default_config = 5,
  dynamic_broker_logger = 6,
  dynamic_client_metrics = 7,
  dynamic_group = 8,
};

enum class ConfigEffect : std::uint8_t {
  honoured,
  none_yet,  // known, checked, shown and stored, but nothing reads it yet
  refused,  // any other value than the default would be a promise that is not kept: the server does
            // not start
};

// How a broker config may change while the server runs. Topic and group configs are all
// cluster_wide.
enum class ConfigUpdate : std::uint8_t { read_only, per_broker, cluster_wide };

// How to turn a broker config's number into the unit of the config that falls back to it.
enum class ConfigUnit : std::uint8_t { same, minutes_to_ms, hours_to_ms, seconds_to_ms };

struct ConfigSynonym {
  std::string_view name;
  ConfigUnit unit = ConfigUnit::same;
};

// std::monostate is Kafka's null: a config without default that nobody set.
using ConfigValue =
    std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<std::string>>;

// Names and values as they were written: one resource's overrides, or a configuration file.
using ConfigMap = std::map<std::string, std::string, std::less<>>;

enum class CheckKind : std::uint8_t {
  none,
  range,            // minimum, maximum
  one_of,           // values
  one_of_any_case,  // values
  list,             // values (any if none are given), is_empty_allowed
  not_empty,
  custom,
};

struct ConfigDefinition {
  std::string_view name;
  ConfigType type = ConfigType::string;
  std::optional<std::string_view> default_value;  // Weir's; nullopt: Kafka's null
  std::optional<std::string_view>
      kafka_default_value;  // differs from ours for a stated reason only
  std::string_view documentation;

  CheckKind check = CheckKind::none;
  std::optional<double> minimum, maximum;  // both ends allowed
  std::span<const std::string_view> values;
  bool is_empty_allowed = true;
  // nullopt if the value is acceptable, else the whole message.
  std::optional<std::string> (*custom)(const ConfigDefinition&, const ConfigValue&) = nullptr;

  // Topic and group configs: the broker configs that give the default, the first that is set wins.
  // Broker configs that exist in several units: all of them, itself included, strongest first.
  std::array<ConfigSynonym, 4> synonyms{};
  std::size_t synonym_count = 0;

  ConfigUpdate update = ConfigUpdate::read_only;
  ConfigEffect effect = ConfigEffect::honoured;
  std::string_view reason;       // of ConfigEffect::refused: what is not served
  bool is_internal = false;      // shown only where it is set
  bool is_dynamic_only = false;  // a broker config that no file may set

  bool is_sensitive() const { return type == ConfigType::password; }
  bool is_list() const { return type == ConfigType::list; }
  std::span<const ConfigSynonym> broker_synonyms() const {
    return {synonyms.data(), synonym_count};
  }
};

// All definitions of a kind. Those of topics and groups stand in the order in which Kafka checks
// them.
std::span<const ConfigDefinition> config_definitions(ConfigKind kind);

// nullptr: nobody knows the name.
const ConfigDefinition* find_config(ConfigKind kind, std::string_view name);

// The known name that a misspelt one probably means, empty if none is near.
std::string_view nearest_config_name(ConfigKind kind, std::string_view name);

// Reads and checks one value: its type, then its range. Messages are Kafka's:
// "Invalid value -5 for configuration retention.ms: Value must be at least -1".
// A list loses its repetitions, unless those are to be an error (Kafka is strict with dynamic
// broker configs).
enum class Repeated : std::uint8_t { removed, refused };
Result<ConfigValue> parse_config(const ConfigDefinition& definition, std::string_view text,
                                 Repeated repeated = Repeated::removed);

// A value as Kafka prints it in DescribeConfigs; nullopt: null.
std::optional<std::string> format_config(const ConfigValue& value);

}  // namespace weir::metadata
