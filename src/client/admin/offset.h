#pragma once
// Offsets of partitions and of groups, as an administrator asks for and sets them.

#include <cstdint>
#include <string>

#include "base/ids.h"

namespace weir::client {

enum class IsolationLevel : std::int8_t { read_uncommitted = 0, read_committed = 1 };

// Which offset of a partition: of the first record at or after a time, or one of Kafka's special
// times.
struct OffsetSpec {
  TimestampMs timestamp = 0;
  static OffsetSpec at(TimestampMs time) { return {time}; }
  static constexpr OffsetSpec latest() { return {-1}; }
  static constexpr OffsetSpec earliest() { return {-2}; }
  static constexpr OffsetSpec max_timestamp() { return {-3}; }     // KIP-734
  static constexpr OffsetSpec earliest_local() { return {-4}; }    // KIP-405
  static constexpr OffsetSpec latest_tiered() { return {-5}; }     // KIP-1005
  static constexpr OffsetSpec earliest_pending() { return {-6}; }  // ... upload, KIP-1023
};

struct ListedOffset {
  Offset offset = no_offset;             // -1: no such record
  TimestampMs timestamp = no_timestamp;  // of the record; -1 for earliest and latest
  LeaderEpoch leader_epoch = no_epoch;
};

struct CommittedOffset {
  Offset offset = no_offset;  // -1: none is committed
  LeaderEpoch leader_epoch = no_epoch;
  std::string metadata;
};

// delete_records: everything below the high watermark.
inline constexpr Offset high_watermark_offset = -1;

// KIP-664: a producer that a partition remembers.
struct ActiveProducer {
  ProducerId id = no_producer_id;
  std::int32_t epoch = -1;
  Sequence last_sequence = no_sequence;
  TimestampMs last_timestamp = no_timestamp;
  std::int32_t coordinator_epoch = -1;   // -1: never part of a transaction
  Offset transaction_start = no_offset;  // -1: no open transaction
};

}  // namespace weir::client
