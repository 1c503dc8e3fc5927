#pragma once
// IsrLeader: what the leader of one partition knows about its replicas, and the high watermark that
// follows from it. A kernel: plain commands in, the new high watermark out; it knows neither logs
// nor metadata.
//
// A replica's end offset counts only what that replica has made as durable as the topic asks for:
// the owner tells the local one (local_end), followers' fetches tell theirs (KIP-966 and design
// section 5).
//
// Invariant: the high watermark never moves back within a leadership, and never past the smallest
// counted end of the in-sync replicas. With fewer in-sync replicas than min.insync.replicas it does
// not move (KIP-966).

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/ids.h"

namespace weir::replication {

struct BecomeLeader {
  BrokerId self = no_broker;
  LeaderEpoch leader_epoch = no_epoch;
  std::int32_t partition_epoch = 0;
  std::vector<BrokerId> replicas;
  std::vector<BrokerId> isr;
  std::int32_t min_insync_replicas = 1;
};

class IsrLeader {
 public:
  // `high_watermark` and `local_end` are what the local log knows at this moment.
  IsrLeader(BecomeLeader command, Offset high_watermark, Offset local_end);

  // Each returns the new high watermark when it moved.
  std::optional<Offset> local_end(Offset end);
  std::optional<Offset> follower_end(BrokerId follower, Offset end);
  std::optional<Offset> isr_changed(std::int32_t partition_epoch, std::vector<BrokerId> isr);
  std::optional<Offset> min_insync_replicas_changed(std::int32_t count);

  Offset high_watermark() const { return high_watermark_; }
  LeaderEpoch leader_epoch() const { return state_.leader_epoch; }
  std::int32_t partition_epoch() const { return state_.partition_epoch; }
  const std::vector<BrokerId>& isr() const { return state_.isr; }
  bool enough_in_sync() const;  // for acks=all

 private:
  std::optional<Offset> advance();

  BecomeLeader state_;
  std::map<BrokerId, Offset> ends_;  // counted end of each replica; unknown ones are absent
  Offset high_watermark_;
};

}  // namespace weir::replication
