#pragma once
// CleanedTransactions: follows the transactions of a log as compaction walks it, to say which
// batches were aborted and which markers have nothing left to end (CleanedTransactionMetadata). A
// kernel.

#include <map>
#include <set>
#include <vector>

#include "log/control_marker.h"
#include "log/format/transaction_index.h"

namespace weir::log {

class CleanedTransactions {
 public:
  // Of the range that is walked.
  explicit CleanedTransactions(std::vector<AbortedTransactionEntry> aborted);

  // A data batch: true when it belongs to an aborted transaction.
  bool read_batch(const wire::BatchView& batch);
  // A control batch: true when no batch of its transaction was seen, so that it may go.
  bool read_marker(const wire::BatchView& batch, const std::optional<ControlMarker>& marker);
  // Aborted transactions of which batches were seen; the new transaction index holds these.
  std::vector<AbortedTransactionEntry> take_kept();

 private:
  struct Ongoing {
    AbortedTransactionEntry entry;
    bool seen = false;
  };
  void open_up_to(Offset offset);

  std::vector<AbortedTransactionEntry> aborted_;  // by first offset
  std::size_t next_ = 0;
  std::map<ProducerId, Ongoing> ongoing_aborted_;
  std::set<ProducerId> ongoing_committed_;
  std::vector<AbortedTransactionEntry> kept_;
};

}  // namespace weir::log
