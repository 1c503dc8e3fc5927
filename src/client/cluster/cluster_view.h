#pragma once
// ClusterView: brokers, controller and topics as the last Metadata answers told them. A value;
// whoever holds one sees it unchanged. What an answer leaves out stays as it was known; a
// partition's leader is replaced only by one of the same or a later epoch (KIP-320), so that a slow
// broker's old answer does not undo a newer one. A topic that was created anew (another id) forgets
// its old epochs.

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

namespace weir::wire {
struct MetadataResponse;
}

namespace weir::client {

struct BrokerInfo {
  BrokerId id = no_broker;
  env::Address address;
  std::optional<std::string> rack;
};

struct PartitionInfo {
  BrokerId leader = no_broker;
  LeaderEpoch leader_epoch = no_epoch;
  std::vector<BrokerId> replicas, in_sync, offline;
};

struct TopicInfo {
  Uuid id;
  bool internal = false;
  wire::ErrorCode error = wire::ErrorCode::none;  // of this topic's last answer
  std::vector<PartitionInfo> partitions;          // by index
};

struct LeaderHints;

class ClusterView {
 public:
  std::string cluster_id;
  BrokerId controller = no_broker;
  std::map<BrokerId, BrokerInfo> brokers;
  std::map<std::string, TopicInfo, std::less<>> topics;

  const PartitionInfo* find(const TopicPartition& of) const;  // null: not known
  const TopicInfo* find_topic(std::string_view name) const;
  const std::string* name_of(const Uuid& topic_id) const;

  // This view with an answer applied. `complete`: the answer was of all topics, others are gone.
  ClusterView updated(const wire::MetadataResponse& answer, bool complete) const;
  // ... with what brokers told beside an answer: leaders of later epochs than the known ones, where
  // the leader can be reached. Nothing: none of it is news.
  std::optional<ClusterView> with(const LeaderHints& hints) const;
};

}  // namespace weir::client
