#include "app/cli/commands/health.h"

namespace weir::app {
namespace {

bool is_gone(const client::Failure& failure) {
  return failure.answer == wire::ErrorCode::unknown_topic_or_partition;
}

}  // namespace

client::Outcome<Health> health_of(
    const client::ClusterDescription& cluster,
    const client::PerItem<std::string, client::TopicDescription>& topics) {
  Health health;
  for (const client::BrokerDescription& broker : cluster.brokers) {
    ++health.brokers;
    health.fenced_brokers += broker.fenced ? 1 : 0;
  }
  for (const auto& [name, topic] : topics) {
    if (!topic && is_gone(topic.error())) continue;
    if (!topic) return std::unexpected(topic.error());
    for (const client::PartitionDescription& partition : topic->partitions) {
      ++health.partitions;
      health.leaderless_partitions += partition.leader == no_broker ? 1 : 0;
      const bool is_whole = partition.in_sync.size() >= partition.replicas.size();
      health.under_replicated_partitions += is_whole ? 0 : 1;
    }
  }
  return health;
}

}  // namespace weir::app
