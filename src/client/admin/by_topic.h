#pragma once
// Partitions in the shape that requests have them in.

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "client/topic_partition.h"

namespace weir::client {

// Each partition once, ascending.
inline std::map<std::string, std::vector<PartitionIndex>> by_topic(
    std::span<const TopicPartition> partitions) {
  std::map<std::string, std::vector<PartitionIndex>> topics;
  for (const TopicPartition& of : partitions) topics[of.topic].push_back(of.partition);
  for (auto& [topic, indexes] : topics) {
    std::ranges::sort(indexes);
    indexes.erase(std::ranges::unique(indexes).begin(), indexes.end());
  }
  return topics;
}

}  // namespace weir::client
