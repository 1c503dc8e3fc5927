#include "client/consumer/fetch/fetch_planner.h"

#include <algorithm>

namespace weir::client {

namespace {

// A limit of 0 is one batch at a time, as Kafka's brokers answer it, and not none.
std::size_t at_least_one(std::size_t limit) { return std::max<std::size_t>(limit, 1); }

bool is_due(const PartitionState& state, const FetchLimits& limits, env::Instant now) {
  return state.stage == PartitionState::Stage::ready && !state.is_paused &&
         state.leader != no_broker && now >= state.retry_at &&
         state.prefetched_bytes <
             at_least_one(static_cast<std::size_t>(limits.partition_bytes_max));
}

BrokerId source_of(const PartitionState& state, const ClusterView& view, env::Instant now) {
  const bool is_near = state.near_replica != no_broker && now < state.near_until &&
                       view.brokers.contains(state.near_replica);
  return is_near ? state.near_replica : state.leader;
}

}  // namespace

std::map<BrokerId, FetchPlan> plan_fetches(const Positions& positions, const ClusterView& view,
                                           const std::set<BrokerId>& busy, std::size_t bytes_coming,
                                           const FetchLimits& limits, env::Instant now) {
  std::map<BrokerId, FetchPlan> plans;
  std::size_t held = bytes_coming;
  for (const auto& [partition, state] : positions.all()) held += state.prefetched_bytes;
  const std::size_t most = at_least_one(limits.prefetched_bytes_max);
  if (held >= most) return plans;
  for (const auto& [partition, state] : positions.all()) {
    if (!is_due(state, limits, now)) continue;
    const BrokerId broker = source_of(state, view, now);
    const TopicInfo* topic = view.find_topic(partition.topic);
    if (busy.contains(broker) || !topic) continue;
    FetchPlan& plan = plans[broker];
    plan.targets[partition] = {.topic_id = topic->id,
                               .offset = state.fetch.offset,
                               .leader_epoch = state.leader_epoch,
                               .fetched_epoch = state.fetch.epoch,
                               .bytes_max = limits.partition_bytes_max};
    plan.versions[partition] = state.version;
  }
  // Each gets an equal part of what is left.
  for (auto& [broker, plan] : plans) {
    const std::size_t part = (most - held) / plans.size();
    plan.bytes_max = static_cast<std::int32_t>(std::min<std::size_t>(
        std::max<std::size_t>(part, 1), static_cast<std::size_t>(limits.bytes_max)));
  }
  return plans;
}

}  // namespace weir::client
