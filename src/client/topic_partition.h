#pragma once
// One partition of one topic, by name.

#include <compare>
#include <string>

#include "base/ids.h"

namespace weir::client {

struct TopicPartition {
  std::string topic;
  PartitionIndex partition = 0;
  auto operator<=>(const TopicPartition&) const = default;
};

}  // namespace weir::client
