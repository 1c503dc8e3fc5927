#pragma once
// BatchScanner: walks the batches of a segment's file by their headers, through one window of
// memory. It checks what a header can show (length, magic, offsets); the CRC only when asked for.
// Allocation is bounded by the window and, in whole(), by what the file holds of the batch.

#include <cstdint>
#include <optional>
#include <vector>

#include "base/env/disk.h"
#include "base/result.h"
#include "wire/record/batch.h"

namespace weir::log {

struct ScannedBatch {
  std::uint64_t position = 0;
  std::uint64_t size = 0;
  wire::BatchView header;  // its first 61 bytes only; until the next call of the scanner
  std::uint64_t end() const { return position + size; }
};

class BatchScanner {
 public:
  static constexpr std::size_t small_window = 4096;
  static constexpr std::size_t large_window = 1 << 20;

  // [from, end) of the file; `from` is the start of a batch.
  BatchScanner(const env::File& file, std::uint64_t from, std::uint64_t end,
               std::size_t window = small_window)
      : file_(file), position_(from), end_(end), window_(window) {}

  // Nothing at the end. Errors: corrupt with the position (cut off by the end, a length, magic or
  // offset that cannot be), io. After an error position() is where the bad batch starts.
  Result<std::optional<ScannedBatch>> next();
  // Leaves out what is before `position`, where a batch begins. After an error, too.
  void go_on_at(std::uint64_t position) { position_ = position; }
  // All bytes of the batch that next() returned last; until the next call. Error: corrupt when the
  // file ends.
  Result<wire::BatchView> whole(const ScannedBatch& batch);

  // The error was that the end cuts the batch off, as far as its header tells.
  bool is_torn() const { return is_torn_; }
  std::uint64_t position() const { return position_; }  // behind the batch returned last
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  Result<const std::byte*> fill(std::uint64_t position, std::size_t needed);

  const env::File& file_;
  std::uint64_t position_;
  std::uint64_t end_;
  std::size_t window_;
  std::vector<std::byte> buffer_;
  std::uint64_t buffer_at_ = 0;
  std::size_t buffer_size_ = 0;
  std::uint64_t bytes_read_ = 0;
  bool is_torn_ = false;
};

}  // namespace weir::log
