#pragma once
// Where a log goes on behind a damaged batch that no index entry leads beyond: it is behind the
// last one, or between two.
//
// Behind a batch whose header says how long it is, the next one stands. Else it is searched, byte
// by byte: the first whole batch (its checksum is good, its offset can be there) decides, and
// headers have to lead from it to the end of what is searched. Where they do not, because of
// another damage or because it stands in the value of a record, nothing is found: nothing good is
// left out, and nothing is taken for a batch of the log that is none.
//
// Blocking. Budget: the bytes that are searched, a few times; bounded, whatever they are.

#include <cstdint>
#include <memory>
#include <optional>

#include "base/env/disk.h"
#include "base/ids.h"
#include "base/result.h"
#include "log/checked_ranges.h"
#include "log/read_check.h"

namespace weir::log {

struct DamageSearch {
  std::uint64_t from = 0;      // a batch begins there, or should
  Offset first = 0;            // its offset, or one before it
  std::uint64_t end = 0;       // of what is searched
  std::uint64_t file_end = 0;  // of all batches: those behind `end` tell what the last one may say
  Offset limit = 0;            // no batch reaches it
  Offset latest = INT64_MAX;   // no later does it go on
};

// The first damaged batch; nothing when there is none. Error: io.
Result<std::optional<ReadCheck::Damage>> first_damage(const std::shared_ptr<env::File>& file,
                                                      const DamageSearch& search);
// Where batches go on behind it. Error: io.
Result<std::optional<Resumption>> find_resumption(const env::File& file, const DamageSearch& search,
                                                  const ReadCheck::Damage& damage);

}  // namespace weir::log
