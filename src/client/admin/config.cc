#include "client/admin/config.h"

#include <fmt/format.h>

#include <array>

#include "client/admin/config_entry.h"

namespace weir::client {
namespace {

constexpr std::array<std::string_view, 9> source_names = {
    "UNKNOWN",
    "DYNAMIC_TOPIC_CONFIG",
    "DYNAMIC_BROKER_CONFIG",
    "DYNAMIC_DEFAULT_BROKER_CONFIG",
    "STATIC_BROKER_CONFIG",
    "DEFAULT_CONFIG",
    "DYNAMIC_BROKER_LOGGER_CONFIG",
    "DYNAMIC_CLIENT_METRICS_CONFIG",
    "DYNAMIC_GROUP_CONFIG",
};

constexpr std::array<std::string_view, 10> type_names = {
    "UNKNOWN", "BOOLEAN", "STRING", "INT", "SHORT", "LONG", "DOUBLE", "LIST", "CLASS", "PASSWORD",
};

std::string_view kind_of(ConfigResourceType type) {
  switch (type) {
    case ConfigResourceType::topic:
      return "topic";
    case ConfigResourceType::broker:
      return "broker";
    case ConfigResourceType::broker_logger:
      return "broker logger";
    case ConfigResourceType::client_metrics:
      return "client metrics";
    case ConfigResourceType::group:
      return "group";
    case ConfigResourceType::unknown:
      break;
  }
  return "resource";
}

}  // namespace

std::string ConfigResource::text() const {
  if (name.empty() && type == ConfigResourceType::broker) return "the default of all brokers";
  return fmt::format("{} '{}'", kind_of(type), name);
}

std::string_view name_of(ConfigSource source) {
  return source_names[static_cast<std::size_t>(source)];
}

std::string_view name_of(ConfigType type) { return type_names[static_cast<std::size_t>(type)]; }

ConfigSource config_source(std::int8_t number) {
  const bool is_known = number >= 0 && static_cast<std::size_t>(number) < source_names.size();
  return is_known ? static_cast<ConfigSource>(number) : ConfigSource::unknown;
}

ConfigType config_type(std::int8_t number) {
  const bool is_known = number >= 0 && static_cast<std::size_t>(number) < type_names.size();
  return is_known ? static_cast<ConfigType>(number) : ConfigType::unknown;
}

}  // namespace weir::client
