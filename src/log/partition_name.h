#pragma once
// A partition by its topic's name, which is what folders and checkpoint files speak of.

#include <compare>
#include <string>

#include "base/ids.h"

namespace weir::log {

struct PartitionName {
  std::string topic;
  PartitionIndex partition = 0;
  auto operator<=>(const PartitionName&) const = default;
};

}  // namespace weir::log
