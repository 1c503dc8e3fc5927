#include "log/compaction/compaction.h"

#include <algorithm>
#include <limits>

#include "base/canary.h"
#include "base/check.h"
#include "base/mark.h"
#include "wire/record/batch_filter.h"

namespace weir::log {
namespace {

struct WholeBatch {
  wire::BatchView batch;
  std::optional<ControlMarker> marker;
};

// Nothing at the end. A batch is copied only when it is what was written, where it belongs: offsets
// ascend from `expected`, which moves on, and stay below `end`.
Result<std::optional<WholeBatch>> next_whole(BatchScanner& scanner, Offset& expected, Offset end) {
  TRY_ASSIGN(const auto scanned, scanner.next());
  if (!scanned) return std::nullopt;
  TRY_ASSIGN(const auto batch, scanner.whole(*scanned));
  if (!batch.crc_is_good() && !sings(Canary::compaction_mends_checksum)) {
    return fail(Errc::corrupt, "a batch with a wrong checksum", scanned->position);
  }
  if (batch.base_offset() < expected || batch.last_offset() >= end) {
    return fail(Errc::corrupt, "a batch with offsets of another place", scanned->position);
  }
  expected = batch.next_offset();
  WholeBatch whole{batch, std::nullopt};
  if (batch.is_control()) {
    TRY_ASSIGN(whole.marker, read_control_marker(batch));
  }
  return whole;
}

}  // namespace

PartitionLog::Compaction::Compaction(SegmentHome home, const CompactionOptions& options,
                                     const LogConfig& config)
    : home_(std::move(home)), options_(options), config_(config) {}

Result<bool> PartitionLog::Compaction::carry_out(std::uint64_t bytes) {
  CHECK(bytes > 0 && !is_swap_);
  bytes_left_ = bytes;
  auto done = go_on();
  if (!done) drop_copies();
  return done;
}

Result<bool> PartitionLog::Compaction::go_on() {
  if (!is_mapped_) {
    TRY_ASSIGN(is_mapped_, build_map());
    if (!is_mapped_) return false;
    walk_.reset();
    source_ = 0;
    make_groups();
    transactions_.emplace(aborted_);
  }
  storage_ = std::vector<std::byte>();  // gives its memory back
  for (; group_ < groups_.size(); ++group_) {
    TRY_ASSIGN(const bool whole, clean_group(groups_[group_]));
    if (!whole) return false;
  }
  map_.reset();
  TRY(name_as_swap());
  return true;
}

// Nothing to do for a walk that was begun before a pause.
Result<> PartitionLog::Compaction::begin_walk(const Source& source) {
  if (walk_) return {};
  TRY_ASSIGN(auto file,
             home_.disk.open(home_.path(source.base_offset, log_suffix), env::OpenMode::read));
  const env::File& opened = *file;
  walk_.emplace(std::move(file), BatchScanner(opened, 0, source.size, options_.io_buffer_bytes),
                source.base_offset);
  return {};
}

// False at a pause.
Result<bool> PartitionLog::Compaction::build_map() {
  if (!map_) {
    map_ = std::make_unique<OffsetMap>(options_.offset_map_bytes, options_.offset_map_load, seed_);
    end_ = first_dirty_;
    transactions_.emplace(aborted_);
  }
  for (; source_ < sources_.size(); ++source_) {
    const Source& source = sources_[source_];
    if (source.next_base_offset <= first_dirty_) continue;
    if (source.base_offset >= first_uncleanable_) break;
    TRY_ASSIGN(const Step step, map_segment(source));
    if (step != Step::segment_done) return step == Step::all_done;
    walk_.reset();
    end_ = std::min(source.next_base_offset, first_uncleanable_);
  }
  return true;
}

// all_done when the map is full or the range ends within the segment; end_ is then behind the last
// whole batch.
Result<PartitionLog::Compaction::Step> PartitionLog::Compaction::map_segment(const Source& source) {
  TRY(begin_walk(source));
  while (bytes_left_ > 0) {
    TRY_ASSIGN(const auto whole,
               next_whole(walk_->scanner, walk_->expected, source.next_base_offset));
    if (!whole) return Step::segment_done;
    const auto& batch = whole->batch;
    spend(batch.size());
    if (batch.base_offset() >= first_uncleanable_) return Step::all_done;
    if (batch.is_control()) {
      transactions_->read_marker(batch, whole->marker);
    } else if (!transactions_->read_batch(batch) && batch.last_offset() >= first_dirty_) {
      TRY_ASSIGN(const bool fits, map_batch(batch));
      if (!fits) return Step::all_done;
    }
    if (batch.last_offset() >= first_dirty_) end_ = batch.next_offset();
  }
  return Step::pause;
}

// False when the map is full.
Result<bool> PartitionLog::Compaction::map_batch(const wire::BatchView& batch) {
  TRY_ASSIGN(const auto bytes, wire::decompressed_records(compression_, batch,
                                                          decompressed_batch_bytes_max, storage_));
  wire::RecordIterator records(batch, bytes);
  wire::Record record;
  while (true) {
    TRY_ASSIGN(const bool more, records.next(record));
    if (!more) return true;
    if (record.key.is_null() || record.offset < first_dirty_) continue;
    if (!map_->put(record.key.view(), record.offset)) return false;
  }
}

// Small neighbours become one segment, as long as it stays within every bound of a segment.
void PartitionLog::Compaction::make_groups() {
  std::uint64_t size = 0;
  std::uint64_t index = 0;
  std::uint64_t time_index = 0;
  for (const auto& source : sources_) {
    if (source.base_offset >= end_) break;
    const auto index_max = static_cast<std::uint64_t>(config_.segment_index_bytes);
    const bool joins = !groups_.empty() &&
                       size + source.size <= static_cast<std::uint64_t>(config_.segment_bytes) &&
                       index + source.index_bytes <= index_max &&
                       time_index + source.time_index_bytes <= index_max &&
                       (source.size == 0 ||
                        source.next_base_offset - 1 - groups_.back().sources.front().base_offset <=
                            relative_offset_max);
    if (!joins) {
      groups_.emplace_back();
      size = index = time_index = 0;
    }
    groups_.back().sources.push_back(source);
    size += source.size;
    index += source.index_bytes;
    time_index += source.time_index_bytes;
    bytes_before_ += source.size;
  }
}

// False at a pause.
Result<bool> PartitionLog::Compaction::clean_group(Group& group) {
  if (!cleaned_) {
    TRY_ASSIGN(cleaned_, Segment::create(home_, group.sources.front().base_offset, options_.now,
                                         cleaned_suffix));
    source_ = 0;
  }
  for (; source_ < group.sources.size(); ++source_) {
    TRY_ASSIGN(const bool whole, clean_segment(group.sources[source_]));
    if (!whole) return false;
    walk_.reset();
  }
  TRY(finish_group(group));
  cleaned_.reset();
  return true;
}

Result<> PartitionLog::Compaction::finish_group(Group& group) {
  TRY(write_out(*cleaned_));
  for (const auto& entry : transactions_->take_kept()) TRY(cleaned_->append_aborted(entry));
  TRY(cleaned_->seal());
  TRY_ASSIGN(group.max, cleaned_->max_timestamp());
  group.has_transaction_index = cleaned_->has_transaction_index();
  bytes_after_ += cleaned_->size();
  TRY_ASSIGN(const auto log, cleaned_->log_file());
  if (!sings(Canary::compacted_copy_not_synced)) TRY(log->sync());
  TRY_ASSIGN(auto* offsets, cleaned_->offset_index());
  TRY(offsets->file().file()->sync());
  TRY_ASSIGN(auto* times, cleaned_->time_index());
  TRY(times->file().file()->sync());
  if (!group.has_transaction_index) return {};
  TRY_ASSIGN(auto* aborted, cleaned_->transaction_index());
  return aborted->file().file()->sync();
}

// False at a pause.
Result<bool> PartitionLog::Compaction::clean_segment(const Source& source) {
  TRY(begin_walk(source));
  while (bytes_left_ > 0) {
    TRY_ASSIGN(const auto whole,
               next_whole(walk_->scanner, walk_->expected, source.next_base_offset));
    if (!whole) return true;
    spend(whole->batch.size());
    TRY(clean_batch(whole->batch, whole->marker));
    if (out_.size() >= options_.io_buffer_bytes) TRY(write_out(*cleaned_));
  }
  return false;
}

// What stays of the batch goes to out_.
Result<> PartitionLog::Compaction::clean_batch(const wire::BatchView& batch,
                                               const std::optional<ControlMarker>& marker) {
  const bool is_control = batch.is_control();
  const bool gone =
      is_control ? transactions_->read_marker(batch, marker) : transactions_->read_batch(batch);
  const auto horizon =
      batch.has_delete_horizon() ? std::optional(batch.base_timestamp()) : std::nullopt;
  const bool drops_records = is_control ? gone && horizon && *horizon <= options_.now : gone;
  const wire::BatchFilter filter{.keep_when_empty = keeps_when_empty(batch),
                                 .marker_of_empty_transaction = is_control && gone,
                                 .delete_horizon = delete_horizon_of(batch),
                                 .decompressed_bytes_max = decompressed_batch_bytes_max};
  const auto keep = [&](const wire::Record& record) {
    if (drops_records) return false;
    if (is_control || record.offset >= end_) return true;
    if (record.key.is_null()) return false;
    const auto newest = map_->find(record.key.view());
    if (newest && record.offset < *newest) {
      reached(Mark::cleaner_dropped);
      return false;
    }
    if (sings(Canary::compaction_loses_key) && record.offset == batch.last_offset()) return false;
    if (sings(Canary::tombstones_gone_at_once) && record.value.is_null()) return false;
    return !record.value.is_null() || !horizon || options_.now < *horizon;
  };
  TRY_ASSIGN(const auto kept, wire::filter_batch(compression_, batch, filter, keep, out_));
  if (kept.bytes_written == 0) return {};
  const wire::BatchView written{Bytes(out_).subspan(out_.size() - kept.bytes_written)};
  out_batches_.push_back({.base_offset = written.base_offset(),
                          .last_offset = written.last_offset(),
                          .max_timestamp = written.max_timestamp(),
                          .size = static_cast<std::uint32_t>(kept.bytes_written)});
  spend(kept.bytes_written);
  return {};
}

// delete.retention.ms after the first round over it (KIP-534). A clock that was behind in that
// round takes nothing away: then it counts from what the records themselves say.
TimestampMs PartitionLog::Compaction::delete_horizon_of(const wire::BatchView& batch) const {
  const TimestampMs from = std::max(options_.now, batch.max_timestamp());
  TimestampMs horizon = 0;
  const bool is_never = __builtin_add_overflow(from, config_.delete_retention_ms, &horizon);
  return is_never ? std::numeric_limits<TimestampMs>::max() : horizon;
}

bool PartitionLog::Compaction::keeps_when_empty(const wire::BatchView& batch) const {
  if (batch.next_offset() == first_uncleanable_) return true;  // so that the log's end is not lost
  if (!batch.has_producer_id()) return false;
  const auto last = producers_.find(batch.producer_id());
  if (last == producers_.end()) return false;
  if (last->second.last_offset >= 0) return batch.last_offset() == last->second.last_offset;
  return batch.is_control() && batch.producer_epoch() == last->second.epoch;
}

Result<> PartitionLog::Compaction::write_out(Segment& cleaned) {
  if (out_.empty()) return {};
  const Bytes bytes = out_;
  std::uint64_t position = cleaned.size();
  TRY(cleaned.write(std::span<const Bytes>(&bytes, 1)));
  cleaned.wrote(bytes.size());
  for (const auto& batch : out_batches_) {
    TRY(cleaned.note_batch(batch, position));
    position += batch.size;
  }
  out_.clear();
  out_batches_.clear();
  return {};
}

// In ascending order: should it stop in between, start-up drops every .swap at or above a .cleaned.
// The log goes last within a group, because only a .log.swap makes the others mean something.
Result<> PartitionLog::Compaction::name_as_swap() {
  for (const auto& group : groups_) {
    const Offset base = group.sources.front().base_offset;
    for (const auto suffix :
         {offset_index_suffix, time_index_suffix, transaction_index_suffix, log_suffix}) {
      if (suffix == transaction_index_suffix && !group.has_transaction_index) continue;
      TRY(home_.disk.rename(home_.path(base, suffix, cleaned_suffix),
                            home_.path(base, suffix, swap_suffix)));
    }
  }
  TRY(home_.disk.sync_directory(home_.directory));
  is_swap_ = true;
  return {};
}

void PartitionLog::Compaction::drop_copies() {
  for (const auto& group : groups_) {
    for (const auto suffix : segment_suffixes) {
      for (const auto state : {cleaned_suffix, swap_suffix}) {
        static_cast<void>(
            home_.disk.remove(home_.path(group.sources.front().base_offset, suffix, state)));
      }
    }
  }
}

}  // namespace weir::log
