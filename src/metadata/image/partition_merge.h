#pragma once
// What a partition becomes by a PartitionChangeRecord (PartitionRegistration.merge):
// partition_epoch rises by one always, leader_epoch whenever a leader is named, be it the same.

#include "metadata/image/image.h"
#include "wire/message/partition_change_record.h"

namespace weir::metadata {

inline constexpr BrokerId no_leader_change = -2;

// Errors: corrupt (directories and replicas of different length, an unknown recovery state).
Result<Partition> merged(const Partition& before, const wire::PartitionChangeRecord& change);

}  // namespace weir::metadata
