#pragma once
// CoordinatorPartition: a partition of an internal topic as the coordinator's log, for one
// leadership.

#include "broker/partition/partition_id.h"
#include "coordinator/coordinator_log.h"

namespace weir::broker {

class Partition;
class Shard;

class CoordinatorPartition final : public coordinator::CoordinatorLog {
 public:
  CoordinatorPartition(Shard& shard, PartitionId id, LeaderEpoch epoch);

  Task<std::expected<Offset, wire::ErrorCode>> append(
      std::span<const coordinator::CoordinatorRecord> records) override;
  Task<std::expected<Offset, wire::ErrorCode>> wait_committed(Offset end_offset) override;
  Offset log_start_offset() const override;
  Offset log_end_offset() const override;
  Task<Result<coordinator::LogChunk>> read(Offset from) override;
  std::size_t batch_bytes_max() const override;

 private:
  Partition* leading() const;  // nullptr when the leadership is over

  Shard& shard_;
  PartitionId id_;
  LeaderEpoch epoch_;
};

}  // namespace weir::broker
