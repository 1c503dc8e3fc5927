#pragma once
// The orders that decide ties in Java's assignors. Whoever leads a group, Java's client or ours,
// must come to the same assignment, or partitions would move whenever the leader does; so where
// Java's result depends on the order of a java.util.HashMap, ours is that order. It is a function
// of the keys and of when they came: hashes are without a seed, an entry's bucket is its hash
// modulo a power of two that grows with the map, and a bucket keeps the order of arrival. (Buckets
// of eight and more, which Java makes trees of, are not imitated.)

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/ids.h"

namespace weir::client {

// String.hashCode of a UTF-8 text, and TopicPartition.hashCode.
std::uint32_t java_hash(std::string_view text);
std::uint32_t java_hash(std::string_view topic, PartitionIndex partition);

// String.compareTo: by UTF-16 units, which differs from UTF-8's order beyond U+FFFF.
bool java_less(std::string_view a, std::string_view b);

// Where a key stands in a HashMap that has held at most `size_max` entries at once.
std::uint32_t java_bucket(std::uint32_t hash, std::size_t size_max);

// Indexes of `keys`, which are different and were put in that order, as the map gives them back.
std::vector<std::size_t> java_map_order(std::span<const std::string_view> keys);

}  // namespace weir::client
