#pragma once
// Finding a segment's true end, and bringing its indexes in line with it.
//
// Batches that end at or below `believed` are taken by their headers: damage there is corruption
// (Errc::corrupt, nothing is cut). Batches above it are checked whole (CRC, offsets that continue,
// leader epochs that do not fall, so that bytes of an older life of the file cannot pass), and the
// first that fails is where the segment ends. The walk starts at the last index entry that can be
// relied on, so that what was durable is not read.
//
// Behind a damaged batch below `believed` it goes on where a whole one leads to the end
// (log/beyond_damage.h), or at the known end behind the last one: readers are refused what is in
// between. Corrupt when there is none.
//
// The base offset of a batch is not under its checksum. One that was damaged upwards looks like a
// gap, which a compacted log may have: where there can be none, it is cut.
//
// The leader epoch of a batch is not under its checksum. One that is newer than any there was has
// been damaged on its way to the disk; believed, it would make everything behind it look old, and
// be cut at the next recovery. It is set to that of the batch before; below `believed` it stays,
// and what was written down of it counts instead.

#include <limits>
#include <string>
#include <vector>

#include "log/leader_epochs.h"
#include "log/offset_contradiction.h"
#include "log/segment.h"

namespace weir::log {

struct TailCheck {
  Offset end_offset = no_offset;  // behind the last good batch; the base offset when there is none
  std::uint64_t end_position = 0;
  std::uint64_t bytes_checked = 0;
  bool has_gaps = false;       // offsets are missing, as compaction leaves them
  bool overlaps = false;       // behind the end is a whole batch with lower offsets
  bool cut = false;            // bytes above were cut off
  bool index_rebuilt = false;  // index entries were wrong or missing
  LeaderEpoch latest_epoch = no_epoch;
  std::string reason;             // why it was cut
  std::vector<std::string> lost;  // what is damaged, and was left out
};

struct TailCheckOptions {
  Offset believed = 0;
  // A batch that the file's end cuts off, at or above this offset, is cut though it is believed.
  // The last one must be whole then.
  Offset torn_above = std::numeric_limits<Offset>::max();
  LeaderEpoch latest_epoch = no_epoch;  // of the batches before this segment
  LeaderEpoch newest_epoch = std::numeric_limits<LeaderEpoch>::max();  // that there ever was
  // Where the log ended at a clean stop: says how far a damaged last batch went.
  Offset known_end = no_offset;
  // No compaction has been here: above `believed` each batch continues the one before, and
  // everywhere in a log whose process was killed.
  bool has_no_gaps = false;
  // Where the next segment begins of a log without compaction: above `believed` no batch behind a
  // gap reaches it.
  Offset limit = no_limit;
  LeaderEpochs* epochs = nullptr;  // learns of the terms that begin above `believed`

  // The process was killed: all is believed that can be, and only the end is looked for.
  bool knows_end_only() const { return torn_above != std::numeric_limits<Offset>::max(); }
};

Result<TailCheck> check_tail(Segment& segment, const TailCheckOptions& options);

}  // namespace weir::log
