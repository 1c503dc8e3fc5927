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
#include "metadata/config/config_definition.h"

namespace weir::metadata {

// Values are those of the IncrementalAlterConfigs request.
enum class ConfigOp : std::int8_t { set = 0, erase = 1, append = 2, subtract = 3 };

// The new override of one config: nullopt, none. `current` is its present override, `inherited` the
// value that holds without it (topic_default() of topic_settings.h; the default for other kinds),
// to which append and subtract apply then. A missing operand (nullopt) sets nothing: that is
// checked by validate_configs.
Result<std::optional<std::string>> apply_config_op(ConfigKind kind, std::string_view name,
                                                   ConfigOp op,
                                                   std::optional<std::string_view> operand,
                                                   std::optional<std::string_view> current,
                                                   std::optional<std::string_view> inherited);

// Checks the whole set of overrides that a resource would have: names, values, and what they say of
// each other. `inherited` are broker-wide values by topic or group config name that complete the
// cross-field checks (may be empty). For ConfigKind::broker `resource` is the broker id in digits,
// empty for the cluster's default.
Result<> validate_configs(ConfigKind kind, std::string_view resource, const ConfigMap& overrides,
                          const ConfigMap& inherited = {});

}  // namespace weir::metadata
