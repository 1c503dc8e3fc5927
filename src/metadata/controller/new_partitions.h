#pragma once
// What CreateTopics and CreatePartitions share: making new partitions out of assignments.

#include <expected>
#include <vector>

#include "metadata/controller/context.h"

namespace weir::metadata {

inline constexpr std::int64_t partitions_per_request_max = 10000;

// A partition with these replicas, led by the first that is active. Error: none is.
std::optional<Partition> new_partition(const ControllerContext& context,
                                       const std::vector<BrokerId>& replicas);

// Of an assignment that the client made. `replication_factor` is that of the partitions before it,
// 0 when it is the first. Error: INVALID_REPLICA_ASSIGNMENT in Kafka's words.
ApiError check_manual_assignment(const Image& image, const std::vector<BrokerId>& replicas,
                                 std::size_t replication_factor);

void add_partition(ControllerContext& context, const Uuid& topic_id, PartitionIndex index,
                   const Partition& partition);

}  // namespace weir::metadata
