#pragma once
// Which partition of which topic. Plain values: each thread may use its own copies.

#include <compare>
#include <cstdint>
#include <string>

namespace weir {

// One partition of one topic; partitions count from 0.
struct TopicPartition {
  std::string topic{};
  std::int32_t partition = 0;
  auto operator<=>(const TopicPartition&) const = default;
};

}  // namespace weir
