#pragma once
// OffsetIndex: where in a segment to begin looking for an offset. 8-byte entries, big-endian:
//
//   0 relative_offset i32 (last offset of a batch - base offset) | 4 position i32 (of that batch)
//
// Offsets and positions ascend strictly. Kafka maps and preallocates the file and trims it when the
// segment is closed; ours grows, which its checks accept (OffsetIndex.java,
// docs/formats/indexes.md).

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "log/format/entry_file.h"

namespace weir::log {

struct OffsetPosition {
  Offset offset = no_offset;
  std::uint32_t position = 0;
  bool operator==(const OffsetPosition&) const = default;
};

class OffsetIndex {
 public:
  static constexpr std::size_t entry_size = 8;
  explicit OffsetIndex(Offset base_offset) : base_offset_(base_offset) {}

  EntryFile& file() { return file_; }
  const EntryFile& file() const { return file_; }
  std::size_t count() const { return file_.count(); }
  Result<> append(OffsetPosition entry);  // above the last one; the caller has seen to it
  // The last entry at or below `target`, {base offset, 0} when there is none.
  Result<OffsetPosition> lookup(Offset target) const;
  // The first entry above `target`.
  Result<std::optional<OffsetPosition>> above(Offset target) const;
  // ... that leads behind `position`.
  Result<std::optional<OffsetPosition>> behind(std::uint64_t position) const;
  Result<OffsetPosition> last() const;
  Result<> truncate_to(Offset offset);  // drops entries at or above it
  // The longest prefix whose entries ascend, and lie within a log of `log_size` bytes; the rest is
  // cut. Returns whether something was cut.
  Result<bool> keep_valid_prefix(std::uint64_t log_size);

 private:
  Result<OffsetPosition> entry(std::size_t slot) const;
  Result<std::optional<OffsetPosition>> entry_or_none(std::size_t slot) const;

  EntryFile file_{entry_size};
  Offset base_offset_;
};

}  // namespace weir::log
