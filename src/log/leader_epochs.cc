#include "log/leader_epochs.h"

#include <algorithm>

#include "base/check.h"

namespace weir::log {

LeaderEpochs::LeaderEpochs(const std::vector<EpochStart>& entries) {
  for (const auto& entry : entries) assign(entry.epoch, entry.start_offset);
  changes_ = 0;
}

void LeaderEpochs::assign(LeaderEpoch epoch, Offset start) {
  CHECK(epoch >= 0 && start >= 0);
  if (!entries_.empty() && entries_.back().epoch == epoch &&
      entries_.back().start_offset <= start) {
    return;
  }
  while (!entries_.empty() &&
         (entries_.back().epoch >= epoch || entries_.back().start_offset >= start)) {
    entries_.pop_back();
  }
  entries_.push_back({epoch, start});
  ++changes_;
}

void LeaderEpochs::truncate_from_end(Offset end) {
  while (!entries_.empty() && entries_.back().start_offset >= end) {
    entries_.pop_back();
    ++changes_;
  }
}

void LeaderEpochs::truncate_from_start(Offset start) {
  const auto above = std::ranges::find_if(
      entries_, [&](const EpochStart& entry) { return entry.start_offset > start; });
  if (above == entries_.begin()) return;
  const auto holder = above - 1;
  if (holder == entries_.begin() && holder->start_offset == start) return;
  holder->start_offset = start;
  entries_.erase(entries_.begin(), holder);
  ++changes_;
}

void LeaderEpochs::clear() {
  if (entries_.empty()) return;
  entries_.clear();
  ++changes_;
}

LeaderEpoch LeaderEpochs::at(Offset offset) const {
  const auto above = std::ranges::upper_bound(entries_, offset, {}, &EpochStart::start_offset);
  return above == entries_.begin() ? no_epoch : (above - 1)->epoch;
}

EpochEnd LeaderEpochs::end_of(LeaderEpoch epoch, Offset log_end) const {
  if (epoch == no_epoch) return {};
  if (epoch == latest()) return {epoch, log_end};
  const auto higher = std::ranges::upper_bound(entries_, epoch, {}, &EpochStart::epoch);
  if (higher == entries_.end()) return {};
  // Below the first term that is known: that one's start is where the log still agrees.
  if (higher == entries_.begin()) return {epoch, higher->start_offset};
  return {(higher - 1)->epoch, higher->start_offset};
}

}  // namespace weir::log
