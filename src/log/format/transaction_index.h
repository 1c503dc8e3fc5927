#pragma once
// TransactionIndex: the transactions that were aborted by a marker in one segment. The file exists
// only when there are some. 34-byte entries, big-endian, last_offset ascending (AbortedTxn.json):
//
//   0 version i16 = 0 | 2 producer_id i64 | 10 first_offset i64 | 18 last_offset i64 (of the
//   marker)
//  26 last_stable_offset i64 (when the marker was written)

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "log/format/entry_file.h"

namespace weir::log {

struct AbortedTransactionEntry {
  ProducerId producer_id = no_producer_id;
  Offset first_offset = no_offset;
  Offset last_offset = no_offset;
  Offset last_stable_offset = no_offset;
  bool operator==(const AbortedTransactionEntry&) const = default;
};

class TransactionIndex {
 public:
  static constexpr std::size_t entry_size = 34;

  EntryFile& file() { return file_; }
  const EntryFile& file() const { return file_; }
  // Nothing happens when an entry at or above its last offset is there already (replay after a
  // crash).
  Result<> append(const AbortedTransactionEntry& entry);
  Result<std::vector<AbortedTransactionEntry>> all() const;
  // Errors: corrupt (version, offsets below base_offset or not ascending, a ragged end).
  Result<> check(Offset base_offset) const;
  Result<> truncate_to(Offset offset);  // drops entries whose last offset is at or above it

 private:
  EntryFile file_{entry_size};
};

}  // namespace weir::log
