// What may be compacted, and taking over the result: LogCleanerManager and
// LocalLog.replaceSegments.

#include <algorithm>

#include "base/check.h"
#include "log/compaction/compaction.h"
#include "log/partition_log_state.h"

namespace weir::log {
namespace {

struct Range {
  Offset first_dirty = 0;
  Offset first_uncleanable = 0;
  std::uint64_t clean_bytes = 0;
  std::uint64_t dirty_bytes = 0;
  bool is_overdue = false;  // max.compaction.lag.ms

  double dirty_ratio() const {
    const auto all = clean_bytes + dirty_bytes;
    return all == 0 ? 0 : static_cast<double>(dirty_bytes) / static_cast<double>(all);
  }
};

bool is_worth_it(const Range& range, const LogConfig& config) {
  if (range.first_uncleanable <= range.first_dirty || range.dirty_bytes == 0) return false;
  if (range.is_overdue || config.min_cleanable_dirty_ratio >= 1) return range.is_overdue;
  return range.dirty_ratio() > config.min_cleanable_dirty_ratio;
}

}  // namespace

std::unique_ptr<PartitionLog::Compaction> PartitionLog::plan_compaction(
    const CompactionOptions& options) {
  State& s = *state_;
  if (s.offline || !s.config.cleanup_compact || s.segments.size() < 2) return nullptr;
  Range range{.first_dirty = options.cleaned_up_to,
              .first_uncleanable = std::min(last_stable_offset(), s.active().base_offset())};
  // A checkpoint of another life of this log says nothing.
  if (range.first_dirty < s.log_start || range.first_dirty > s.log_end) {
    range.first_dirty = s.log_start;
  }
  for (std::size_t i = s.segment_of(range.first_dirty); i + 1 < s.segments.size(); ++i) {
    Segment& segment = *s.segments[i];
    const auto max = segment.max_timestamp();
    const auto first = segment.first_timestamp();
    if (!max || !first) return nullptr;
    if (s.config.min_compaction_lag_ms > 0 &&
        max->timestamp > options.now - s.config.min_compaction_lag_ms) {
      range.first_uncleanable = std::min(range.first_uncleanable, segment.base_offset());
      break;
    }
    range.is_overdue =
        range.is_overdue || (*first >= 0 && options.now - *first > s.config.max_compaction_lag_ms);
  }
  for (std::size_t i = 0; i + 1 < s.segments.size(); ++i) {
    if (s.segments[i]->base_offset() >= range.first_uncleanable) break;
    const bool is_clean = s.segments[i + 1]->base_offset() <= range.first_dirty;
    (is_clean ? range.clean_bytes : range.dirty_bytes) += s.segments[i]->size();
  }
  if (!is_worth_it(range, s.config)) return nullptr;
  std::unique_ptr<Compaction> plan(new Compaction(s.home, options, s.config));
  plan->first_dirty_ = range.first_dirty;
  plan->first_uncleanable_ = range.first_uncleanable;
  plan->seed_ = s.jitter ^ static_cast<std::uint64_t>(options.now);
  if (!plan->take_sources(s)) return nullptr;
  for (const auto& [producer_id, entry] : s.producers.entries()) {
    const auto* last = entry.last_batch();
    plan->producers_[producer_id] = {last ? last->last_offset : no_offset, entry.epoch};
  }
  return plan;
}

Result<> PartitionLog::Compaction::take_sources(State& s) {
  for (std::size_t i = 0; i + 1 < s.segments.size(); ++i) {
    Segment& segment = *s.segments[i];
    if (segment.base_offset() >= first_uncleanable_) break;
    TRY_ASSIGN(const auto* offsets, segment.offset_index());
    TRY_ASSIGN(const auto* times, segment.time_index());
    TRY(segment.write_pending_entries());
    sources_.push_back({.base_offset = segment.base_offset(),
                        .next_base_offset = s.segments[i + 1]->base_offset(),
                        .size = segment.size(),
                        .index_bytes = offsets->count() * OffsetIndex::entry_size,
                        .time_index_bytes = times->count() * TimeIndex::entry_size});
  }
  for (const auto& segment : s.segments) {
    if (!segment->has_transaction_index()) continue;
    TRY_ASSIGN(auto* index, segment->transaction_index());
    TRY_ASSIGN(const auto entries, index->all());
    aborted_.insert(aborted_.end(), entries.begin(), entries.end());
  }
  return {};
}

Result<PartitionLog::DeletionPlan> PartitionLog::compaction_done(Compaction& compaction) {
  State& s = *state_;
  CHECK(compaction.is_swap_, "a compaction is carried out before it is taken over");
  compaction.is_swap_ = false;
  // Retention or a truncation may have taken what was compacted; then so must the copies go.
  std::size_t at = 0;
  for (const auto& group : compaction.groups_) {
    for (const auto& source : group.sources) {
      const bool same = at + 1 < s.segments.size() &&
                        s.segments[at]->base_offset() == source.base_offset &&
                        s.segments[at]->size() == source.size;
      if (!same) {
        compaction.drop_copies();
        return fail(Errc::busy, "the log was shortened while it was compacted");
      }
      ++at;
    }
  }
  DeletionPlan replaced{.directory = s.home.directory};
  std::vector<std::unique_ptr<Segment>> fresh;
  const auto swap_in = [&]() -> Result<> {
    for (const auto& group : compaction.groups_) {
      for (const auto& source : group.sources) {
        for (const auto suffix : segment_suffixes) {
          replaced.paths.push_back(s.home.path(source.base_offset, suffix));
        }
        if (source.base_offset != group.sources.front().base_offset &&
            std::erase(s.snapshots, source.base_offset) > 0) {
          replaced.paths.push_back(snapshot_path(s.home, source.base_offset));
        }
      }
    }
    TRY(replaced.rename(s.disk));
    replaced.is_renamed = true;  // the names are those of the new files from here on
    // A power loss may keep a later name and lose an earlier one. Start-up takes everything between
    // the first and the last .log.swap for what they replace: so the old names go before, and one
    // group follows the other.
    TRY(s.disk.sync_directory(s.home.directory));
    for (const auto& group : compaction.groups_) {
      const Offset base = group.sources.front().base_offset;
      for (const auto suffix :
           {offset_index_suffix, time_index_suffix, transaction_index_suffix, log_suffix}) {
        if (suffix == transaction_index_suffix && !group.has_transaction_index) continue;
        TRY(s.disk.rename(s.home.path(base, suffix, swap_suffix), s.home.path(base, suffix)));
      }
      TRY(s.disk.sync_directory(s.home.directory));
      TRY_ASSIGN(auto segment, Segment::open(s.home, base, s.latest_now));
      segment->set_has_transaction_index(group.has_transaction_index);
      segment->set_max_timestamp(group.max);
      fresh.push_back(std::move(segment));
    }
    return {};
  };
  if (const auto swapped = swap_in(); !swapped) {
    // Half of it is renamed; only start-up can tell what is what.
    s.go_offline(swapped.error());
    return std::unexpected(swapped.error());
  }
  ++s.directory_changes;
  s.segments.erase(s.segments.begin(), s.segments.begin() + static_cast<std::ptrdiff_t>(at));
  s.segments.insert(s.segments.begin(), std::make_move_iterator(fresh.begin()),
                    std::make_move_iterator(fresh.end()));
  return replaced;
}

}  // namespace weir::log
