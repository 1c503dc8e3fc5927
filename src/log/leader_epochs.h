#pragma once
// LeaderEpochs: at which offset each leader's term began (KIP-101). A kernel; its owner writes it
// to the leader-epoch-checkpoint when dirty() says so. Epochs and start offsets both ascend
// strictly.
//
// Example: {epoch 3 from 0, epoch 5 from 40}, log end 70: epoch 3 ends at 40, 4 is answered as {3,
// 40}, 5 ends at 70, 6 is not known.

#include <optional>
#include <vector>

#include "base/ids.h"

namespace weir::log {

struct EpochStart {
  LeaderEpoch epoch = no_epoch;
  Offset start_offset = no_offset;
  bool operator==(const EpochStart&) const = default;
};

struct EpochEnd {
  LeaderEpoch epoch = no_epoch;
  Offset end_offset = no_offset;
  bool operator==(const EpochEnd&) const = default;
};

class LeaderEpochs {
 public:
  LeaderEpochs() = default;
  explicit LeaderEpochs(const std::vector<EpochStart>& entries);

  // A batch of `epoch` begins at `start`. Entries that contradict it give way.
  void assign(LeaderEpoch epoch, Offset start);
  void truncate_from_end(Offset end);      // drops terms that begin at or above it
  void truncate_from_start(Offset start);  // the term that holds `start` begins there from now on
  void clear();

  LeaderEpoch latest() const { return entries_.empty() ? no_epoch : entries_.back().epoch; }
  LeaderEpoch at(Offset offset) const;
  EpochEnd end_of(LeaderEpoch epoch, Offset log_end) const;
  const std::vector<EpochStart>& entries() const { return entries_; }

  // Counts changes; the owner remembers which one it has written.
  std::uint64_t changes() const { return changes_; }

 private:
  std::vector<EpochStart> entries_;
  std::uint64_t changes_ = 0;
};

}  // namespace weir::log
