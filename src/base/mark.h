#pragma once
// Marks: rare paths of the program that the simulator's campaigns must have walked (./dev sim). A
// path that no campaign reaches is tested by none, whatever the count of its seeds.
//
//   reached(Mark::tail_cut);
//
// A mark is one store of a byte that belongs to the thread and that nobody reads outside of the
// simulator, which has one thread. It stays in the shipped program, because the simulator must run
// the very objects that are shipped; it stands on rare paths only, where it costs nothing. Never on
// a path that each request takes.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace weir {

enum class Mark : std::uint8_t {
  // what a start finds
  clean_stop_believed,      // nothing is checked
  killed_log_believed,      // the machine went on: only the end is looked for
  tail_cut,                 // what a crash left behind the last good batch
  segment_missing,          // above what was durable; what is behind it goes
  segment_rolled_unsynced,  // several segments above what was durable
  recovery_point_ignored,   // the log ends before its recovery point
  index_damaged,            // its entries do not fit the segment
  index_missing,            // a segment without one
  damage_left_out,          // a damaged batch below what was durable
  tail_written_again,       // after a sync had failed
  epochs_learnt,            // leader epochs from the batches
  leftovers_removed,        // files of an unfinished deletion or compaction
  swap_completed,           // a compaction that had its result
  producer_snapshot_loaded,
  producer_snapshot_rebuilt,  // it was damaged
  checkpoint_refused,         // of offsets, damaged
  metadata_snapshot_loaded,
  group_loaded,  // members and all
  // what happens while it runs
  duplicate_answered,     // of a batch in memory
  batch_behind_refused,   // the one before it was not written
  write_taken_back,       // the disk was full
  partition_put_off,      // a partition could not be opened on a full disk
  partition_opened_late,  // ... and was, when there was room
  rolled_by_size,
  rolled_by_time,
  rolled_by_index,
  deleted_by_size,  // retention.bytes
  deleted_by_time,  // retention.ms
  cleaner_dropped,  // records that were overwritten
  metadata_snapshot_written,
  producer_expired,
  fetch_session_evicted,  // for another one
  fetch_session_unknown,  // the client's is of another life, or was evicted
  session_timed_out,      // a member that nobody heard of
  join_timed_out,         // a member that did not come back to its group
  answer_timed_out,       // a batch that was not durable in time
  node_failed,            // its disk did
};
constexpr std::size_t mark_count = static_cast<std::size_t>(Mark::node_failed) + 1;

namespace internal {
constinit inline thread_local std::array<bool, mark_count> marks_of_thread{};
}

inline void reached(Mark mark) { internal::marks_of_thread[static_cast<std::size_t>(mark)] = true; }

// By this thread.
inline bool was_reached(Mark mark) {
  return internal::marks_of_thread[static_cast<std::size_t>(mark)];
}

inline void forget_marks() { internal::marks_of_thread = {}; }

struct MarkInfo {
  Mark mark;
  std::string_view name;
  // Whether each campaign of a thousand seeds must reach it; the others are too rare for that.
  bool is_expected;
};
std::span<const MarkInfo> all_marks();  // in order

}  // namespace weir
