#include "log/compaction/cleaned_transactions.h"

#include <algorithm>
#include <utility>

namespace weir::log {

CleanedTransactions::CleanedTransactions(std::vector<AbortedTransactionEntry> aborted)
    : aborted_(std::move(aborted)) {
  std::ranges::sort(aborted_, {}, [](const AbortedTransactionEntry& entry) {
    return std::pair(entry.first_offset, entry.last_offset);
  });
}

void CleanedTransactions::open_up_to(Offset offset) {
  for (; next_ < aborted_.size() && aborted_[next_].first_offset <= offset; ++next_) {
    ongoing_aborted_.try_emplace(aborted_[next_].producer_id, Ongoing{aborted_[next_]});
  }
}

bool CleanedTransactions::read_batch(const wire::BatchView& batch) {
  open_up_to(batch.last_offset());
  if (!batch.is_transactional()) return false;
  const auto ongoing = ongoing_aborted_.find(batch.producer_id());
  if (ongoing == ongoing_aborted_.end()) {
    ongoing_committed_.insert(batch.producer_id());
    return false;
  }
  ongoing->second.seen = true;
  return true;
}

bool CleanedTransactions::read_marker(const wire::BatchView& batch,
                                      const std::optional<ControlMarker>& marker) {
  open_up_to(batch.last_offset());
  if (batch.records_count() == 0) return true;  // cleaned before
  if (!marker) return false;
  if (!marker->is_abort) return ongoing_committed_.erase(batch.producer_id()) == 0;
  const auto ongoing = ongoing_aborted_.find(batch.producer_id());
  if (ongoing == ongoing_aborted_.end()) return true;
  const Ongoing ended = ongoing->second;
  ongoing_aborted_.erase(ongoing);
  if (ended.seen) kept_.push_back(ended.entry);
  return !ended.seen;
}

std::vector<AbortedTransactionEntry> CleanedTransactions::take_kept() {
  return std::exchange(kept_, {});
}

}  // namespace weir::log
