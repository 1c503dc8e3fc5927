#pragma once
// Builds one record batch: MemoryRecordsBuilder.java. For the metadata log, the coordinators' logs,
// clients, re-encoding and tests.
//
//   BatchBuilder builder({.base_offset = 7, .producer_id = pid, ...});
//   builder.add({.timestamp = now, .key = key, .value = value});
//   std::vector<std::byte> batch = builder.build();              // uncompressed
//   TRY(builder.build_to(context, {.codec = Codec::lz4}, out));  // or compressed
//
// The base timestamp is that of the first record, or the delete horizon (KIP-534). The maximum
// timestamp is that of the records, or log_append_time. A builder is used again after clear(),
// which keeps its memory. Budget: about 20 ns a record plus the copy.

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "wire/compression/compression.h"
#include "wire/record/batch.h"
#include "wire/record/record.h"

namespace weir::wire {

struct BatchOptions {
  Offset base_offset = 0;
  LeaderEpoch leader_epoch = no_epoch;
  ProducerId producer_id = no_producer_id;
  ProducerEpoch producer_epoch = no_producer_epoch;
  Sequence base_sequence = no_sequence;
  bool transactional = false;
  bool control = false;
  std::optional<TimestampMs> log_append_time;  // LogAppendTime: the maximum timestamp is this
  std::optional<TimestampMs> delete_horizon;
};

struct NewRecord {
  TimestampMs timestamp = no_timestamp;
  Blob key = Blob::null();
  Blob value = Blob::null();
  std::span<const RecordHeader> headers = {};
};

// How many bytes a record takes in a batch.
std::size_t record_size(std::int64_t timestamp_delta, std::int32_t offset_delta, const NewRecord&);

class BatchBuilder {
 public:
  explicit BatchBuilder(BatchOptions options);
  void clear(BatchOptions options);
  // ... in `memory`, whose bytes are lost, instead of the builder's own.
  void clear(BatchOptions options, std::vector<std::byte> memory);

  // At the offset after the last one.
  void add(const NewRecord& record);
  // At `offset`, which CHECK asks to be above the last one and within 2^31-1 of the base offset.
  void add_at(Offset offset, const NewRecord& record);
  // A record that was read from another batch, headers as they are.
  void add_at(Offset offset, const Record& record);
  // The batch ends at `offset` though its last record lies below (compaction keeps a batch's last
  // offset).
  void set_last_offset(Offset offset);

  void reserve(std::size_t records_bytes) { data_.reserve(data_.size() + records_bytes); }

  bool empty() const { return count_ == 0; }
  std::int32_t count() const { return count_; }
  Offset next_offset() const { return options_.base_offset + last_offset_delta_ + 1; }
  TimestampMs max_timestamp() const { return max_timestamp_; }
  std::size_t size() const { return data_.size(); }  // header counted, before compression
  // What size() would become; a batch that must not pass a bound asks this first.
  std::size_t size_with(const NewRecord& record) const;
  const BatchOptions& options() const { return options_; }

  // The batch, uncompressed; CHECKs that there is a record. The builder is as new after clear()
  // only.
  std::vector<std::byte> build();
  // The same without a copy: the builder gives its memory away.
  std::vector<std::byte> take();
  // Appends the batch to `out`, its records compressed as `how` says. Errors: those of compress().
  Result<> build_to(CompressionContext& context, const Compression& how,
                    std::vector<std::byte>& out);

 private:
  template <class WriteHeaders>
  void write(Offset offset, TimestampMs timestamp, Blob key, Blob value, std::size_t headers_size,
             WriteHeaders&& write_headers);
  void write_header(MutableBytes batch, Codec codec) const;

  BatchOptions options_;
  std::vector<std::byte> data_;  // room for the header, then the records
  std::int32_t count_ = 0;
  std::int32_t last_offset_delta_ = -1;
  TimestampMs base_timestamp_ = no_timestamp;
  TimestampMs max_timestamp_ = no_timestamp;
};

// A batch without records, which compaction leaves in place of one whose last sequence is still
// needed.
struct EmptyBatch {
  BatchOptions options;
  Offset last_offset = no_offset;
  TimestampMs max_timestamp = no_timestamp;
};
std::vector<std::byte> build_empty_batch(const EmptyBatch& batch);

}  // namespace weir::wire
