#pragma once
// ReadCheck: a look at batches before they are given to a reader, when this process did not write
// them and nobody has looked at them since the log was opened: their checksums, and that their
// offsets go up. So a reader is never given what a disk has damaged, and what is read again costs
// nothing. Budget: one copy and one CRC-32C of the bytes, once, on the helper thread.
//
// carry_out() blocks (offload); then conclude() on the shard, then the read is made again: its plan
// is cut at what was found damaged.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/env/network.h"
#include "base/ids.h"
#include "base/result.h"
#include "log/checked_ranges.h"

namespace weir::log {

class ReadCheck {
 public:
  // Of at most so many bytes at once, or one batch.
  static constexpr std::uint64_t bytes_max = 4 << 20;

  // What is known of the first batch: that its own header says an offset, of `first` or above,
  // which may be wrong; or that the log has nothing at `first` and above before it.
  enum class First : std::uint8_t { by_its_header, by_what_is_before };

  // `range` begins with a batch; no batch of the file, which has `file_size` bytes, reaches the
  // offset `limit`.
  ReadCheck(env::FileRange range, std::uint64_t file_size, Offset first, Offset limit,
            const std::shared_ptr<CheckedRanges>& known, First how = First::by_its_header)
      : range_(std::move(range)),
        file_size_(file_size),
        first_(first),
        limit_(limit),
        known_(known),
        how_(how) {}

  // Error: io. Damage is none: conclude() notes it.
  Result<> carry_out();
  // Nothing, when the file was cut or replaced meanwhile.
  void conclude() const;

  struct Damage {
    std::uint64_t position = 0;  // of the damaged batch
    Offset offset = no_offset;   // its own, or one before it
    std::string what;
  };
  std::optional<Damage> damage() const;  // that carry_out() found

 private:
  env::FileRange range_;
  std::uint64_t file_size_;
  Offset first_, limit_;
  std::weak_ptr<CheckedRanges> known_;
  First how_;

  std::uint64_t whole_until_ = 0;
  Offset offset_there_ = no_offset;
  std::string damage_;  // of the batch there; empty: none
};

}  // namespace weir::log
