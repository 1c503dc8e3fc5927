#pragma once
// FetchedRecords: the bytes that a Fetch answered for one partition, batch by batch to records.
// Skips what lies below the position, control batches, and with read_committed what aborted
// transactions wrote (KIP-98); a batch that the answer was cut in is left out.
//
// Records are views; the buffers that they point into are shared, so that a record lives as long as
// anybody keeps its batch.

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "base/result.h"
#include "client/consumer/fetch/positions.h"
#include "wire/compression/compression.h"
#include "wire/record/record.h"

namespace weir::client {

struct AbortedTransaction {
  ProducerId producer = no_producer_id;
  Offset first_offset = no_offset;
};

struct FetchedData {
  std::shared_ptr<const void> frame;  // keeps `bytes`
  Bytes bytes;
  std::vector<AbortedTransaction> aborted;  // empty with read_uncommitted
  bool checks_crc = true;                   // check.crcs
};

// The records of one batch, and where to go on after them.
struct RecordBatch {
  std::vector<wire::Record> records;
  LeaderEpoch leader_epoch = no_epoch;
  bool is_log_append_time = false;
  std::vector<std::shared_ptr<const void>> buffers;
};

class FetchedRecords {
 public:
  // `from`: the position. `context` outlives it.
  FetchedRecords(FetchedData data, Position from);

  // At most `records_max` records, of one batch. Empty: none are left; `next()` may be beyond the
  // last record all the same. Errors: corrupt, too_large, unsupported; then it must not be called
  // again.
  Result<RecordBatch> take(std::size_t records_max, wire::CompressionContext& context);
  Position next() const { return next_; }
  // Behind the last whole batch, as its header says: what to fetch next.
  Position end() const;
  std::size_t bytes_left() const { return rest_.size() + open_bytes_; }
  bool is_empty() const { return rest_.empty() && !open_; }

 private:
  struct OpenBatch {
    wire::BatchView batch;
    std::shared_ptr<const void> buffer;
    wire::RecordIterator records;
  };
  Result<bool> open_next(wire::CompressionContext& context);
  bool is_aborted(const wire::BatchView& batch);
  void close_batch();

  FetchedData data_;
  Bytes rest_;
  Position next_;
  std::optional<OpenBatch> open_;
  std::size_t open_bytes_ = 0;
  std::size_t aborted_seen_ = 0;   // of data_.aborted, which is sorted
  std::set<ProducerId> aborting_;  // whose transaction was aborted, here
};

}  // namespace weir::client
