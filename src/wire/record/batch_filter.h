#pragma once
// What log compaction leaves of a batch: MemoryRecords.filterTo. Offsets, the base and last offset
// and the producer's fields stay; a batch that loses nothing stays byte for byte, unless it gets a
// delete horizon.
//
// Delete horizon (KIP-534): a batch that keeps tombstones, or the marker of an empty transaction,
// and has no horizon yet, gets one: base_timestamp becomes the time from which they may go, the
// attribute says so, and the records' deltas are made anew against it.

#include <cstdint>
#include <functional>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "wire/compression/compression.h"
#include "wire/record/batch.h"
#include "wire/record/record.h"

namespace weir::wire {

struct BatchFilter {
  bool keep_when_empty =
      false;  // leave an empty header where no record stays (producer state needs it)
  bool marker_of_empty_transaction = false;
  TimestampMs delete_horizon = 0;  // what a batch gets that needs one: now + delete.retention.ms
  std::uint64_t decompressed_bytes_max = std::uint64_t{1} << 31;  // of all records of the batch
};

struct FilteredBatch {
  std::int32_t records_read = 0;
  std::int32_t records_kept = 0;
  std::size_t bytes_written = 0;  // 0: nothing is left
  Offset max_kept_offset = no_offset;
  bool unchanged = false;
};

// Appends what stays to `out`; `keep` is asked once for each record, in order. Errors: corrupt,
// too_large, unsupported; `out` is then as before.
Result<FilteredBatch> filter_batch(CompressionContext& context, BatchView batch,
                                   const BatchFilter& filter,
                                   const std::function<bool(const Record&)>& keep,
                                   std::vector<std::byte>& out);

}  // namespace weir::wire
