#pragma once
// What a produced RECORDS field must be before it may be appended, and what is stored of it:
// ProduceRequest's check, UnifiedLog.analyzeAndValidateRecords and LogValidator of Apache
// Kafka 4.4, for records from clients.
//
// A batch is stored as it came, with these exceptions, which are Kafka's:
//   - the topic's compression.type names another codec, or the offset deltas are not 0, 1, 2...:
//   re-encoded;
//   - message.timestamp.type=LogAppendTime: the maximum timestamp becomes `now`, the attribute is
//   set;
//   - the maximum timestamp is not that of the records, or the batch claims LogAppendTime itself:
//     the header is corrected.
// Compressed batches are walked in one streaming pass that skips keys and values; only what is
// re-encoded is decompressed whole. Base offset and leader epoch are the log's to stamp.
//
// Where Weir differs, as Kafka's own outcome is an accident (test/record/run.sh compares thousands
// of cases):
//   - a compressed record whose fields do not fill its length, and bytes behind the end of a
//   compressed
//     stream, are refused: Kafka stores them, and no consumer can read the former;
//   - wrong offset deltas are put right by re-encoding: Kafka stores uncompressed ones as they are
//   and fails
//     on compressed ones with UNKNOWN_SERVER_ERROR;
//   - a negative timestamp does not hinder re-encoding: Kafka fails with UNKNOWN_SERVER_ERROR;
//   - an unknown codec is UNSUPPORTED_COMPRESSION_TYPE, damaged compressed bytes are
//   CORRUPT_MESSAGE: Kafka
//     says UNKNOWN_SERVER_ERROR to both;
//   - a batch that decompresses beyond a bound is MESSAGE_TOO_LARGE: Kafka bounds single records
//   only;
//   - at most record_errors_max errors are listed.
//
// Budget: CRC 1 us for 64 KiB, then about 10 ns for each record of an uncompressed batch; else the
// codec.

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "wire/compression/compression.h"
#include "wire/error_code.h"
#include "wire/record/batch.h"

namespace weir::wire {

struct RecordError {
  std::int32_t batch_index = 0;  // of the record in its batch
  std::string message;
};

inline constexpr std::size_t record_errors_max = 1000;

struct ValidationFailure {
  // corrupt_message, message_too_large, invalid_timestamp, unsupported_compression_type,
  // invalid_record
  ErrorCode code;
  std::string message;  // Kafka tells the client only when there are record errors
  std::vector<RecordError> record_errors;
};

// The settings of a topic that matter here, under Kafka's names.
struct ProduceRules {
  std::optional<Compression> compression;  // compression.type; nothing: "producer"
  bool log_append_time = false;            // message.timestamp.type
  std::int64_t timestamp_before_max_ms = INT64_MAX;
  std::int64_t timestamp_after_max_ms = 3'600'000;
  std::int32_t message_bytes_max = 1'048'588;  // max.message.bytes: a batch as stored
  std::int32_t decompressed_message_bytes_max =
      2147483639;  // max.decompressed.message.bytes: one record
  std::uint64_t decompressed_batch_bytes_max = 104'857'600;  // ours: all records of a batch
  bool compacted = false;                                    // cleanup.policy: records need a key
};

struct ValidatedBatch {
  MutableBytes bytes;  // one batch, ready to be stamped: in place, or in `storage`
  bool reencoded = false;
  Codec source_codec = Codec::none;
  std::uint64_t uncompressed_size = 0;  // of the records, without the header

  BatchView view() const { return BatchView(bytes); }
  std::int32_t count() const { return view().records_count(); }  // is last_offset_delta + 1
  TimestampMs max_timestamp() const { return view().max_timestamp(); }
};

// `records` is changed in place where the header is corrected. `storage` receives what is
// re-encoded and must live as long as the result. `api_version` is that of the produce request (3
// or higher).
std::expected<ValidatedBatch, ValidationFailure> validate_produced(
    MutableBytes records, const ProduceRules& rules, TimestampMs now, std::int16_t api_version,
    CompressionContext& context, std::vector<std::byte>& storage);

}  // namespace weir::wire
