#include "log/segment.h"

#include <algorithm>
#include <utility>

#include "base/canary.h"
#include "base/check.h"
#include "log/beyond_damage.h"
#include "log/offset_contradiction.h"

namespace weir::log {

Result<std::unique_ptr<Segment>> Segment::create(SegmentHome& home, Offset base_offset,
                                                 TimestampMs now, std::string_view state) {
  auto segment = std::make_unique<Segment>(home, base_offset);
  segment->created_ = now;
  segment->state_ = state;
  TRY_ASSIGN(segment->log_,
             home.disk.open(home.path(base_offset, log_suffix, state), env::OpenMode::create));
  TRY(segment->log_->truncate(0));
  if (home.preallocate_bytes > 0 && state.empty()) {
    TRY(segment->log_->truncate(home.preallocate_bytes));
    segment->is_preallocated_ = true;
  }
  TRY_ASSIGN(auto* offsets, segment->offset_index());
  TRY(offsets->file().truncate(0));
  TRY_ASSIGN(auto* times, segment->time_index());
  TRY(times->file().truncate(0));
  segment->max_timestamp_ = TimestampOffset{no_timestamp, base_offset};
  segment->used_ = true;
  return segment;
}

Result<std::unique_ptr<Segment>> Segment::open(SegmentHome& home, Offset base_offset,
                                               TimestampMs now) {
  auto segment = std::make_unique<Segment>(home, base_offset);
  segment->created_ = now;
  TRY_ASSIGN(auto file, segment->log_file());
  TRY_ASSIGN(segment->size_, file->size());
  segment->found_size_ = segment->size_;
  return segment;
}

Result<std::shared_ptr<env::File>> Segment::log_file() {
  used_ = true;
  if (!log_) {
    TRY_ASSIGN(log_, home_.disk.open(path(log_suffix), env::OpenMode::read_write));
  }
  return log_;
}

Result<> Segment::open_index(EntryFile& file, std::string_view suffix) {
  used_ = true;
  if (file.is_open()) return {};  // most often: the path costs memory
  return file.open(home_.disk, path(suffix), env::OpenMode::create);
}

Result<OffsetIndex*> Segment::offset_index() {
  TRY(open_index(offset_index_.file(), offset_index_suffix));
  return &offset_index_;
}

Result<TimeIndex*> Segment::time_index() {
  TRY(open_index(time_index_.file(), time_index_suffix));
  return &time_index_;
}

Result<TransactionIndex*> Segment::transaction_index() {
  if (!transaction_index_) transaction_index_.emplace();
  TRY(open_index(transaction_index_->file(), transaction_index_suffix));
  has_transaction_index_ = true;
  return &*transaction_index_;
}

Result<> Segment::write(std::span<const Bytes> pieces) {
  TRY_ASSIGN(auto file, log_file());
  return file->write_at(size_, pieces);
}

Result<> Segment::note_batch(const AppendedBatch& batch, std::uint64_t position) {
  TRY_ASSIGN(const auto max_before, max_timestamp());
  if (position == 0) first_timestamp_ = batch.max_timestamp;
  if (batch.max_timestamp > max_before.timestamp) {
    max_timestamp_ = TimestampOffset{batch.max_timestamp, batch.last_offset};
  }
  if (bytes_since_entry_ > static_cast<std::uint64_t>(home_.index_interval_bytes)) {
    TRY_ASSIGN(auto* offsets, offset_index());
    TRY_ASSIGN(auto* times, time_index());
    TRY(offsets->append({batch.last_offset, static_cast<std::uint32_t>(position)}));
    TRY(times->maybe_append(*max_timestamp_));
    bytes_since_entry_ = 0;
  }
  bytes_since_entry_ += batch.size;
  return {};
}

Result<> Segment::append_aborted(const AbortedTransactionEntry& entry) {
  TRY_ASSIGN(auto* index, transaction_index());
  return index->append(entry);
}

Result<> Segment::write_pending_entries() {
  if (offset_index_.file().is_open()) TRY(offset_index_.file().write_pending());
  if (time_index_.file().is_open()) TRY(time_index_.file().write_pending());
  return {};
}

Result<> Segment::seal() {
  TRY_ASSIGN(const auto max, max_timestamp());
  TRY_ASSIGN(auto* times, time_index());
  if (max.timestamp >= 0) TRY(times->maybe_append(max));
  if (is_preallocated_) {
    TRY_ASSIGN(auto file, log_file());
    TRY(file->truncate(size_));
    is_preallocated_ = false;
  }
  return write_pending_entries();
}

Result<> Segment::truncate(Offset offset, std::uint64_t position) {
  TRY_ASSIGN(auto file, log_file());
  TRY(file->truncate(position));
  is_preallocated_ = false;
  size_ = position;
  found_size_ = std::min(found_size_, position);
  if (checked_) checked_ = std::make_shared<CheckedRanges>(checked_->below(position));
  max_timestamp_.reset();
  if (position == 0) first_timestamp_.reset();
  TRY_ASSIGN(auto* offsets, offset_index());
  TRY(offsets->truncate_to(offset));
  TRY_ASSIGN(auto* times, time_index());
  TRY(times->truncate_to(offset));
  if (has_transaction_index_) {
    TRY_ASSIGN(auto* transactions, transaction_index());
    TRY(transactions->truncate_to(offset));
  }
  TRY_ASSIGN(const auto last, offsets->last());
  bytes_since_entry_ = position - std::min<std::uint64_t>(position, last.position);
  // The time index knows the largest timestamp up to its last entry only.
  TRY_ASSIGN(const auto max, times->last());
  TRY_ASSIGN(max_timestamp_, max_timestamp_from(last.position, max));
  return {};
}

Result<TimestampOffset> Segment::max_timestamp_from(std::uint64_t position, TimestampOffset max) {
  TRY_ASSIGN(auto file, log_file());
  BatchScanner scanner(*file, position, size_);
  while (true) {
    pass_damage(scanner);
    TRY_ASSIGN(const auto batch, scanner.next());
    if (!batch) return max;
    if (batch->header.max_timestamp() > max.timestamp) {
      max = {batch->header.max_timestamp(), batch->header.last_offset()};
    }
  }
}

Result<TimestampOffset> Segment::confirmed_max_timestamp() {
  TRY_ASSIGN(const auto known, max_timestamp());
  const auto place = find(known.offset);
  if (!place && place.error().code != Errc::corrupt) return std::unexpected(place.error());
  if (!place) return known;  // the log is damaged there, which says nothing of its index
  if (*place) {
    TRY_ASSIGN(auto file, log_file());
    BatchScanner scanner(*file, (*place)->position, size_);
    TRY_ASSIGN(const auto batch, scanner.next());
    if (batch && batch->header.max_timestamp() == known.timestamp) return known;
  }
  auto found = max_timestamp_from(0, {no_timestamp, base_offset_});
  if (!found && found.error().code == Errc::corrupt) return known;
  if (found) max_timestamp_ = *found;
  return found;
}

// Of a batch that was there when the file was opened.
Result<> Segment::check_whole(std::uint64_t position) {
  if (whole_until(position) > position) return {};
  TRY_ASSIGN(auto file, log_file());
  BatchScanner scanner(*file, position, size_);
  TRY_ASSIGN(const auto batch, scanner.next());
  if (!batch) return {};
  TRY_ASSIGN(const auto whole, scanner.whole(*batch));
  if (!whole.crc_is_good()) return fail(Errc::corrupt, "its checksum is wrong", position);
  checked()->add_whole(position, batch->end());
  return {};
}

// Walks from `position`. An index entry that led there names the last offset of a batch that is
// there or behind it (`promised`): corrupt when there is none.
Result<std::optional<BatchPlace>> Segment::scan_for(Offset offset, std::uint64_t position,
                                                    std::optional<Offset> promised) {
  TRY_ASSIGN(auto file, log_file());
  BatchScanner scanner(*file, position, size_);
  Offset expected = base_offset_, expected_before = base_offset_;
  std::uint64_t position_before = position;
  bool was_gap = false;
  while (true) {
    const std::uint64_t here = scanner.position();
    if (const auto* beyond = pass_damage(scanner)) {
      if (offset < beyond->offset) return fail(Errc::corrupt, "it is known to be", here);
      promised.reset();  // of the damaged one
    }
    TRY_ASSIGN(const auto batch, scanner.next());
    if (!batch) {
      if (promised) return fail(Errc::corrupt, "it does not hold what it should", position_before);
      return std::nullopt;
    }
    const auto base = batch->header.base_offset();
    const auto last = batch->header.last_offset();
    if (base < base_offset_ || (promised && base > *promised)) {
      return fail(Errc::corrupt, "an index entry points to the wrong batch",
                  base < base_offset_ ? batch->position : position);
    }
    if (base < expected) {
      const std::uint64_t there = batch->position;
      bool is_the_one_before = was_gap && base >= expected_before;
      if (is_the_one_before) {
        TRY_ASSIGN(is_the_one_before, is_first_wrong(scanner, expected, *batch, no_limit));
      }
      return fail(Errc::corrupt, "its offset does not belong there",
                  is_the_one_before ? position_before : there);
    }
    // Between two batches is nothing, unless the one before is damaged and does not say how far it
    // went.
    if (offset < base && offset >= expected && batch->position > position) {
      TRY(check_whole(position_before));
    }
    // The entry that led to it says the same as its header.
    const bool is_confirmed = promised && last == *promised;
    was_gap = base > expected && !is_confirmed;
    position_before = batch->position;
    expected_before = std::exchange(expected, last + 1);
    if (promised && last >= *promised) promised.reset();
    if (last >= offset) return BatchPlace{base, last, batch->position, batch->size};
  }
}

Result<std::optional<BatchPlace>> Segment::find(Offset offset) {
  if (size_ == 0) return std::nullopt;
  TRY_ASSIGN(auto* index, offset_index());
  const auto entry = index->lookup(offset);
  std::optional<Error> why;
  if (entry && entry->position < size_) {
    const bool is_entry = entry->position > 0;
    auto found =
        scan_for(offset, entry->position, is_entry ? std::optional(entry->offset) : std::nullopt);
    if (sings(Canary::index_believed)) return found;
    if (found || found.error().code != Errc::corrupt || !is_entry) return found;
    if (is_damaged(found.error().at)) return found;
    why = found.error();
  } else if (!entry) {
    if (entry.error().code != Errc::corrupt) return std::unexpected(entry.error());
    why = entry.error();
  }
  // The index may have lied. If a batch is damaged it must stay as it is: of such a file no index
  // that leads beyond the damage can be made.
  if (const auto walked = walk_headers(); !walked) {
    return std::unexpected(why ? *why : walked.error());
  }
  TRY(rebuild_indexes());
  TRY_ASSIGN(const auto again, index->lookup(offset));
  return scan_for(offset, again.position, std::nullopt);
}

Result<> Segment::check_end(Offset offset) {
  TRY_ASSIGN(auto* index, offset_index());
  TRY_ASSIGN(const auto entry, index->lookup(offset));
  TRY_ASSIGN(auto file, log_file());
  BatchScanner scanner(*file, entry.position, size_);
  std::optional<std::uint64_t> last;
  while (true) {
    pass_damage(scanner);
    TRY_ASSIGN(const auto batch, scanner.next());
    if (!batch) return last ? check_whole(*last) : Result<>{};
    last = batch->position;
  }
}

Result<std::optional<BatchPlace>> Segment::find_beyond_damage(Offset offset) {
  TRY_ASSIGN(auto* index, offset_index());
  TRY_ASSIGN(const auto entry, index->above(offset));
  if (!entry || entry->position >= size_) return std::nullopt;
  TRY_ASSIGN(const auto batch, scan_for(offset, entry->position, entry->offset));
  return batch && batch->base_offset <= offset ? batch : std::nullopt;
}

Result<std::optional<BatchPlace>> Segment::indexed_behind(std::uint64_t position) {
  TRY_ASSIGN(auto* index, offset_index());
  while (true) {
    TRY_ASSIGN(const auto entry, index->behind(position));
    // An index that is damaged may lead back.
    if (!entry || entry->position <= position || entry->position >= size_) return std::nullopt;
    position = entry->position;
    auto batch = scan_for(base_offset_, position, entry->offset);
    if (batch || batch.error().code != Errc::corrupt) return batch;
  }
}

// Whether the batch to which the entry leads ends where that says; true when it cannot be read.
Result<bool> Segment::agrees_with(const OffsetPosition& entry) {
  if (entry.position == 0) return true;
  TRY_ASSIGN(auto file, log_file());
  BatchScanner scanner(*file, entry.position, size_);
  const auto batch = scanner.next();
  if (!batch && batch.error().code != Errc::corrupt) return std::unexpected(batch.error());
  return !batch || !*batch || (*batch)->header.last_offset() == entry.offset;
}

Result<const Resumption*> Segment::look_beyond_damage(Offset offset, Offset limit) {
  TRY_ASSIGN(auto* index, offset_index());
  TRY_ASSIGN(auto entry, index->lookup(offset));
  TRY_ASSIGN(const auto above, index->above(offset));
  // That the batch there is wrong shows in what comes before it.
  TRY_ASSIGN(const bool agrees, agrees_with(entry));
  if (!agrees) {
    TRY_ASSIGN(entry, index->lookup(entry.offset - 1));
  }
  std::uint64_t from = entry.position;
  Offset first = base_offset_;
  const std::uint64_t end = above ? std::min<std::uint64_t>(above->position, size_) : size_;
  if (from >= end || end - from > ReadCheck::bytes_max) return nullptr;
  TRY_ASSIGN(auto file, log_file());
  while (true) {
    const DamageSearch search{from, first, end, size_, limit};
    TRY_ASSIGN(const auto damage, first_damage(file, search));
    if (!damage) return nullptr;
    if (!checked()->was_searched(damage->position)) {
      TRY_ASSIGN(const auto beyond, find_resumption(*file, search, *damage));
      checked()->add_damaged(damage->position, damage->what);
      checked()->add_resumption(damage->position, beyond);
      return resumption(damage->position);
    }
    const auto* beyond = resumption(damage->position);
    if (!beyond) return nullptr;
    from = beyond->position;
    first = beyond->offset;
  }
}

const Resumption* Segment::pass_damage(BatchScanner& scanner) const {
  const Resumption* beyond = nullptr;
  while (const auto* next = resumption(scanner.position())) {  // each leads forward
    scanner.go_on_at(next->position);
    beyond = next;
  }
  return beyond;
}

std::uint64_t Segment::whole_until(std::uint64_t position) const {
  if (position < found_size_) {
    const std::uint64_t end = checked_ ? checked_->whole_until(position) : position;
    if (end < found_size_) return end;
  }
  return size_;
}

const std::shared_ptr<CheckedRanges>& Segment::checked() {
  if (!checked_) checked_ = std::make_shared<CheckedRanges>();
  return checked_;
}

Result<> Segment::walk_headers() {
  TRY_ASSIGN(auto file, log_file());
  BatchScanner scanner(*file, 0, size_);
  Offset expected = base_offset_;
  while (true) {
    TRY_ASSIGN(const auto batch, scanner.next());
    if (!batch) return {};
    if (batch->header.base_offset() < expected) {
      return fail(Errc::corrupt, "its offset does not belong there", batch->position);
    }
    expected = batch->header.last_offset() + 1;
  }
}

Result<TimestampOffset> Segment::max_timestamp() {
  if (!max_timestamp_) {
    TRY_ASSIGN(auto* times, time_index());
    TRY_ASSIGN(max_timestamp_, times->last());
  }
  return *max_timestamp_;
}

Result<TimestampMs> Segment::first_timestamp() {
  if (!first_timestamp_) {
    if (size_ == 0) return no_timestamp;
    TRY_ASSIGN(auto file, log_file());
    BatchScanner scanner(*file, 0, size_, wire::batch_header_size);
    TRY_ASSIGN(const auto batch, scanner.next());
    first_timestamp_ = batch ? batch->header.max_timestamp() : no_timestamp;
  }
  return *first_timestamp_;
}

Result<> Segment::rebuild_indexes() {
  TRY_ASSIGN(auto* offsets, offset_index());
  TRY_ASSIGN(auto* times, time_index());
  TRY(offsets->file().truncate(0));
  TRY(times->file().truncate(0));
  max_timestamp_ = TimestampOffset{no_timestamp, base_offset_};
  bytes_since_entry_ = 0;
  TRY_ASSIGN(auto file, log_file());
  BatchScanner scanner(*file, 0, size_);
  while (true) {
    TRY_ASSIGN(const auto batch, scanner.next());
    if (!batch) break;
    TRY(note_batch({.base_offset = batch->header.base_offset(),
                    .last_offset = batch->header.last_offset(),
                    .max_timestamp = batch->header.max_timestamp(),
                    .size = static_cast<std::uint32_t>(batch->size)},
                   batch->position));
  }
  return write_pending_entries();
}

bool Segment::close_idle_files() {
  if (!used_) {
    if (log_ || offset_index_.file().is_open() || time_index_.file().is_open()) {
      if (!write_pending_entries()) return false;
      close_files();
    }
    return true;
  }
  used_ = false;
  return false;
}

void Segment::close_files() {
  log_.reset();
  if (offset_index_.file().is_open()) offset_index_.file().close();
  if (time_index_.file().is_open()) time_index_.file().close();
  if (transaction_index_ && transaction_index_->file().is_open()) {
    transaction_index_->file().close();
  }
  transaction_index_.reset();
}

}  // namespace weir::log
