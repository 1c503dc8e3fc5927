#pragma once
// How far the voters are, as their leader knows it, and what of the log that commits (KIP-595): the
// high watermark is the highest offset that a majority has made durable, but it moves only beyond
// the start of the leader's own epoch, since an older entry counts only through one of the new
// epoch (Raft, section 5.4.2).

#include <map>

#include "base/ids.h"
#include "base/uuid.h"
#include "replication/quorum/voter.h"

namespace weir::replication {

class LeaderProgress {
 public:
  LeaderProgress(const std::vector<Voter>& voters, Offset epoch_start);

  // `end_offset` is durable at the voter; offsets never go back. True when the high watermark
  // moved. A node that is no voter changes nothing.
  bool durable(BrokerId voter, Offset end_offset);

  Offset high_watermark() const { return high_watermark_; }  // -1: none yet
  Offset epoch_start() const { return epoch_start_; }
  Offset end_offset_of(BrokerId voter) const;  // -1: unknown

 private:
  std::map<BrokerId, Offset> ends_;
  Offset epoch_start_;
  Offset high_watermark_ = no_offset;
};

}  // namespace weir::replication
