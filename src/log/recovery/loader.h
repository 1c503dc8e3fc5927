#pragma once
// Opening a partition's folder: whatever a clean stop, a crash, a power loss or another program
// left there becomes a log whose state is that of its batches. Every step can be repeated after a
// crash within it.

#include <limits>
#include <vector>

#include "log/partition_log_state.h"

namespace weir::log {

// Fills `state`, whose configuration and home are set. Errors: corrupt (damage below the recovery
// point), io, no_space.
class LogLoader {
 public:
  LogLoader(PartitionLog::State& state, const PartitionLog::OpenOptions& options)
      : s_(state), options_(options) {}
  Result<> load();

 private:
  Result<> open_segments();
  Result<> find_end();
  Result<bool> find_end_as_left();
  Result<bool> latest_epoch_fits();
  Result<LeaderEpoch> epoch_of_batch(Offset offset);
  // `first`: the segment at which the check began, maybe an earlier one than was asked.
  Result<> find_end_by_checking(std::size_t& first);
  struct Belief {
    Offset believed;
    Offset torn_above = std::numeric_limits<Offset>::max();
    Offset known_end = no_offset;  // of the log
  };
  Result<> check_from(std::size_t first, Belief belief);
  void ignore_recovery_point();
  Result<> renew_distrusted(std::size_t first);  // segments from this one on
  Result<> rebuild_missing_indexes();
  Result<> repair_transaction_indexes();
  Result<> load_epochs();
  Result<> begin_at_log_start();
  void settle_offsets();
  void remove_stray_snapshots();

  PartitionLog::State& s_;
  const PartitionLog::OpenOptions& options_;
  // Producers' state must be replayed from here at the latest to know the transaction indexes.
  Offset replay_from_ = 0;
  std::vector<Offset> incomplete_;  // segments without an offset or time index, ascending
  Offset checked_from_ = std::numeric_limits<Offset>::max();
  LeaderEpoch end_epoch_ = no_epoch;  // the highest of the batches that were looked at
  bool has_left_out_ = false;         // a damaged batch
};

}  // namespace weir::log
