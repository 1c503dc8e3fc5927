#pragma once
// partition.metadata: "version: 0\ntopic_id: <22 characters>" (PartitionMetadata.java).

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/uuid.h"

namespace weir::log {

std::string format_partition_metadata(const Uuid& topic_id);
Result<Uuid> parse_partition_metadata(std::string_view text);  // error: corrupt

}  // namespace weir::log
