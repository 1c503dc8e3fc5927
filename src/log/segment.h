#pragma once
// Segment: one file of batches, "<base offset>.log", and its indexes. Owned by a PartitionLog;
// lives on its shard. Files are opened at their first use and closed when idle; everything but the
// numbers below can be dropped. Positions are below 2^31, as Kafka's are.
//
// Indexes are hints: a lookup that lands on a place that cannot be right rebuilds them from the
// batches.
//
// Errors: io, no_space; corrupt when the batches themselves are damaged (`at` is the position).

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/env/disk.h"
#include "base/ids.h"
#include "base/result.h"
#include "log/checked_ranges.h"
#include "log/format/batch_scanner.h"
#include "log/format/file_names.h"
#include "log/format/offset_index.h"
#include "log/format/time_index.h"
#include "log/format/transaction_index.h"

namespace weir::log {

// How far the offsets of a segment go beyond its first: its indexes say them in 32 bits.
inline constexpr Offset relative_offset_max = INT32_MAX;

// Where the segments of one log live; owned by the log, outlives them.
struct SegmentHome {
  env::Disk& disk;
  std::string directory;
  std::int64_t index_interval_bytes = 4096;
  std::uint64_t preallocate_bytes = 0;  // of a new .log (preallocate); 0: none

  std::string path(Offset base_offset, std::string_view suffix, std::string_view state = {}) const {
    return directory + "/" + segment_file_name(base_offset, suffix, state);
  }
};

// What the index and the log need to know of a batch that was written.
struct AppendedBatch {
  Offset base_offset = no_offset;
  Offset last_offset = no_offset;
  TimestampMs max_timestamp = no_timestamp;
  std::uint32_t size = 0;
};

// A batch in a segment.
struct BatchPlace {
  Offset base_offset = no_offset;
  Offset last_offset = no_offset;
  std::uint64_t position = 0;
  std::uint64_t size = 0;
};

class Segment {
 public:
  Segment(SegmentHome& home, Offset base_offset) : home_(home), base_offset_(base_offset) {}

  // Makes the files, empty. What is left of an earlier attempt is overwritten. With preallocation
  // the .log has zeroes behind its end until it is sealed; they are never part of size(). What a
  // crash leaves of them is no batch: recovery cuts it off.
  static Result<std::unique_ptr<Segment>> create(SegmentHome& home, Offset base_offset,
                                                 TimestampMs now, std::string_view state = {});
  // Of an existing .log; nothing but its size is read.
  static Result<std::unique_ptr<Segment>> open(SegmentHome& home, Offset base_offset,
                                               TimestampMs now);

  Offset base_offset() const { return base_offset_; }
  std::string path(std::string_view suffix) const {
    return home_.path(base_offset_, suffix, state_);
  }
  std::uint64_t size() const { return size_; }
  bool has_transaction_index() const { return has_transaction_index_; }
  void set_has_transaction_index(bool has) { has_transaction_index_ = has; }
  TimestampMs created() const { return created_; }

  // --- writing ---
  // At the end; on an error the size stays. Then note_batch() for each batch of it.
  Result<> write(std::span<const Bytes> pieces);
  Result<> note_batch(const AppendedBatch& batch, std::uint64_t position);
  void wrote(std::uint64_t bytes) { size_ += bytes; }
  Result<> append_aborted(const AbortedTransactionEntry& entry);
  // No more appends: the largest timestamp goes into the time index, pending entries to their
  // files, preallocated bytes go.
  Result<> seal();
  Result<> write_pending_entries();
  // Cuts the file at `position`, and the indexes at `offset`.
  Result<> truncate(Offset offset, std::uint64_t position);

