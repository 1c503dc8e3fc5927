#pragma once
// One segment with its indexes, in one pass over the log.

#include <optional>
#include <string>
#include <vector>

#include "app/cli/log_files/problem.h"
#include "base/env/disk.h"
#include "log/leader_epochs.h"

namespace weir::app {

struct SegmentFiles {
  Offset base_offset = no_offset;
  RecordKind records = RecordKind::plain;
  std::string log;  // paths; empty: there is none
  std::string offset_index;
  std::string time_index;
  std::string transaction_index;
  bool is_newest = false;
  Offset next_base_offset = no_offset;  // of the segment behind it
};

struct SegmentSummary {
  Offset end_offset = no_offset;  // behind the last batch; the base offset when there is none
  LeaderEpoch last_epoch = no_epoch;
  bool is_whole = true;   // it was read to its end, and its offsets are right
  bool has_gaps = false;  // before or between its batches, as compaction leaves them
};

// `epochs` is what the leader-epoch-checkpoint says; null: there is none. `previous` is of the
// segment before.
SegmentSummary verify_segment(env::Disk& disk, const SegmentFiles& files,
                              const log::LeaderEpochs* epochs, const SegmentSummary& previous,
                              Findings& findings);

}  // namespace weir::app
