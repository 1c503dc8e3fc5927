#pragma once
// Formats a data directory as `kafka-storage format` does: the metadata log first and
// meta.properties last, so that a crash in between leaves a directory without meta.properties,
// which the next attempt formats again.

#include <string>

#include "broker/node.h"
#include "log/log_directory.h"
#include "metadata/node/metadata_node.h"

namespace weir::broker {

metadata::MetadataSettings metadata_settings(const NodeOptions& options,
                                             const std::string& cluster_id,
                                             const Uuid& directory_id);

// Blocking. Error: invalid, when the directory holds what is somebody else's; io.
Result<> format_directory(env::Disk& disk, log::LogDirectory& directory, const NodeOptions& options,
                          const log::MetaProperties& properties, TimestampMs now);

}  // namespace weir::broker
