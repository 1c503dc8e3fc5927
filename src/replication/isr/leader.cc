#include "replication/isr/leader.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace weir::replication {

IsrLeader::IsrLeader(BecomeLeader command, Offset high_watermark, Offset local_end)
    : state_(std::move(command)), high_watermark_(high_watermark) {
  CHECK(std::ranges::count(state_.replicas, state_.self) == 1, "a leader is one of the replicas");
  ends_[state_.self] = local_end;
  advance();
}

std::optional<Offset> IsrLeader::local_end(Offset end) {
  CHECK(end >= ends_[state_.self], "a leader's log does not shrink");
  ends_[state_.self] = end;
  return advance();
}

std::optional<Offset> IsrLeader::follower_end(BrokerId follower, Offset end) {
  ends_[follower] = end;
  return advance();
}

std::optional<Offset> IsrLeader::isr_changed(std::int32_t partition_epoch,
                                             std::vector<BrokerId> isr) {
  if (partition_epoch < state_.partition_epoch) return std::nullopt;  // an older answer, come late
  state_.partition_epoch = partition_epoch;
  state_.isr = std::move(isr);
  return advance();
}

std::optional<Offset> IsrLeader::min_insync_replicas_changed(std::int32_t count) {
  state_.min_insync_replicas = count;
  return advance();
}

// KIP-966: the effective minimum is never more than there are replicas.
bool IsrLeader::enough_in_sync() const {
  const auto wanted = std::min<std::size_t>(static_cast<std::size_t>(state_.min_insync_replicas),
                                            state_.replicas.size());
  return state_.isr.size() >= wanted;
}

std::optional<Offset> IsrLeader::advance() {
  if (!enough_in_sync()) return std::nullopt;
  Offset smallest = ends_[state_.self];
  for (const BrokerId replica : state_.isr) {
    const auto found = ends_.find(replica);
    if (found == ends_.end()) return std::nullopt;
    smallest = std::min(smallest, found->second);
  }
  if (smallest <= high_watermark_) return std::nullopt;
  high_watermark_ = smallest;
  return high_watermark_;
}

}  // namespace weir::replication
