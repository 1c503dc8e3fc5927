#include "log/compaction/compaction.h"

#include <algorithm>

#include "base/check.h"
#include "wire/record/batch_filter.h"

namespace weir::log {
namespace {

constexpr std::size_t out_bytes_max = 1 << 20;
constexpr Offset relative_offset_max = INT32_MAX;

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
  if (!batch.crc_is_good()) {
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

Result<> PartitionLog::Compaction::carry_out(const Throttle& throttle) {
  TRY(build_map(throttle));
  make_groups();
  CleanedTransactions transactions(aborted_);
  for (auto& group : groups_) {
    if (auto cleaned = clean_group(group, transactions, throttle); !cleaned) {
      drop_copies();
      return cleaned;
    }
  }
  map_.reset();
  return name_as_swap();
}

Result<> PartitionLog::Compaction::build_map(const Throttle& throttle) {
  map_ = std::make_unique<OffsetMap>(options_.offset_map_bytes, seed_);
  end_ = first_dirty_;
  CleanedTransactions transactions(aborted_);
  for (const auto& source : sources_) {
    if (source.next_base_offset <= first_dirty_) continue;
    if (source.base_offset >= first_uncleanable_) break;
    TRY_ASSIGN(const bool whole, map_segment(source, transactions, throttle));
    if (!whole) return {};
    end_ = std::min(source.next_base_offset, first_uncleanable_);
  }
  return {};
}

// False when the map is full or the range ends within the segment; end_ is then behind the last
// whole batch.
Result<bool> PartitionLog::Compaction::map_segment(const Source& source,
                                                   CleanedTransactions& transactions,
                                                   const Throttle& throttle) {
  TRY_ASSIGN(auto file,
             home_.disk.open(home_.path(source.base_offset, log_suffix), env::OpenMode::read));
  BatchScanner scanner(*file, 0, source.size, BatchScanner::large_window);
  Offset expected = source.base_offset;
  while (true) {
    TRY_ASSIGN(const auto whole, next_whole(scanner, expected, source.next_base_offset));
    if (!whole) return true;
    const auto& batch = whole->batch;
    throttle(batch.size());
    if (batch.base_offset() >= first_uncleanable_) return false;
    if (batch.is_control()) {
      transactions.read_marker(batch, whole->marker);
    } else if (!transactions.read_batch(batch) && batch.last_offset() >= first_dirty_) {
      TRY_ASSIGN(
          const auto bytes,
          wire::decompressed_records(compression_, batch, decompressed_batch_bytes_max, storage_));
      wire::RecordIterator records(batch, bytes);
      wire::Record record;
      while (true) {
        TRY_ASSIGN(const bool more, records.next(record));
        if (!more) break;
        if (record.key.is_null() || record.offset < first_dirty_) continue;
        if (!map_->put(record.key.view(), record.offset)) return false;
      }
    }
    if (batch.last_offset() >= first_dirty_) end_ = batch.next_offset();
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

Result<> PartitionLog::Compaction::clean_group(Group& group, CleanedTransactions& transactions,
                                               const Throttle& throttle) {
  TRY_ASSIGN(const auto cleaned, Segment::create(home_, group.sources.front().base_offset,
                                                 options_.now, cleaned_suffix));
  for (const auto& source : group.sources) {
    TRY(clean_segment(source, *cleaned, transactions, throttle));
  }
  TRY(write_out(*cleaned));
  for (const auto& entry : transactions.take_kept()) TRY(cleaned->append_aborted(entry));
  TRY(cleaned->seal());
  TRY_ASSIGN(group.max, cleaned->max_timestamp());
  group.has_transaction_index = cleaned->has_transaction_index();
  bytes_after_ += cleaned->size();
  TRY_ASSIGN(const auto log, cleaned->log_file());
  TRY(log->sync());
  TRY_ASSIGN(auto* offsets, cleaned->offset_index());
  TRY(offsets->file().file()->sync());
  TRY_ASSIGN(auto* times, cleaned->time_index());
  TRY(times->file().file()->sync());
  if (!group.has_transaction_index) return {};
  TRY_ASSIGN(auto* aborted, cleaned->transaction_index());
  return aborted->file().file()->sync();
}

Result<> PartitionLog::Compaction::clean_segment(const Source& source, Segment& cleaned,
                                                 CleanedTransactions& transactions,
                                                 const Throttle& throttle) {
  TRY_ASSIGN(auto file,
             home_.disk.open(home_.path(source.base_offset, log_suffix), env::OpenMode::read));
  BatchScanner scanner(*file, 0, source.size, BatchScanner::large_window);
  Offset expected = source.base_offset;
  while (true) {
    TRY_ASSIGN(const auto whole, next_whole(scanner, expected, source.next_base_offset));
    if (!whole) return {};
    throttle(whole->batch.size());
    const auto& batch = whole->batch;
    const bool is_control = batch.is_control();
    const bool gone = is_control ? transactions.read_marker(batch, whole->marker)
                                 : transactions.read_batch(batch);
    const auto horizon =
        batch.has_delete_horizon() ? std::optional(batch.base_timestamp()) : std::nullopt;
    const bool drops_records = is_control ? gone && horizon && *horizon <= options_.now : gone;
    wire::BatchFilter filter{.keep_when_empty = keeps_when_empty(batch),
                             .marker_of_empty_transaction = is_control && gone,
                             .delete_horizon = options_.now + config_.delete_retention_ms,
                             .decompressed_bytes_max = decompressed_batch_bytes_max};
    const auto keep = [&](const wire::Record& record) {
      if (drops_records) return false;
      if (is_control || record.offset >= end_) return true;
      if (record.key.is_null()) return false;
      const auto newest = map_->find(record.key.view());
      if (newest && record.offset < *newest) return false;
      return !record.value.is_null() || !horizon || options_.now < *horizon;
    };
    TRY_ASSIGN(const auto kept, wire::filter_batch(compression_, batch, filter, keep, out_));
    if (kept.bytes_written > 0) {
      const wire::BatchView written{Bytes(out_).subspan(out_.size() - kept.bytes_written)};
      out_batches_.push_back({.base_offset = written.base_offset(),
                              .last_offset = written.last_offset(),
                              .max_timestamp = written.max_timestamp(),
                              .size = static_cast<std::uint32_t>(kept.bytes_written)});
      throttle(kept.bytes_written);
    }
    if (out_.size() >= out_bytes_max) TRY(write_out(cleaned));
  }
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
