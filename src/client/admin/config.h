#pragma once
// Configuration of topics, brokers, groups and client metrics, with Kafka's numbers.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::client {

enum class ConfigResourceType : std::int8_t {
  unknown = 0,
  topic = 2,
  broker = 4,
  broker_logger = 8,
  client_metrics = 16,
  group = 32,
};

// Of a broker: its id in digits; empty: the default of all brokers.
struct ConfigResource {
  ConfigResourceType type = ConfigResourceType::unknown;
  std::string name;
  auto operator<=>(const ConfigResource&) const = default;
  std::string text() const;  // "topic 'a'", for messages
};

enum class ConfigSource : std::int8_t {
  unknown = 0,
  dynamic_topic = 1,
  dynamic_broker = 2,
  dynamic_default_broker = 3,
  static_broker = 4,
  default_value = 5,
  dynamic_broker_logger = 6,
  dynamic_client_metrics = 7,
  dynamic_group = 8,
};
std::string_view name_of(ConfigSource source);  // Kafka's: "DYNAMIC_TOPIC_CONFIG"

enum class ConfigType : std::int8_t {
  unknown = 0,
  boolean = 1,
  string = 2,
  int32 = 3,
  int16 = 4,
  int64 = 5,
  float64 = 6,
  list = 7,
  class_name = 8,
  password = 9,
};
std::string_view name_of(ConfigType type);  // Kafka's: "BOOLEAN", "STRING", "INT", ...

struct ConfigSynonym {
  std::string name;
  std::optional<std::string> value;  // absent: none, or sensitive
  ConfigSource source = ConfigSource::unknown;
};

struct ConfigEntry {
  std::string name;
  std::optional<std::string> value;  // absent: none, or sensitive
  ConfigSource source = ConfigSource::unknown;
  ConfigType type = ConfigType::unknown;
  bool read_only = false;
  bool sensitive = false;
  std::vector<ConfigSynonym> synonyms;       // in order of precedence; only when asked for
  std::optional<std::string> documentation;  // only when asked for
  bool is_default() const { return source == ConfigSource::default_value; }
};

struct DescribeConfigsOptions {
  std::vector<std::string> names;  // empty: all
  bool synonyms = false;
  bool documentation = false;
};

enum class AlterOperation : std::int8_t { set = 0, remove = 1, append = 2, subtract = 3 };

// `value` is not used by `remove`; append and subtract are of lists.
struct ConfigAlteration {
  std::string name;
  AlterOperation operation = AlterOperation::set;
  std::string value;
};

}  // namespace weir::client
