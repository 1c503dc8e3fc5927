#pragma once
// Offsets of partitions and of groups. Plain values: each thread may use its own copies.

#include <cstdint>
#include <optional>
#include <string>

#include "weir/time.h"

namespace weir {

// Which offset of a partition is asked for.
class OffsetSpec {
 public:
  static constexpr OffsetSpec earliest() { return OffsetSpec(-2); }
  static constexpr OffsetSpec latest() { return OffsetSpec(-1); }  // after the last record
  static constexpr OffsetSpec max_timestamp() { return OffsetSpec(-3); }
  // Of the first record at or after this time.
  static OffsetSpec at(Timestamp time) { return OffsetSpec(time.time_since_epoch().count()); }
  constexpr std::int64_t kafka_timestamp() const { return timestamp_; }

 private:
  constexpr explicit OffsetSpec(std::int64_t timestamp) : timestamp_(timestamp) {}
  std::int64_t timestamp_;
};

struct ListedOffset {
  std::int64_t offset = -1;              // -1: no such record
  std::optional<Timestamp> timestamp{};  // of the record; absent for earliest and latest
  std::int32_t leader_epoch = -1;
};

struct CommittedOffset {
  std::int64_t offset = -1;  // of the next record to process; -1: none is committed
  std::int32_t leader_epoch = -1;
  std::string metadata{};
};

// delete_records: everything that is replicated.
inline constexpr std::int64_t high_watermark_offset = -1;

}  // namespace weir
