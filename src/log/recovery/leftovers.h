#pragma once
// What a crash may have left in a partition's folder beside whole segments, and what becomes of it
// (as Kafka's LogLoader does):
//
//   x.deleted          removed (a KRaft snapshot's x.checkpoint.deleted is its owner's)
//   x.cleaned          removed: compaction had not finished it
//   x.swap             compaction had finished it: the segments it replaces are removed, then it
//   takes its
//                      name. Which those are: base offsets from the lowest .log.swap's up to the
//                      highest one's end. When there is a .cleaned at or below it, it is part of a
//                      split that was not finished: removed.
//   x.tmp              removed
//   an index or snapshot whose .log is not there: the index is removed
//
// Doing it twice, or again after a crash within, ends in the same.

#include "log/segment.h"

namespace weir::log {

struct FolderContent {
  std::vector<Offset> segments;        // ascending
  std::vector<Offset> snapshots;       // ascending
  std::vector<Offset> offset_indexes;  // of those segments
  std::vector<Offset> time_indexes;
  std::vector<Offset> transaction_indexes;
  bool changed = false;  // files were removed or renamed
};

Result<FolderContent> resolve_leftovers(SegmentHome& home);

}  // namespace weir::log
