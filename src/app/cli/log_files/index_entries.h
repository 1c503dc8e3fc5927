#pragma once
// The entries of an index file as they stand there, right or wrong (docs/formats/indexes.md).

#include <cstddef>

#include "app/cli/log_files/log_file.h"
#include "base/bytes.h"
#include "log/format/offset_index.h"
#include "log/format/time_index.h"
#include "log/format/transaction_index.h"

namespace weir::app {

class IndexEntries {
 public:
  // `bytes` outlives it. Zeroes behind the first entry of an offset or time index are preallocated
  // and no entries.
  IndexEntries(FileKind kind, Bytes bytes);

  std::size_t count() const { return count_; }
  std::size_t position(std::size_t slot) const { return slot * entry_size_; }
  Bytes at(std::size_t slot) const { return bytes_.subspan(slot * entry_size_, entry_size_); }
  std::size_t zero_bytes() const { return zero_bytes_; }
  std::size_t ragged_bytes() const { return ragged_bytes_; }  // behind the last whole entry

 private:
  Bytes bytes_;
  std::size_t entry_size_;
  std::size_t count_;
  std::size_t zero_bytes_ = 0;
  std::size_t ragged_bytes_ = 0;
};

log::OffsetPosition read_offset_entry(Bytes entry, Offset base_offset);
log::TimestampOffset read_time_entry(Bytes entry, Offset base_offset);
log::AbortedTransactionEntry read_transaction_entry(Bytes entry);

}  // namespace weir::app
