#include "log/partition_log_state.h"

#include "base/mark.h"

namespace weir::log {

// The checkpoint is lost: the terms are in the batches' headers.
Result<> PartitionLog::State::rebuild_epochs() {
  reached(Mark::epochs_learnt);
  epochs.clear();
  for (auto& segment : segments) {
    TRY_ASSIGN(auto file, segment->log_file());
    BatchScanner scanner(*file, 0, segment->size());
    while (true) {
      const auto batch = scanner.next();
      if (!batch && batch.error().code == Errc::corrupt) return {};  // the checks come later
      if (!batch) return std::unexpected(batch.error());
      if (!*batch) break;
      const auto& header = (*batch)->header;
      if (header.leader_epoch() > epochs.latest()) {
        epochs.assign(header.leader_epoch(), header.base_offset());
      }
    }
  }
  return {};
}

}  // namespace weir::log
