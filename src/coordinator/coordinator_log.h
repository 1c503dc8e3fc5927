#pragma once
// CoordinatorLog: the port through which a coordinator writes and reads the one partition that is
// its log (a partition of __consumer_offsets). The broker implements it over its partition; tests
// over memory.
//
// Promises of the implementation:
// - append(): the records become one batch. Appends enter the log in the order in which their tasks
// were
//   first resumed. The records are copied before the first suspension. It resumes when the batch is
//   written to the local log (its offsets are fixed), or with an error when nothing of it is in the
//   log.
// - wait_committed(): resumes when everything below the offset is committed (below the high
// watermark), or
//   with an error when that cannot be known any more: leadership lost, log offline. Never hangs for
//   ever after leadership was lost.
// - After leadership (the epoch it was made for) is lost every call fails with
// NOT_LEADER_OR_FOLLOWER.
// - The object outlives every task it has started (the coordinator holds it by shared_ptr until
// then). All calls are made on the partition's shard.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"

namespace weir::wire {
enum class ErrorCode : std::int16_t;
}

namespace weir::coordinator {

// One record: Kafka's key (two bytes of type, then the key) and value (two bytes of version, then
// the value). A tombstone has no value.
struct CoordinatorRecord {
  Bytes key;
  Bytes value;
  bool is_tombstone = false;
  TimestampMs timestamp = no_timestamp;
};

// Whole record batches as they lie in the log, compressed or not, control batches included.
struct LogChunk {
  std::vector<std::byte> bytes;  // empty: `next` is the end
  Offset next = no_offset;       // where to go on reading
};

class CoordinatorLog {
 public:
  virtual ~CoordinatorLog() = default;

  // The offset after the last record of the batch. Kafka's codes: NOT_LEADER_OR_FOLLOWER,
  // NOT_ENOUGH_REPLICAS, KAFKA_STORAGE_ERROR, MESSAGE_TOO_LARGE, ...
  virtual Task<std::expected<Offset, wire::ErrorCode>> append(
      std::span<const CoordinatorRecord> records) = 0;
  virtual Task<std::expected<Offset, wire::ErrorCode>> wait_committed(Offset end_offset) = 0;

  // For loading. log_end_offset() is asked once, when loading starts; then read() from
  // log_start_offset() up to it. read() does its blocking work off the shard.
  virtual Offset log_start_offset() const = 0;
  virtual Offset log_end_offset() const = 0;
  virtual Task<Result<LogChunk>> read(Offset from) = 0;

  // The largest batch that append() takes (the topic's max.message.bytes).
  virtual std::size_t batch_bytes_max() const = 0;
};

}  // namespace weir::coordinator
