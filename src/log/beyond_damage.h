#pragma once
// Where a log goes on behind a batch whose header is damaged, so that it leads nowhere: searched
// where no index entry leads to the batches behind (they are behind the last one, or between two).
//
// It goes on at the first byte at which a whole batch stands (its checksum is good, its offsets can
// be there) from which headers lead to the end. So what somebody wrote into the value of a record,
// a batch itself, is not taken for one. Of two damaged batches nothing behind the first is found.
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
  std::uint64_t from = 0;  // a batch begins there, or should
  Offset first = 0;        // its offset, or one before it
  std::uint64_t end = 0;   // of the batches
  Offset limit = 0;        // no batch reaches it
  // Headers that lead so far need not lead to the end; no later does it go on.
  Offset enough = INT64_MAX;
};

struct FoundDamage {
  ReadCheck::Damage batch;
  std::optional<Resumption> resumption;
};

// The first damaged batch; nothing when there is none. Error: io.
Result<std::optional<FoundDamage>> find_damage(const std::shared_ptr<env::File>& file,
                                               const DamageSearch& search);

}  // namespace weir::log
