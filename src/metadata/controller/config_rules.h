#pragma once
// What may be set dynamically, and the records that set it: the part that AlterConfigs,
// IncrementalAlterConfigs and CreateTopics share (ConfigurationControlManager.java).

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "metadata/config/config_change.h"
#include "metadata/controller/context.h"

namespace weir::metadata {

// One name's new value; nullopt removes it.
using ConfigAlteration = std::pair<std::string, std::optional<std::string>>;

// Checks `next`, the overrides the resource would have, and adds the records of `changes`.
// `is_new`: the resource is being created, so that it need not exist. On an error no record is
// added.
ApiError alter_config(ControllerContext& context, const ConfigResource& resource,
                      const ConfigMap& next, const std::vector<ConfigAlteration>& changes,
                      bool is_new);

// An Error of the config module as a protocol error.
ApiError config_error(const Error& error);

}  // namespace weir::metadata
