// What retention lets go (UnifiedLog.deleteOldSegments): a prefix of whole segments below the high
// watermark.

#include <algorithm>

#include "base/canary.h"
#include "base/check.h"
#include "base/mark.h"
#include "log/partition_log_state.h"

namespace weir::log {
namespace {

struct Reasons {
  const LogConfig& config;
  TimestampMs now;
  Offset log_start;
  std::uint64_t bytes_left;  // of the log, if the segments before this one go

  // Errors: those of reading the time index.
  Result<bool> lets_go(Segment& segment, std::optional<Offset> next_base) const {
    if (next_base && *next_base <= log_start) return true;
    if (!config.cleanup_delete) return false;
    const std::uint64_t its_own = sings(Canary::retention_one_too_many) ? 0 : segment.size();
    if (config.retention_bytes >= 0 &&
        bytes_left >= static_cast<std::uint64_t>(config.retention_bytes) + its_own) {
      reached(Mark::deleted_by_size);
      return true;
    }
    if (config.retention_ms < 0) return false;
    TRY_ASSIGN(const auto max, segment.max_timestamp());
    const TimestampMs largest = max.timestamp >= 0 ? max.timestamp : segment.created();
    if (now - largest <= config.retention_ms) return false;
    TRY_ASSIGN(const auto confirmed, segment.confirmed_max_timestamp());
    if (confirmed.timestamp >= 0 && now - confirmed.timestamp <= config.retention_ms) return false;
    reached(Mark::deleted_by_time);
    return true;
  }
};

}  // namespace

std::optional<PartitionLog::DeletionPlan> PartitionLog::plan_retention(TimestampMs now) {
  State& s = *state_;
  if (s.offline || !s.staged.empty()) return std::nullopt;
  s.latest_now = now;
  Reasons reasons{
      .config = s.config, .now = now, .log_start = s.log_start, .bytes_left = size_bytes()};
  std::size_t count = 0;
  for (; count < s.segments.size(); ++count) {
    Segment& segment = *s.segments[count];
    const bool is_last = count + 1 == s.segments.size();
    const auto next_base =
        is_last ? std::nullopt : std::optional(s.segments[count + 1]->base_offset());
    if (is_last && segment.size() == 0) break;
    if (next_base.value_or(s.log_end) > s.high_watermark) break;
    const auto goes = reasons.lets_go(segment, next_base);
    if (!goes) s.warn("retention stops here: " + goes.error().message());
    if (!goes || !*goes) break;
    reasons.bytes_left -= segment.size();
  }
  if (count == 0) return std::nullopt;
  if (count == s.segments.size()) {
    // The log always has a segment to append to.
    if (const auto rolled = s.roll(s.log_end, s.producers.mark(), now); !rolled) {
      s.warn("retention cannot begin a new segment: " + rolled.error().message());
      return std::nullopt;
    }
  }
  DeletionPlan plan{.directory = s.home.directory, .paths = {}, .is_prefix = true};
  for (std::size_t i = 0; i < count; ++i) {
    const Offset base = s.segments[i]->base_offset();
    for (const auto suffix : segment_suffixes) plan.paths.push_back(s.home.path(base, suffix));
    if (std::erase(s.snapshots, base) > 0) {
      plan.paths.push_back(snapshot_path(s.home, base));
    }
  }
  s.segments.erase(s.segments.begin(), s.segments.begin() + static_cast<std::ptrdiff_t>(count));
  const Offset start = s.segments.front()->base_offset();
  if (start > s.log_start) {
    s.log_start = start;
    s.epochs.truncate_from_start(start);
    s.producers.set_log_start_offset(start);
  }
  return plan;
}

// Synced first: the segment that goes on from here must not be lost when these are gone. And after
// each segment of a prefix: a loss of power may keep a later name and lose an earlier one, and
// start-up takes a gap above the recovery point for a segment that was lost, and cuts what is
// behind.
Result<> PartitionLog::DeletionPlan::rename(env::Disk& disk) const {
  if (is_renamed) return {};
  TRY(disk.sync_directory(directory));
  for (const auto& path : paths) {
    const auto renamed = disk.rename(path, path + std::string(deleted_suffix));
    if (!renamed && renamed.error().code != Errc::not_found) return renamed;
    if (renamed && is_prefix && path.ends_with(log_suffix)) TRY(disk.sync_directory(directory));
  }
  return {};
}

Result<> PartitionLog::DeletionPlan::remove(env::Disk& disk) const {
  for (const auto& path : paths) {
    const auto removed = disk.remove(path + std::string(deleted_suffix));
    if (!removed && removed.error().code != Errc::not_found) return removed;
  }
  return {};
}

}  // namespace weir::log
