#pragma once
// Brokers, their disks, what they serve and the quorum of the controllers, as an administrator sees
// them. Times are milliseconds since the Unix epoch by the brokers' clocks.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/env/network.h"
#include "base/ids.h"
#include "base/uuid.h"
#include "client/topic_partition.h"
#include "wire/error_code.h"

namespace weir::client {

struct BrokerDescription {
  BrokerId id = no_broker;
  env::Address address;
  std::optional<std::string> rack;
  bool fenced = false;  // registered and not in service; told by brokers since 4.0
};

struct ClusterDescription {
  std::string id;
  BrokerId controller = no_broker;         // where Kafka runs in KRaft mode: any broker
  std::vector<BrokerDescription> brokers;  // by id
};

struct ApiRange {
  std::int16_t key = 0;
  std::string name;  // "Produce"; empty: not known to this client
  std::int16_t min = 0, max = 0;
  std::optional<std::int16_t> used;  // by this client with this broker; absent: none fits
};

struct FeatureRange {
  std::int16_t min = 0, max = 0;
};

struct BrokerVersions {
  std::vector<ApiRange> apis;                     // by key
  std::map<std::string, FeatureRange> supported;  // features ("metadata.version")
  std::map<std::string, FeatureRange> finalized;  // ... of the cluster
  std::int64_t finalized_epoch = -1;              // -1: not known
};

struct LogDirReplica {
  TopicPartition of;
  std::int64_t bytes = 0;
  std::int64_t offset_lag =
      0;                   // behind the high watermark or, of a future replica, the current one
  bool is_future = false;  // being moved here
};

struct LogDirDescription {
  wire::ErrorCode error = wire::ErrorCode::none;          // KAFKA_STORAGE_ERROR: it is offline
  std::vector<LogDirReplica> replicas;                    // ascending
  std::optional<std::int64_t> total_bytes, usable_bytes;  // of the volume
  bool cordoned = false;                                  // takes no new partitions (KIP-1066)
};

struct QuorumReplica {
  BrokerId id = no_broker;
  Uuid directory;  // zero: not told
  Offset log_end = no_offset;
  TimestampMs last_fetch = no_timestamp;      // -1: not known
  TimestampMs last_caught_up = no_timestamp;  // -1: not known
};

struct QuorumListener {
  std::string name;
  env::Address address;
};

struct QuorumDescription {
  BrokerId leader = no_broker;
  LeaderEpoch leader_epoch = no_epoch;
  Offset high_watermark = no_offset;
  std::vector<QuorumReplica> voters, observers;           // by id
  std::map<BrokerId, std::vector<QuorumListener>> nodes;  // of the voters; since 3.9
};

}  // namespace weir::client
