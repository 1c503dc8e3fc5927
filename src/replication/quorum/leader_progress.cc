#include "replication/quorum/leader_progress.h"

#include <algorithm>
#include <functional>

#include "base/check.h"

namespace weir::replication {

LeaderProgress::LeaderProgress(const std::vector<Voter>& voters, Offset epoch_start)
    : epoch_start_(epoch_start) {
  CHECK(!voters.empty(), "a quorum has voters");
  for (const auto& voter : voters) ends_[voter.id] = no_offset;
}

bool LeaderProgress::durable(BrokerId voter, Offset end_offset) {
  const auto it = ends_.find(voter);
  if (it == ends_.end() || end_offset <= it->second) return false;
  it->second = end_offset;
  std::vector<Offset> ends;
  for (const auto& [id, end] : ends_) ends.push_back(end);
  std::sort(ends.begin(), ends.end(), std::greater<>());
  // Of 2n or 2n+1 voters, n+1 are a majority: the (n+1)th highest end is with all of them.
  const Offset majority = ends[ends.size() / 2];
  if (majority <= epoch_start_ || majority <= high_watermark_) return false;
  high_watermark_ = majority;
  return true;
}

Offset LeaderProgress::end_offset_of(BrokerId voter) const {
  const auto it = ends_.find(voter);
  return it == ends_.end() ? no_offset : it->second;
}

}  // namespace weir::replication