  // --- reading ---
  // The first batch that ends at or above `offset`; nothing when the segment ends before.
  Result<std::optional<BatchPlace>> find(Offset offset);
  // Of an offset that find() says is behind the segment's end: corrupt when the last batch is
  // damaged, so that its header may have said too little.
  Result<> check_end(Offset offset);
  // Where a damaged batch is in the way of find(): the batch that holds `offset`, when the next
  // index entry leads to it.
  Result<std::optional<BatchPlace>> find_beyond_damage(Offset offset);
  // Where no entry does: looks for a damaged batch behind the entry of `offset`, and for where
  // batches go on; find() passes it from now on. Null: there is none that was not known, or nothing
  // behind it. None of the segment reaches `limit`. Blocks, of at most ReadCheck::bytes_max bytes.
  Result<const Resumption*> look_beyond_damage(Offset offset, Offset limit);
  // The batch to which the first index entry behind `position` leads, of those that lead to one.
  Result<std::optional<BatchPlace>> indexed_behind(std::uint64_t position);
  // Where batches go on behind the damaged one at `position`; null: not known, or not damaged.
  const Resumption* resumption(std::uint64_t position) const {
    return checked_ ? checked_->resumption(position) : nullptr;
  }
  // Lets the scanner go on behind the damaged batch in front of it, when that is known; null: there
  // is none.
  const Resumption* pass_damage(BatchScanner& scanner) const;
  Result<std::shared_ptr<env::File>> log_file();
  Result<OffsetIndex*> offset_index();
  Result<TimeIndex*> time_index();
  Result<TransactionIndex*> transaction_index();  // creates the file
  // How far from `position`, a batch's, all is known to be whole: what this process wrote, and what
  // it has looked at since.
  std::uint64_t whole_until(std::uint64_t position) const;
  bool is_damaged(std::uint64_t position) const {
    return checked_ && checked_->is_damaged(position);
  }
  // What was looked at; another one after the file was cut.
  const std::shared_ptr<CheckedRanges>& checked();
  // The largest timestamp and the last offset of its batch; {-1, base offset} for an empty one.
  Result<TimestampOffset> max_timestamp();
  // The same for who is about to delete records by it: an index may have been damaged where it lay.
  // So the batch that it names is asked, and all headers if that one says otherwise.
  Result<TimestampOffset> confirmed_max_timestamp();
  const std::optional<TimestampOffset>& known_max_timestamp() const { return max_timestamp_; }
  const std::shared_ptr<env::File>& open_log_file() const { return log_; }  // may be null
  void set_max_timestamp(TimestampOffset max) { max_timestamp_ = max; }
  // The first batch's largest timestamp; -1 when there is none.
  Result<TimestampMs> first_timestamp();
  Result<> rebuild_indexes();

  // --- files ---
  void forget_use() { used_ = false; }
  bool close_idle_files();  // those not used since the last call; false when some stay open
  void close_files();       // CHECKs that no entry is pending

  // How many bytes have been written since the last index entry.
  void set_bytes_since_entry(std::uint64_t bytes) { bytes_since_entry_ = bytes; }
  std::uint64_t bytes_since_entry() const { return bytes_since_entry_; }

 private:
  // The largest from there on, or `max`.
  Result<TimestampOffset> max_timestamp_from(std::uint64_t position, TimestampOffset max);
  Result<> check_whole(std::uint64_t position);
  Result<bool> agrees_with(const OffsetPosition& entry);
  Result<std::optional<BatchPlace>> scan_for(Offset offset, std::uint64_t position,
                                             std::optional<Offset> promised);
  Result<> walk_headers();
  Result<> open_index(EntryFile& file, std::string_view suffix);

  SegmentHome& home_;
  const Offset base_offset_;
  std::string_view state_;  // a suffix of its files' names while compaction writes it
  std::uint64_t size_ = 0;
  std::uint64_t found_size_ = 0;  // what was there when the file was opened
  std::uint64_t bytes_since_entry_ = 0;
  std::shared_ptr<CheckedRanges> checked_;  // of what was there
  std::shared_ptr<env::File> log_;
  OffsetIndex offset_index_{base_offset_};
  TimeIndex time_index_{base_offset_};
  std::optional<TransactionIndex> transaction_index_;
  std::optional<TimestampOffset> max_timestamp_;
  std::optional<TimestampMs> first_timestamp_;
  TimestampMs created_ = 0;
  bool has_transaction_index_ = false;
  bool used_ = false;
  bool is_preallocated_ = false;  // the file is longer than size_
};

}  // namespace weir::log
