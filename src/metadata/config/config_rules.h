#pragma once
// What the configs of one resource must satisfy together; behind validate_configs
// (config_change.h).

#include <string_view>

#include "base/result.h"
#include "metadata/config/config_layers.h"

namespace weir::metadata {

Result<> validate_topic_configs(std::string_view topic, const ConfigMap& overrides,
                                const BrokerLayers& layers);
Result<> validate_group_configs(std::string_view group, const ConfigMap& overrides,
                                const BrokerLayers& layers);
Result<> validate_client_metrics_configs(std::string_view subscription, const ConfigMap& overrides);
Result<> validate_broker_configs(std::string_view broker, const ConfigMap& overrides,
                                 const BrokerLayers& layers);

// Every override parses; the first that does not, in the order of the table, is the error.
Result<> parse_overrides(ConfigKind kind, const ConfigMap& overrides);

// The value of an integer config where it is, its default where its text is bad.
std::int64_t effective_number(ConfigKind kind, std::string_view name, const ConfigMap& overrides,
                              const ConfigMap& resolved);

}  // namespace weir::metadata
