#pragma once
// How a partition changes when its brokers come, go or ask: who leads, who is in sync, who may lead
// when nobody is (KIP-966: eligible leader replicas and the last known leader). The rules of
// Kafka's PartitionChangeBuilder as one pure function.

#include <functional>
#include <optional>
#include <vector>

#include "metadata/image/feature_levels.h"
#include "metadata/image/image.h"
#include "metadata/image/record_list.h"
#include "wire/message/partition_change_record.h"

namespace weir::metadata {

enum class Election : std::uint8_t {
  preferred,  // the first replica if it can, else whoever leads now, else another in sync
  online,     // whoever leads now if it still can, else another in sync
  unclean,    // as online, then any live replica: records may be lost
};

struct PartitionChangeInput {
  const Partition& partition;
  Uuid topic_id;
  PartitionIndex index = 0;
  // Whether a replica is alive and its directory there.
  std::function<bool(BrokerId)> is_acceptable_leader;
  MetadataVersion version;
  bool elr_enabled = false;
  std::int32_t min_isr = 1;
  Election election = Election::online;

  // What shall be; nullopt: as it is.
  std::optional<std::vector<BrokerId>> target_isr;
  std::optional<LeaderRecovery> target_leader_recovery;
  std::optional<std::vector<Uuid>> target_directories;
  std::vector<BrokerId> unclean_shutdown_replicas;  // came back without what they may have had
};

// A record that owns its arrays. nullopt: unchanged.
struct PartitionChange {
  Uuid topic_id;
  PartitionIndex index = 0;
  std::optional<std::vector<BrokerId>> isr;
  BrokerId leader = -2;  // no_leader_change
  std::optional<std::vector<BrokerId>> replicas;
  std::optional<std::vector<BrokerId>> removing_replicas;
  std::optional<std::vector<BrokerId>> adding_replicas;
  std::int8_t leader_recovery_state = -1;
  std::optional<std::vector<Uuid>> directories;
  std::optional<std::vector<BrokerId>> elr;
  std::optional<std::vector<BrokerId>> last_known_elr;

  bool is_nothing() const;
  wire::PartitionChangeRecord record() const;  // views of this
};

// nullopt: nothing changes.
std::optional<PartitionChange> partition_change(const PartitionChangeInput& input);

}  // namespace weir::metadata
