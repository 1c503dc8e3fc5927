#pragma once
// Brokers, their disks, and the quorum of the controllers. Sizes are bytes. Plain values: each
// thread may use its own copies.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "weir/time.h"
#include "weir/topic_partition.h"

namespace weir {

struct BrokerDescription {
  std::int32_t id = -1;
  std::string host{};
  std::uint16_t port = 0;
  std::optional<std::string> rack{};
  bool is_fenced = false;  // registered and not in service; told by brokers since 4.0
};

struct ClusterDescription {
  std::string id{};
  std::int32_t controller = -1;              // where Kafka runs in KRaft mode: any broker
  std::vector<BrokerDescription> brokers{};  // by id
};

struct LogDirReplica {
  TopicPartition of{};
  std::int64_t bytes = 0;
  std::int64_t offset_lag = 0;
  bool is_future = false;  // being moved here
};

struct LogDirDescription {
  std::string error{};                                        // Kafka's name; empty: none
  std::vector<LogDirReplica> replicas{};                      // ascending
  std::optional<std::int64_t> total_bytes{}, usable_bytes{};  // of the volume
};

struct QuorumReplica {
  std::int32_t id = -1;
  std::int64_t log_end_offset = -1;
  std::optional<Timestamp> last_fetch{}, last_caught_up{};  // absent: not known
};

struct QuorumDescription {
  std::int32_t leader = -1;
  std::int32_t leader_epoch = -1;
  std::int64_t high_watermark = -1;
  std::vector<QuorumReplica> voters{}, observers{};  // by id
};

}  // namespace weir
