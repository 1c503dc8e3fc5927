#include "metadata/config/config_change.h"

#include <algorithm>

#include <fmt/format.h>

#include "metadata/config/config_rules.h"
#include "metadata/config/java_value.h"

namespace weir::metadata {
namespace {

// String.split(","): empty parts at the end are dropped, unless the text itself is empty.
std::vector<std::string> java_split(std::string_view text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0;;) {
    const std::size_t comma = text.find(',', begin);
    parts.emplace_back(text.substr(begin, comma == text.npos ? text.npos : comma - begin));
    if (comma == text.npos) break;
    begin = comma + 1;
  }
  while (parts.size() > 1 && parts.back().empty()) parts.pop_back();
  if (!text.empty() && parts.size() == 1 && parts.front().empty()) parts.clear();
  return parts;
}

Result<> check_is_list(ConfigKind kind, std::string_view name, ConfigOp op) {
  const ConfigDefinition* definition = find_config(kind, name);
  if (kind == ConfigKind::broker) {
    if (definition == nullptr) {
      return fail(Errc::invalid, fmt::format("Unknown config name: {}", name));
    }
    if (definition->is_list()) return {};
    return fail(Errc::invalid, fmt::format("Config value {} is not allowed for config key: {}",
                                           op == ConfigOp::append ? "append" : "subtract", name));
  }
  // Kafka's controller knows the types of topic configs only.
  if (kind == ConfigKind::topic && definition != nullptr && definition->is_list()) return {};
  return fail(Errc::invalid, fmt::format("Can't {} to key {} because its type is not LIST.",
                                         op == ConfigOp::append ? "APPEND" : "SUBTRACT", name));
}

}  // namespace

Result<std::optional<std::string>> apply_config_op(ConfigKind kind, std::string_view name,
                                                   ConfigOp op, std::string_view operand,
                                                   std::optional<std::string_view> current) {
  if (op == ConfigOp::set) return std::string(operand);
  if (op == ConfigOp::erase) return std::nullopt;
  TRY(check_is_list(kind, name, op));
  const std::string_view before =
      current ? *current : find_config(kind, name)->default_value.value_or("");
  std::vector<std::string> list;
  for (std::string& part : java_split(before)) {
    if (!part.empty()) list.push_back(std::move(part));
  }
  for (std::string& part : java_split(operand)) {
    const auto at = std::ranges::find(list, part);
    if (op == ConfigOp::subtract) {
      if (at != list.end()) list.erase(at);
    } else if (at == list.end()) {
      list.push_back(std::move(part));
    }
  }
  return joined(list);
}

Result<> validate_configs(ConfigKind kind, std::string_view resource, const ConfigMap& overrides,
                          const BrokerLayers& layers) {
  switch (kind) {
    case ConfigKind::topic:
      return validate_topic_configs(resource, overrides, layers);
    case ConfigKind::group:
      return validate_group_configs(resource, overrides, layers);
    case ConfigKind::client_metrics:
      return validate_client_metrics_configs(resource, overrides);
    case ConfigKind::broker:
      return validate_broker_configs(resource, overrides, layers);
    case ConfigKind::broker_logger:
      break;
  }
  return fail(Errc::unsupported, "Unknown resource type BROKER_LOGGER");
}

Result<> check_elr_change(std::string_view broker_resource, std::string_view name,
                          std::optional<std::string_view> value) {
  if (name != "min.insync.replicas") return {};
  if (!broker_resource.empty()) {
    if (!value) return {};
    return fail(Errc::invalid,
                "Broker-level min.insync.replicas cannot be altered while ELR is enabled.");
  }
  if (value) return {};
  return fail(Errc::invalid,
              "Cluster-level min.insync.replicas cannot be removed while ELR is enabled.");
}

}  // namespace weir::metadata
