#pragma once
// The words that the tables of configs are written in, and the tables. Private to this folder.
//
//   int64("retention.ms", "604800000").at_least(-1)        type, name, default; without default:
//   null
//       .from("log.retention.ms").from("log.retention.hours", hours)   where a value falls back to,
//       in order .cluster_wide()                                     how it changes while the
//       server runs, if it does .none_yet()  or  .refused("why")                    unless it is
//       honoured .says("One sentence.")

#include <span>
#include <string_view>
#include <utility>

#include "metadata/config/config_definition.h"

namespace weir::metadata {

std::span<const ConfigDefinition> topic_table();
std::span<const ConfigDefinition> group_table();
std::span<const ConfigDefinition> client_metrics_table();
std::span<const ConfigDefinition> broker_network_table();
std::span<const ConfigDefinition> broker_log_table();
std::span<const ConfigDefinition> broker_server_table();
std::span<const ConfigDefinition> broker_replication_table();
std::span<const ConfigDefinition> broker_controller_table();
std::span<const ConfigDefinition> broker_group_table();
std::span<const ConfigDefinition> broker_transaction_table();
std::span<const ConfigDefinition> broker_share_table();
std::span<const ConfigDefinition> broker_streams_table();
std::span<const ConfigDefinition> broker_remote_table();
std::span<const ConfigDefinition> broker_security_table();
std::span<const ConfigDefinition> broker_sasl_table();

namespace define {

inline constexpr ConfigUnit minutes = ConfigUnit::minutes_to_ms;
inline constexpr ConfigUnit hours = ConfigUnit::hours_to_ms;

inline constexpr std::string_view cleanup_policies[] = {"compact", "delete"};
inline constexpr std::string_view compression_types[] = {"uncompressed", "zstd", "lz4",
                                                         "snappy",       "gzip", "producer"};
inline constexpr std::string_view timestamp_types[] = {"CreateTime", "LogAppendTime"};
inline constexpr std::string_view process_roles[] = {"broker", "controller"};
inline constexpr std::string_view group_protocols[] = {"consumer", "classic", "share", "streams"};
inline constexpr std::string_view migration_policies[] = {"DISABLED", "DOWNGRADE", "UPGRADE",
                                                          "BIDIRECTIONAL"};
inline constexpr std::string_view isolation_levels[] = {"read_committed", "read_uncommitted"};
inline constexpr std::string_view client_auth[] = {"required", "requested", "none"};
inline constexpr std::string_view security_protocols[] = {"PLAINTEXT", "SSL", "SASL_PLAINTEXT",
                                                          "SASL_SSL"};
inline constexpr std::string_view assertion_algorithms[] = {"ES256", "RS256"};

// Checks of single configs, see config_check.cc.
using ConfigProblem = std::optional<std::string> (*)(const ConfigDefinition&, const ConfigValue&);
std::optional<std::string> gzip_level_problem(const ConfigDefinition&, const ConfigValue&);
std::optional<std::string> throttled_replicas_problem(const ConfigDefinition&, const ConfigValue&);
std::optional<std::string> offset_reset_problem(const ConfigDefinition&, const ConfigValue&);
std::optional<std::string> voters_problem(const ConfigDefinition&, const ConfigValue&);
std::optional<std::string> bootstrap_servers_problem(const ConfigDefinition&, const ConfigValue&);

struct Define : ConfigDefinition {
  constexpr Define(ConfigType of_type, std::string_view of_name,
                   std::optional<std::string_view> value) {
    type = of_type;
    name = of_name;
    default_value = value;
    kafka_default_value = value;
  }

  constexpr Define&& kafka_default(std::optional<std::string_view> value = std::nullopt) && {
    kafka_default_value = value;
    return std::move(*this);
  }
  constexpr Define&& at_least(double low) && {
    check = CheckKind::range;
    minimum = low;
    return std::move(*this);
  }
  constexpr Define&& between(double low, double high) && {
    check = CheckKind::range;
    minimum = low;
    maximum = high;
    return std::move(*this);
  }
  constexpr Define&& one_of(std::span<const std::string_view> allowed) && {
    check = CheckKind::one_of;
    values = allowed;
    return std::move(*this);
  }
  constexpr Define&& one_of_any_case(std::span<const std::string_view> allowed) && {
    check = CheckKind::one_of_any_case;
    values = allowed;
    return std::move(*this);
  }
  constexpr Define&& list_of(std::span<const std::string_view> allowed = {}) && {
    check = CheckKind::list;
    values = allowed;
    return std::move(*this);
  }
  constexpr Define&& not_empty() && {
    if (check == CheckKind::none) check = CheckKind::not_empty;
    is_empty_allowed = false;
    return std::move(*this);
  }
  constexpr Define&& checked_by(ConfigProblem problem) && {
    check = CheckKind::custom;
    custom = problem;
    return std::move(*this);
  }
  constexpr Define&& gzip_level() && { return std::move(*this).checked_by(gzip_level_problem); }
  constexpr Define&& throttled_replicas() && {
    return std::move(*this).checked_by(throttled_replicas_problem);
  }
  constexpr Define&& from(std::string_view synonym, ConfigUnit unit = ConfigUnit::same) && {
    synonyms.at(synonym_count++) = {synonym, unit};
    return std::move(*this);
  }
  constexpr Define&& cluster_wide() && {
    update = ConfigUpdate::cluster_wide;
    return std::move(*this);
  }
  constexpr Define&& per_broker() && {
    update = ConfigUpdate::per_broker;
    return std::move(*this);
  }
  constexpr Define&& dynamic_only() && {
    is_dynamic_only = true;
    return std::move(*this);
  }
  constexpr Define&& internal() && {
    is_internal = true;
    return std::move(*this);
  }
  constexpr Define&& none_yet() && {
    effect = ConfigEffect::none_yet;
    return std::move(*this);
  }
  constexpr Define&& refused(std::string_view why) && {
    effect = ConfigEffect::refused;
    reason = why;
    return std::move(*this);
  }
  constexpr Define&& says(std::string_view sentence) && {
    documentation = sentence;
    return std::move(*this);
  }
};

using DefaultText = std::optional<std::string_view>;
constexpr Define boolean(std::string_view name, DefaultText value = {}) {
  return {ConfigType::boolean, name, value};
}
constexpr Define text(std::string_view name, DefaultText value = {}) {
  return {ConfigType::string, name, value};
}
constexpr Define int32(std::string_view name, DefaultText value = {}) {
  return {ConfigType::int32, name, value};
}
constexpr Define int16(std::string_view name, DefaultText value = {}) {
  return {ConfigType::int16, name, value};
}
constexpr Define int64(std::string_view name, DefaultText value = {}) {
  return {ConfigType::int64, name, value};
}
constexpr Define real(std::string_view name, DefaultText value = {}) {
  return {ConfigType::real, name, value};
}
constexpr Define list(std::string_view name, DefaultText value = {}) {
  return {ConfigType::list, name, value};
}
constexpr Define class_name(std::string_view name, DefaultText value = {}) {
  return {ConfigType::class_name, name, value};
}
constexpr Define password(std::string_view name, DefaultText value = {}) {
  return {ConfigType::password, name, value};
}

}  // namespace define
}  // namespace weir::metadata
