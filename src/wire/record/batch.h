#pragma once
// Record batches, format v2 (magic 2), as Kafka stores and sends them: DefaultRecordBatch.java.
//
//   0 base_offset i64 | 8 batch_length i32 (of what follows byte 12) | 12 partition_leader_epoch
//   i32
//  16 magic i8 = 2 | 17 crc u32 (CRC-32C of all from byte 21) | 21 attributes i16
//  23 last_offset_delta i32 | 27 base_timestamp i64 | 35 max_timestamp i64 | 43 producer_id i64
//  51 producer_epoch i16 | 53 base_sequence i32 | 57 records_count i32 | 61 records
//
// base_offset and partition_leader_epoch lie before the CRC's range: the leader stamps them in
// place.

#include <cstdint>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "wire/compression/compression_codec.h"

namespace weir::wire {

inline constexpr std::size_t batch_header_size = 61;
inline constexpr std::size_t batch_overhead = 12;  // base_offset and batch_length
inline constexpr std::int8_t batch_magic = 2;

enum BatchAttribute : std::int16_t {
  attribute_codec_mask = 0x07,
  attribute_log_append_time = 0x08,
  attribute_transactional = 0x10,
  attribute_control = 0x20,
  attribute_delete_horizon = 0x40,  // KIP-534: base_timestamp is the delete horizon
};

// An offset or timestamp delta that came from outside may overflow: the sum wraps, as in Kafka.
inline std::int64_t add_delta(std::int64_t base, std::int64_t delta) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(base) +
                                   static_cast<std::uint64_t>(delta));
}

// One batch in memory. The bytes are exactly one batch; the view was made by read_batch.
class BatchView {
 public:
  explicit BatchView(Bytes whole) : data_(whole) {}
  Bytes bytes() const { return data_; }
  std::size_t size() const { return data_.size(); }
  Bytes records() const { return data_.subspan(batch_header_size); }  // as stored, maybe compressed

  Offset base_offset() const { return load_be<std::int64_t>(data_.data()); }
  LeaderEpoch leader_epoch() const { return load_be<std::int32_t>(data_.data() + 12); }
  std::int8_t magic() const { return load_be<std::int8_t>(data_.data() + 16); }
  std::uint32_t crc() const { return load_be<std::uint32_t>(data_.data() + 17); }
  std::int16_t attributes() const { return load_be<std::int16_t>(data_.data() + 21); }
  std::int32_t last_offset_delta() const { return load_be<std::int32_t>(data_.data() + 23); }
  TimestampMs base_timestamp() const { return load_be<std::int64_t>(data_.data() + 27); }
  TimestampMs max_timestamp() const { return load_be<std::int64_t>(data_.data() + 35); }
  ProducerId producer_id() const { return load_be<std::int64_t>(data_.data() + 43); }
  ProducerEpoch producer_epoch() const { return load_be<std::int16_t>(data_.data() + 51); }
  Sequence base_sequence() const { return load_be<std::int32_t>(data_.data() + 53); }
  std::int32_t records_count() const { return load_be<std::int32_t>(data_.data() + 57); }

  Codec codec() const { return static_cast<Codec>(attributes() & attribute_codec_mask); }
  bool is_log_append_time() const { return (attributes() & attribute_log_append_time) != 0; }
  bool is_transactional() const { return (attributes() & attribute_transactional) != 0; }
  bool is_control() const { return (attributes() & attribute_control) != 0; }
  bool has_delete_horizon() const { return (attributes() & attribute_delete_horizon) != 0; }
  bool has_producer_id() const { return producer_id() >= 0; }
  Offset last_offset() const { return add_delta(base_offset(), last_offset_delta()); }
  Offset next_offset() const { return add_delta(last_offset(), 1); }
  Sequence last_sequence() const;  // wraps; -1 when there is no base sequence
  bool crc_is_good() const;

 private:
  Bytes data_;
};

// The size of the batch that starts at the front of `bytes`, from its first 12 bytes. Errors:
// corrupt when fewer are there, or the length is below the smallest possible batch. Does not ask
// that all of it is here.
Result<std::size_t> batch_size_at(Bytes front);

// The first batch of `bytes`. Errors: corrupt (truncated, bad length, magic other than 2).
// The CRC is not checked.
Result<BatchView> read_batch(Bytes bytes);

// The sequence number `increment` after `sequence`, which wraps from 2^31-1 to 0.
Sequence sequence_after(Sequence sequence, std::int32_t increment);

// Stamps in place; neither touches the CRC's range.
void set_base_offset(MutableBytes batch, Offset base_offset);
void set_leader_epoch(MutableBytes batch, LeaderEpoch epoch);

// These change bytes under the CRC and recompute it.
void set_log_append_time(MutableBytes batch,
                         TimestampMs now);  // max_timestamp = now, attribute set
void set_max_timestamp(MutableBytes batch,
                       TimestampMs max_timestamp);  // attribute cleared (CreateTime)

// Who a batch is from, for idempotent producers (KIP-98); none of it: no_producer_id and so on.
struct BatchIdentity {
  ProducerId producer_id = no_producer_id;
  ProducerEpoch producer_epoch = no_producer_epoch;
  Sequence base_sequence = no_sequence;
  bool operator==(const BatchIdentity&) const = default;
};
void set_identity(MutableBytes batch, const BatchIdentity& identity);

// CRC-32C (Castagnoli) by ISA-L, 37 to 62 GB/s from 256 bytes up. `seed` is the CRC of what came
// before.
std::uint32_t crc32c(Bytes bytes, std::uint32_t seed = 0);

}  // namespace weir::wire
