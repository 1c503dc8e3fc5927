#pragma once
// Which partitions are asked for at which brokers, so that what is prefetched stays within its
// bound: a broker has one Fetch on its way at most; a partition is asked for that stands (ready),
// is not paused, has a leader, and of which less than a fetch is prefetched. Pure.

#include <cstdint>
#include <map>
#include <set>

#include "client/consumer/fetch/fetch_session.h"
#include "client/consumer/fetch/positions.h"

namespace weir::client {

struct FetchLimits {
  std::int32_t bytes_max = 50 << 20;            // fetch.max.bytes
  std::int32_t partition_bytes_max = 1 << 20;   // max.partition.fetch.bytes
  std::size_t prefetched_bytes_max = 64 << 20;  // of all partitions, the answers on their way too
};

struct FetchPlan {
  FetchTargets targets;
  std::map<TopicPartition, std::uint64_t> versions;
  std::int32_t bytes_max = 0;
};

// By broker. `busy`: brokers with a Fetch on its way, which may bring `bytes_coming` in all.
std::map<BrokerId, FetchPlan> plan_fetches(const Positions& positions, const ClusterView& view,
                                           const std::set<BrokerId>& busy, std::size_t bytes_coming,
                                           const FetchLimits& limits, env::Instant now);

}  // namespace weir::client
