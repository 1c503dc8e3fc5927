#pragma once
// Which partition of __consumer_offsets holds a group: Kafka's Utils.abs(groupId.hashCode()) % n,
// where hashCode runs over the UTF-16 form of the id.

#include <cstdint>
#include <string_view>

#include "base/ids.h"

namespace weir::coordinator {

// Java's String.hashCode of a UTF-8 text. A malformed byte counts as U+FFFD, as Java decodes it.
std::int32_t java_hash_code(std::string_view text);

// partitions > 0.
PartitionIndex partition_for(std::string_view group_id, std::int32_t partitions);

}  // namespace weir::coordinator
