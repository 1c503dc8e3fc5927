#pragma once
// Changing the configuration of a resource: what AlterConfigs, IncrementalAlterConfigs and
// CreateTopics may store.
//
// The caller (the controller) keeps one ConfigMap of overrides per resource; these functions say
// what the next one is, or why not. See config_definition.h for the meaning of errors.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "metadata/config/config_layers.h"

namespace weir::metadata {

// Values are those of the IncrementalAlterConfigs request.
enum class ConfigOp : std::int8_t { set = 0, erase = 1, append = 2, subtract = 3 };

// The new override of one config: nullopt, none. `current` is its present override. Append and
// subtract start from the default where there is none, as in Kafka. An operand is needed by all but
// erase.
Result<std::optional<std::string>> apply_config_op(ConfigKind kind, std::string_view name,
                                                   ConfigOp op, std::string_view operand,
                                                   std::optional<std::string_view> current);

// Checks the whole set of overrides that a resource would have: names, values, and what they say of
// each other and of the broker's configs. For ConfigKind::broker `resource` is the broker id in
// digits, empty for the cluster's default; its own entry in `layers` is not looked at.
Result<> validate_configs(ConfigKind kind, std::string_view resource, const ConfigMap& overrides,
                          const BrokerLayers& layers = {});

// What KIP-966 forbids while eligible.leader.replicas.version is above 0: a broker's own
// min.insync.replicas, and taking away the cluster's. `value` nullopt: the override is removed.
Result<> check_elr_change(std::string_view broker_resource, std::string_view name,
                          std::optional<std::string_view> value);

}  // namespace weir::metadata
