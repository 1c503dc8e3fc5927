#pragma once
// Topics as an administrator creates and sees them.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/uuid.h"
#include "client/admin/config.h"
#include "wire/error_code.h"

namespace weir::client {

inline constexpr std::int32_t default_partitions = -1;   // num.partitions of the cluster
inline constexpr std::int16_t default_replication = -1;  // default.replication.factor of it

struct NewTopic {
  std::string name;
  std::int32_t partitions = default_partitions;
  std::int16_t replication_factor = default_replication;
  // Not empty: the replicas of each partition, preferred leader first; both numbers stay default.
  std::map<PartitionIndex, std::vector<BrokerId>> assignment;
  std::map<std::string, std::string> configs;
};

// What the cluster made of it; with validate_only: would have made, without an id. Brokers before
// 2.4 tell nothing of it.
struct CreatedTopic {
  Uuid id;  // zero: not told
  std::int32_t partitions = -1;
  std::int16_t replication_factor = -1;
  std::vector<ConfigEntry> configs;
};

struct NewPartitions {
  std::int32_t total = 0;  // afterwards, those that are there included
  // Not empty: the replicas of each new partition, in order.
  std::vector<std::vector<BrokerId>> assignment;
};

struct TopicListing {
  Uuid id;  // zero: the brokers are older than 2.8
  bool internal = false;
  std::int32_t partitions = 0;
};

struct PartitionDescription {
  PartitionIndex index = 0;
  wire::ErrorCode error = wire::ErrorCode::none;  // LEADER_NOT_AVAILABLE and its like
  BrokerId leader = no_broker;
  LeaderEpoch leader_epoch = no_epoch;
  std::vector<BrokerId> replicas, in_sync, offline;
  // KIP-966; absent where the broker does not say.
  std::optional<std::vector<BrokerId>> eligible_leader_replicas, last_known_eligible;
};

struct TopicDescription {
  std::string name;
  Uuid id;  // zero: the brokers are older than 2.8
  bool internal = false;
  std::vector<PartitionDescription> partitions;  // by index
};

}  // namespace weir::client
