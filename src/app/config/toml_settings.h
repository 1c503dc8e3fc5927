#pragma once
// weir.toml: Kafka's names as quoted keys, and Weir's own options data, listen and shards.
//
//   data = "/var/lib/weir"
//   "log.retention.ms" = 86400000
//   "log.cleanup.policy" = ["compact", "delete"]

#include <string_view>
#include <vector>

#include "app/config/properties.h"

namespace weir::app {

// Tables are names with dots: [log] and retention.ms = 5 set log.retention.ms.
Result<std::vector<Setting>> parse_toml_settings(std::string_view text);

}  // namespace weir::app
