#include "log/recovery/loader.h"

#include <algorithm>
#include <limits>

#include "base/mark.h"
#include "fmt/format.h"
#include "log/format/checkpoint_file.h"
#include "log/recovery/distrust.h"
#include "log/recovery/leftovers.h"
#include "log/recovery/tail_check.h"

namespace weir::log {
namespace {

constexpr Offset everything = std::numeric_limits<Offset>::max();
constexpr std::size_t checkpoint_bytes_max = 64 << 20;

}  // namespace

Result<> LogLoader::load_epochs() {
  const auto path = s_.home.directory + "/" + std::string(leader_epoch_checkpoint_name);
  const auto text = env::read_file(s_.disk, path, checkpoint_bytes_max);
  if (!text) {
    if (text.error().code != Errc::not_found) return std::unexpected(text.error());
    // Kafka expects the file; an empty one says that no term is known.
    TRY_ASSIGN(auto file, s_.disk.open(path, env::OpenMode::create));
    ++s_.directory_changes;
    return s_.segments.empty() ? Result<>{} : s_.rebuild_epochs();
  }
  const auto entries = parse_epoch_checkpoint(*text);
  if (entries && entries->empty() && !s_.segments.empty()) return s_.rebuild_epochs();
  if (!entries) {
    s_.warn("the leader epochs are rebuilt: " + entries.error().message());
    return s_.rebuild_epochs();
  }
  s_.epochs = LeaderEpochs(*entries);
  return {};
}

Result<> LogLoader::open_segments() {
  TRY_ASSIGN(const auto content, resolve_leftovers(s_.home));
  if (content.changed) ++s_.directory_changes;
  s_.snapshots = content.snapshots;
  for (const Offset base : content.segments) {
    TRY_ASSIGN(auto segment, Segment::open(s_.home, base, options_.now));
    segment->set_has_transaction_index(
        std::ranges::binary_search(content.transaction_indexes, base));
    const bool whole = std::ranges::binary_search(content.offset_indexes, base) &&
                       std::ranges::binary_search(content.time_indexes, base);
    if (!whole) incomplete_.push_back(base);
    s_.segments.push_back(std::move(segment));
  }
  return {};
}

// Those that were checked have theirs already.
Result<> LogLoader::rebuild_missing_indexes() {
  for (auto& segment : s_.segments) {
    const Offset base = segment->base_offset();
    if (base >= checked_from_ || !std::ranges::binary_search(incomplete_, base)) continue;
    reached(Mark::index_missing);
    auto rebuilt = segment->rebuild_indexes();
    if (rebuilt) rebuilt = segment->seal();
    if (!rebuilt && rebuilt.error().code != Errc::corrupt) return rebuilt;
    if (!rebuilt) s_.warn("an index cannot be rebuilt: " + rebuilt.error().message());
    ++s_.report.indexes_rebuilt;
    ++s_.directory_changes;
  }
  return {};
}

// Checks segments from `first` on; the end of the log is where the first bad batch is.
Result<> LogLoader::check_from(std::size_t first, Belief belief) {
  const Offset believed = belief.believed;
  bool compacted = s_.config.cleanup_compact;
  checked_from_ = std::min(checked_from_, s_.segments[first]->base_offset());
  for (std::size_t i = first; i < s_.segments.size(); ++i) {
    Segment& segment = *s_.segments[i];
    const Offset base = segment.base_offset();
    const bool is_last = i + 1 == s_.segments.size();
    const bool has_limit = !is_last && !compacted;
    TRY_ASSIGN(
        const auto check,
        check_tail(segment, {.believed = believed,
                             .torn_above = belief.torn_above,
                             .latest_epoch = s_.epochs.at(base - 1),
                             .newest_epoch = options_.newest_epoch,
                             .known_end = is_last ? belief.known_end : no_offset,
                             .has_no_gaps = is_last && !compacted,
                             .limit = has_limit ? s_.segments[i + 1]->base_offset() : no_limit,
                             .epochs = &s_.epochs}));
    for (const std::string& lost : check.lost) s_.warn(lost);
    has_left_out_ = has_left_out_ || !check.lost.empty();
    s_.report.bytes_checked += check.bytes_checked;
    if (check.index_rebuilt) ++s_.report.indexes_rebuilt;
    s_.log_end = check.end_offset;
    end_epoch_ = std::max(end_epoch_, check.latest_epoch);
    const bool overlaps = !is_last && s_.segments[i + 1]->base_offset() < check.end_offset;
    // Above what was durable a whole file may be missing. Of a compacted log one cannot tell;
    // roll() sees to it. A log whose policy was changed is known by the gaps within its segments,
    // and by empty ones.
    compacted = compacted || check.has_gaps;
    const bool gap = !is_last && check.end_offset >= believed && !compacted &&
                     s_.segments[i + 1]->base_offset() > check.end_offset;
    if (!check.cut && !overlaps && !gap) {
      if (!is_last) TRY(segment.seal());
      continue;
    }
    reached(gap ? Mark::segment_missing : Mark::tail_cut);
    s_.report.truncated_from = check.end_offset;
    s_.report.truncation_reason = overlaps ? "a segment begins within the one before"
                                  : gap    ? "a segment is missing"
                                           : check.reason;
    // The newest goes first: a crash in between leaves no gap.
    while (s_.segments.size() > i + 1) {
      TRY(s_.remove_segment_files(s_.active().base_offset()));
      s_.segments.pop_back();
    }
    ++s_.directory_changes;
    s_.warn(fmt::format("the tail was cut at offset {}: {}", check.end_offset,
                        s_.report.truncation_reason));
  }
  return {};
}

Result<> LogLoader::find_end() {
  const std::size_t last = s_.segments.size() - 1;
  if (options_.after_clean_stop) {
    reached(Mark::clean_stop_believed);
    TRY(check_from(last, {.believed = everything, .known_end = options_.recovery_point}));
    if (s_.log_end < options_.recovery_point) ignore_recovery_point();
    s_.durable_end = s_.log_end;
    replay_from_ = everything;
    return {};
  }
  // Of a process that was killed the names of its last files may not be durable: the next flush
  // syncs them with what it makes durable.
  ++s_.directory_changes;
  const Offset mark = options_.recovery_point;
  // The segment that ends at the mark counts too: its indexes may not have been synced.
  std::size_t first = s_.segment_of(std::max<Offset>(mark - 1, 0));
  TRY_ASSIGN(const bool as_left, find_end_as_left());
  if (!as_left) TRY(find_end_by_checking(first));
  // What was found good above the mark is not known durable: the next flush syncs it.
  for (std::size_t i = first; i < s_.segments.size(); ++i) {
    const bool is_active = i + 1 == s_.segments.size();
    if (is_active) break;
    reached(Mark::segment_rolled_unsynced);
    TRY_ASSIGN(auto log, s_.segments[i]->log_file());
    TRY_ASSIGN(auto* offsets, s_.segments[i]->offset_index());
    TRY_ASSIGN(auto* times, s_.segments[i]->time_index());
    s_.sealed_files.push_back(std::move(log));
    s_.sealed_files.push_back(offsets->file().file());
    s_.sealed_files.push_back(times->file().file());
  }
  if (as_left) {
    replay_from_ = everything;
    return {};
  }
  replay_from_ = s_.segments[std::min(first, s_.segments.size() - 1)]->base_offset();
  for (std::size_t i = first; i < s_.segments.size(); ++i) {
    if (!s_.segments[i]->has_transaction_index()) continue;
    TRY_ASSIGN(auto* index, s_.segments[i]->transaction_index());
    TRY(index->truncate_to(s_.durable_end));
  }
  return {};
}

// The leader epoch of the batch that holds `offset`; none when no batch does.
Result<LeaderEpoch> LogLoader::epoch_of_batch(Offset offset) {
  Segment& segment = *s_.segments[s_.segment_of(offset)];
  TRY_ASSIGN(const auto place, segment.find(offset));
  if (!place) return no_epoch;
  TRY_ASSIGN(const auto file, segment.log_file());
  BatchScanner scanner(*file, place->position, segment.size());
  TRY_ASSIGN(const auto batch, scanner.next());
  return batch ? batch->header.leader_epoch() : no_epoch;
}

// Whether the last term that is written down is the last batch's, and began where it says. What is
// written down may be older than batches, and than a truncation; terms are learnt from all batches
// then.
Result<bool> LogLoader::latest_epoch_fits() {
  const auto& entries = s_.epochs.entries();
  const auto last = std::ranges::find_if(
      entries.rbegin(), entries.rend(),
      [this](const EpochStart& entry) { return entry.start_offset < s_.log_end; });
  if (last == entries.rend() || last->epoch != end_epoch_) return end_epoch_ == no_epoch;
  const Offset start = last->start_offset;
  if (start <= s_.segments.front()->base_offset()) return true;
  TRY_ASSIGN(const LeaderEpoch there, epoch_of_batch(start));
  TRY_ASSIGN(const LeaderEpoch before, epoch_of_batch(start - 1));
  return there == end_epoch_ && before < end_epoch_;
}

// The process was killed and the machine went on: all that was written is there, up to a write that
// was cut short. So the end is found by headers alone, behind the last segment's index, and what is
// older is believed like after a clean stop. (What was damaged meanwhile is found when it is read.)
// False: that does not do here.
Result<bool> LogLoader::find_end_as_left() {
  if (!options_.nothing_lost) return false;
  TRY_ASSIGN(const bool distrusted, is_distrusted(s_.disk, s_.home.directory));
  std::size_t last = s_.segments.size() - 1;
  while (last > 0 && s_.segments[last]->size() == 0) --last;
  // An entry of a transaction index may have been in memory still.
  const bool has_transactions = std::ranges::any_of(
      s_.segments.begin() + static_cast<std::ptrdiff_t>(last), s_.segments.end(),
      [](const auto& segment) { return segment->has_transaction_index(); });
  if (distrusted || has_transactions) return false;
  const Offset mark = options_.recovery_point;
  const auto checked = check_from(last, {.believed = everything, .torn_above = mark});
  if (!checked && checked.error().code != Errc::corrupt) return std::unexpected(checked.error());
  if (!checked || s_.log_end < mark) return false;
  const auto epochs_fit = latest_epoch_fits();
  if (!epochs_fit && epochs_fit.error().code != Errc::corrupt) {
    return std::unexpected(epochs_fit.error());
  }
  if (!epochs_fit || !*epochs_fit) return false;
  reached(Mark::killed_log_believed);
  s_.durable_end = mark;
  return true;
}

Result<> LogLoader::find_end_by_checking(std::size_t& first) {
  const Offset mark = options_.recovery_point;
  first = std::min(first, s_.segments.size() - 1);
  // Terms that begin above the mark are learnt from the batches: the checkpoint may be older than a
  // truncation.
  s_.epochs.truncate_from_end(mark);
  TRY(check_from(first, {.believed = mark}));
  if (s_.log_end < mark) {
    if (has_left_out_) {
      return fail(Errc::corrupt, fmt::format("{}: a batch is damaged, and the log ends at {}, "
                                             "below its recovery point {}",
                                             s_.home.directory, s_.log_end, mark));
    }
    ignore_recovery_point();
    // It also says nothing of what was synced; nor is that a reason to cut older segments.
    s_.epochs.truncate_from_end(s_.active().base_offset());
    TRY(check_from(s_.segments.size() - 1, {.believed = s_.active().base_offset()}));
    first = 0;
    s_.durable_end = std::min(s_.segments.front()->base_offset(), s_.log_end);
  } else {
    s_.durable_end = mark;
  }
  return renew_distrusted(first);
}

// Something else has shortened this log since the mark was written, or the disk did not keep what
// it said it had, so the mark says nothing.
void LogLoader::ignore_recovery_point() {
  reached(Mark::recovery_point_ignored);
  s_.warn(
      fmt::format("the log ends at offset {}, below its recovery point {}, which is ignored: what "
                  "was between is not there",
                  s_.log_end, options_.recovery_point));
}

Result<> LogLoader::renew_distrusted(std::size_t first) {
  TRY_ASSIGN(const bool distrusted, is_distrusted(s_.disk, s_.home.directory));
  if (!distrusted) return {};
  reached(Mark::tail_written_again);
  s_.warn(fmt::format("a sync has failed here: what lies above offset {} is written again",
                      s_.durable_end));
  for (std::size_t i = first; i < s_.segments.size(); ++i) {
    TRY(write_again(*s_.segments[i], s_.durable_end));
  }
  return trust_again(s_.disk, s_.home.directory);
}

Result<> LogLoader::repair_transaction_indexes() {
  for (auto& segment : s_.segments) {
    if (!segment->has_transaction_index()) continue;
    TRY_ASSIGN(auto* index, segment->transaction_index());
    const auto good = index->check(segment->base_offset());
    if (good) continue;
    if (good.error().code != Errc::corrupt) return good;
    s_.warn("a transaction index is rebuilt: " + good.error().message());
    TRY(index->file().truncate(0));
    ++s_.report.indexes_rebuilt;
    replay_from_ = std::min(replay_from_, segment->base_offset());
  }
  return {};
}

void LogLoader::settle_offsets() {
  s_.recovery_point = s_.durable_end;
  s_.log_start = std::max(options_.log_start_offset, s_.segments.front()->base_offset());
  s_.staged_end = s_.log_end;
  s_.high_watermark = s_.log_start;
  s_.epochs.truncate_from_end(s_.log_end);
  s_.epochs.truncate_from_start(s_.log_start);
}

// All that is left lies below where the log starts, so it was given up before; a segment that was
// begun at its end may have been lost. Offsets go on from the log start (as Kafka does), and never
// back.
Result<> LogLoader::begin_at_log_start() {
  const Offset start = options_.log_start_offset;
  s_.warn(fmt::format("the log ends at {}, below its start {}, and begins anew there", s_.log_end,
                      start));
  while (!s_.segments.empty()) {
    TRY(s_.remove_segment_files(s_.active().base_offset()));
    s_.segments.pop_back();
  }
  s_.sealed_files.clear();
  s_.remove_snapshots_above(-1);
  s_.epochs.clear();
  TRY_ASSIGN(auto segment, Segment::create(s_.home, start, options_.now));
  s_.segments.push_back(std::move(segment));
  s_.log_end = s_.durable_end = start;
  ++s_.directory_changes;
  return s_.disk.sync_directory(s_.home.directory);
}

// A snapshot serves the segment that begins at it; of the others only the newest is of use.
void LogLoader::remove_stray_snapshots() {
  const auto is_stray = [&](Offset offset) {
    return offset != s_.snapshots.back() &&
           !std::ranges::binary_search(s_.segments, offset, {},
                                       [](const auto& segment) { return segment->base_offset(); });
  };
  const auto all = s_.snapshots;
  for (const Offset offset : all) {
    if (is_stray(offset)) s_.remove_snapshot(offset);
  }
}

Result<> LogLoader::load() {
  TRY(open_segments());
  if (s_.segments.empty()) {
    const Offset start = options_.log_start_offset;
    s_.remove_snapshots_above(-1);
    TRY_ASSIGN(auto segment, Segment::create(s_.home, start, options_.now));
    s_.segments.push_back(std::move(segment));
    s_.log_end = s_.durable_end = start;
    ++s_.directory_changes;
    TRY(load_epochs());
    settle_offsets();
    return {};
  }
  TRY(load_epochs());
  TRY(find_end());
  if (s_.log_end < options_.log_start_offset) TRY(begin_at_log_start());
  TRY(rebuild_missing_indexes());
  TRY(repair_transaction_indexes());
  settle_offsets();
  TRY(s_.reload_producers(replay_from_, options_.now));
  remove_stray_snapshots();
  return {};
}

}  // namespace weir::log
