#pragma once
// What a power loss would leave of a partition right now: the simulator looks into the disk, which
// no client can.

#include <span>
#include <string>

#include "sim/disk.h"
#include "sim/node/client_calls.h"

namespace weir::sim {

class DurableLog {
 public:
  // `directory`: where the node keeps its partitions.
  DurableLog(const Disk& disk, std::string directory)
      : disk_(disk), directory_(std::move(directory)) {}

  // Whether records with these values stand at `first` and the offsets after it.
  bool holds(const TopicPartition& at, Offset first, std::span<const std::string> values) const;
  // So far it goes without a gap, from offset 0.
  Offset end(const TopicPartition& at) const;

 private:
  const Disk& disk_;
  std::string directory_;
};

}  // namespace weir::sim
