#include "client/producer/sticky_partition.h"

#include <algorithm>

#include "base/check.h"

namespace weir::client {

void StickyPartition::set_loads(std::span<const PartitionLoad> loads) {
  partitions_.clear();
  weights_.clear();
  std::size_t longest = 0;
  for (const PartitionLoad& load : loads) longest = std::max(longest, load.queued);
  std::uint64_t sum = 0;
  for (const PartitionLoad& load : loads) {
    partitions_.push_back(load.partition);
    weights_.push_back(sum += longest + 1 - load.queued);
  }
}

PartitionIndex StickyPartition::current(PartitionIndex partition_count, RandomSource& random) {
  if (current_ < 0 || current_ >= partition_count) {
    current_ = choose(partition_count, random);
    bytes_ = 0;
  }
  return current_;
}

void StickyPartition::appended(std::size_t bytes, bool batch_is_complete) {
  bytes_ += bytes;
  if ((batch_is_complete && bytes_ >= batch_size_) || bytes_ >= 2 * batch_size_) current_ = -1;
}

PartitionIndex StickyPartition::choose(PartitionIndex partition_count, RandomSource& random) const {
  CHECK(partition_count > 0, "a topic has partitions");
  if (!partitions_.empty()) {
    const std::uint64_t drawn = random.below(weights_.back());
    const auto at = std::ranges::upper_bound(weights_, drawn) - weights_.begin();
    const PartitionIndex chosen = partitions_[static_cast<std::size_t>(at)];
    if (chosen < partition_count) return chosen;
  }
  return static_cast<PartitionIndex>(random.below(static_cast<std::uint64_t>(partition_count)));
}

}  // namespace weir::client
