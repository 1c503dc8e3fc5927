#pragma once
// LeaderHints: what a broker tells beside NOT_LEADER_OR_FOLLOWER and FENCED_LEADER_EPOCH, in
// answers of Produce and Fetch: who leads instead, and where that broker is (KIP-951). Whoever has
// them need not ask for metadata before it goes on.

#include <cstdint>
#include <vector>

#include "client/cluster/cluster_view.h"

namespace weir::client {

struct LeaderHint {
  TopicPartition partition;
  BrokerId leader = no_broker;
  LeaderEpoch epoch = no_epoch;
};

struct LeaderHints {
  std::vector<LeaderHint> leaders;
  std::vector<BrokerInfo> brokers;

  // `answer`: of Produce or Fetch. A port that is none leaves its broker out.
  template <class Answer>
  void add_brokers(const Answer& answer) {
    for (const auto& node : answer.node_endpoints) {
      if (node.port <= 0 || node.port > UINT16_MAX) continue;
      BrokerInfo& broker = brokers.emplace_back();
      broker.id = node.node_id;
      broker.address = {node.host.str(), static_cast<std::uint16_t>(node.port)};
      if (!node.rack.is_null()) broker.rack = node.rack.str();
    }
  }
  // `partition`: of such an answer.
  template <class Partition>
  void add_leader(TopicPartition which, const Partition& partition) {
    const auto& told = partition.current_leader;
    if (told.leader_id < 0) return;
    leaders.push_back({std::move(which), told.leader_id, told.leader_epoch});
  }
};

}  // namespace weir::client
