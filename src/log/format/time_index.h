#pragma once
// TimeIndex: the largest timestamp of a segment up to an offset. 12-byte entries, big-endian:
//
//   0 timestamp i64 (largest so far) | 8 relative_offset i32 (last offset of the batch that has it)
//
// Timestamps ascend strictly, offsets ascend. When a segment is closed its largest timestamp is the
// last entry (TimeIndex.java, docs/formats/indexes.md).

#include <cstdint>
#include <string>

#include "base/ids.h"
#include "log/format/entry_file.h"

namespace weir::log {

struct TimestampOffset {
  TimestampMs timestamp = no_timestamp;
  Offset offset = no_offset;
  bool operator==(const TimestampOffset&) const = default;
};

class TimeIndex {
 public:
  static constexpr std::size_t entry_size = 12;
  explicit TimeIndex(Offset base_offset) : base_offset_(base_offset) {}

  EntryFile& file() { return file_; }
  const EntryFile& file() const { return file_; }
  std::size_t count() const { return file_.count(); }
  Result<> maybe_append(TimestampOffset entry);  // only when its timestamp is above the last one's
  // The last entry whose timestamp is <= target, {-1, base offset} when there is none.
  Result<TimestampOffset> lookup(TimestampMs target) const;
  Result<TimestampOffset> last() const;
  Result<> truncate_to(Offset offset);  // drops entries at or above it
  // The longest prefix that ascends and has no offset above `last_offset`; returns whether
  // something was cut.
  Result<bool> keep_valid_prefix(Offset last_offset);

 private:
  Result<TimestampOffset> at(std::size_t slot) const;
  EntryFile file_{entry_size};
  Offset base_offset_;
};

}  // namespace weir::log
