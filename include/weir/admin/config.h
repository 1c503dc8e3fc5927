#pragma once
// Configuration of topics, brokers, groups and client metrics. Plain values: each thread may use
// its own copies.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir {

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
  ConfigResourceType type = ConfigResourceType::topic;
  std::string name{};
  auto operator<=>(const ConfigResource&) const = default;
};

struct ConfigEntry {
  std::string name{};
  std::optional<std::string> value{};  // absent: none, or sensitive
  std::string source{};                // Kafka's: "DYNAMIC_TOPIC_CONFIG", "DEFAULT_CONFIG", ...
  std::string type{};                  // Kafka's: "BOOLEAN", "INT", ...
  bool is_default = false;
  bool is_read_only = false;
  bool is_sensitive = false;
  std::optional<std::string> documentation{};  // only when asked for
};

enum class ConfigOperation : std::int8_t { set = 0, remove = 1, append = 2, subtract = 3 };

// `value` is not used by `remove`; append and subtract are of lists.
struct ConfigChange {
  std::string name{};
  std::string value{};
  ConfigOperation operation = ConfigOperation::set;
};

}  // namespace weir
