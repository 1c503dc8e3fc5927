#pragma once
// The identity of a partition inside a broker: topics are told apart by id, so that a topic deleted
// and created again under its name is another one.

#include <compare>
#include <cstddef>
#include <functional>

#include "base/env/executor.h"
#include "base/ids.h"
#include "base/uuid.h"

namespace weir::broker {

struct PartitionId {
  Uuid topic_id;
  PartitionIndex partition = 0;
  auto operator<=>(const PartitionId&) const = default;
};

// Which shard owns it: a topic's partitions go round the shards, from a place of the topic's own.
inline env::ShardId shard_of(const PartitionId& id, std::size_t shards) {
  return static_cast<env::ShardId>(
      (std::hash<Uuid>{}(id.topic_id) % shards + static_cast<std::size_t>(id.partition)) % shards);
}

}  // namespace weir::broker

template <>
struct std::hash<weir::broker::PartitionId> {
  std::size_t operator()(const weir::broker::PartitionId& id) const noexcept {
    return std::hash<weir::Uuid>{}(id.topic_id) ^
           (static_cast<std::size_t>(id.partition) * 0x9E3779B97F4A7C15ULL);
  }
};
