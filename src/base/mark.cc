#include "base/mark.h"

namespace weir {
namespace {

constexpr auto mark_list = [] {
  using enum Mark;
  constexpr bool expected = true, rare = false;
  return std::to_array<MarkInfo>({
      {clean_stop_believed, "clean_stop_believed", expected},
      {killed_log_believed, "killed_log_believed", expected},
      {tail_cut, "tail_cut", expected},
      {segment_missing, "segment_missing", rare},
      {segment_rolled_unsynced, "segment_rolled_unsynced", expected},
      {recovery_point_ignored, "recovery_point_ignored", rare},
      {index_damaged, "index_damaged", expected},
      {index_missing, "index_missing", rare},
      {damage_left_out, "damage_left_out", rare},
      {tail_written_again, "tail_written_again", expected},
      {epochs_learnt, "epochs_learnt", expected},
      {leftovers_removed, "leftovers_removed", expected},
      {swap_completed, "swap_completed", rare},
      {producer_snapshot_loaded, "producer_snapshot_loaded", expected},
      {producer_snapshot_rebuilt, "producer_snapshot_rebuilt", expected},
      {checkpoint_refused, "checkpoint_refused", rare},
      {metadata_snapshot_loaded, "metadata_snapshot_loaded", expected},
      {group_loaded, "group_loaded", expected},
      {duplicate_answered, "duplicate_answered", expected},
      {batch_behind_refused, "batch_behind_refused", expected},
      {write_taken_back, "write_taken_back", expected},
      {partition_put_off, "partition_put_off", expected},
      {partition_opened_late, "partition_opened_late", rare},
      {rolled_by_size, "rolled_by_size", expected},
      {rolled_by_time, "rolled_by_time", expected},
      {rolled_by_index, "rolled_by_index", expected},
      {deleted_by_size, "deleted_by_size", expected},
      {deleted_by_time, "deleted_by_time", expected},
      {cleaner_dropped, "cleaner_dropped", expected},
      {metadata_snapshot_written, "metadata_snapshot_written", expected},
      {producer_expired, "producer_expired", rare},
      {fetch_session_evicted, "fetch_session_evicted", rare},
      {fetch_session_unknown, "fetch_session_unknown", expected},
      {session_timed_out, "session_timed_out", expected},
      {join_timed_out, "join_timed_out", expected},
      {answer_timed_out, "answer_timed_out", expected},
      {node_failed, "node_failed", expected},
  });
}();

static_assert([] {
  for (std::size_t i = 0; i < mark_list.size(); ++i) {
    if (mark_list[i].mark != static_cast<Mark>(i)) return false;
  }
  return mark_list.size() == mark_count;
}());

}  // namespace

std::span<const MarkInfo> all_marks() { return mark_list; }

}  // namespace weir
