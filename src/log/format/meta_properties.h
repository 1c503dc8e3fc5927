#pragma once
// meta.properties: whose data directory this is (MetaProperties.java). Java properties, version 1:
//
//   cluster.id=Some(thing)  directory.id=<22 characters>  node.id=1  version=1

#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "base/uuid.h"

namespace weir::log {

struct MetaProperties {
  std::string cluster_id;  // 22 characters as Kafka makes them, or whatever an operator chose
  BrokerId node_id = no_broker;
  Uuid directory_id;  // zero: the file has none
  bool operator==(const MetaProperties&) const = default;
};

std::string format_meta_properties(const MetaProperties& properties);
// Errors: unsupported (another version), corrupt (a key is missing or malformed). Keys that are not
// known are passed over.
Result<MetaProperties> parse_meta_properties(std::string_view text);

}  // namespace weir::log
