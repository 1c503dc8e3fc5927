#include <algorithm>

#include "base/check.h"
#include "log/partition_log_state.h"
#include "log/recovery/distrust.h"

namespace weir::log {

// The .log goes first: an index without one is an orphan that start-up removes.
Result<> PartitionLog::State::remove_segment_files(Offset base_offset) {
  for (const auto suffix : segment_suffixes) {
    const auto removed = disk.remove(home.path(base_offset, suffix));
    if (!removed && removed.error().code != Errc::not_found) return removed;
  }
  return {};
}

// Everything at or above `offset` goes; a batch that holds it goes whole. The newest segment goes
// first, so that a crash in between leaves a log without gaps.
Result<> PartitionLog::State::cut_segments(Offset offset) {
  tail.clear();
  ++truncations;
  ++directory_changes;
  while (segments.size() > 1 && active().base_offset() >= offset) {
    TRY(remove_segment_files(active().base_offset()));
    segments.pop_back();
  }
  TRY_ASSIGN(const auto cut, active().find(offset));
  if (cut) {
    TRY(active().truncate(cut->base_offset, cut->position));
    log_end = std::min(offset, cut->base_offset);
  } else {
    log_end = std::min(log_end, std::max(offset, active().base_offset()));
  }
  staged_end = log_end;
  return {};
}

Result<> PartitionLog::State::sync_active() {
  TRY_ASSIGN(auto log, active().log_file());
  if (auto synced = log->sync(); !synced) {
    distrust(disk, home.directory);
    return synced;
  }
  return disk.sync_directory(home.directory);
}

Result<> PartitionLog::truncate_to(Offset offset) {
  State& s = *state_;
  CHECK(s.staged.empty(), "a log is not cut while something is staged");
  if (offset >= s.log_end) return {};
  if (s.offline) return fail(Errc::io, "the log is offline");
  if (offset < s.segments.front()->base_offset()) {
    return fail(Errc::out_of_range, "the log does not reach back to where it should be cut",
                static_cast<std::uint64_t>(offset));
  }
  auto cut = s.cut_segments(offset);
  // Synced, so that a power loss cannot bring back what is overwritten from here on.
  if (cut) cut = s.sync_active();
  if (cut) {
    s.durable_end = std::min(s.durable_end, s.log_end);
    s.high_watermark = std::min(s.high_watermark, s.log_end);
    s.log_start = std::min(s.log_start, s.log_end);
    s.epochs.truncate_from_end(s.log_end);
    cut = s.reload_producers(s.log_end, s.latest_now);
  }
  if (!cut) s.go_offline(cut.error());
  return cut;
}

void PartitionLog::raise_log_start_offset(Offset offset) {
  State& s = *state_;
  if (offset <= s.log_start) return;
  CHECK(offset <= s.high_watermark, "the log starts at or below the high watermark");
  s.log_start = offset;
  s.epochs.truncate_from_start(offset);
  s.producers.set_log_start_offset(offset);
}

}  // namespace weir::log
