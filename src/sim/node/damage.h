#pragma once
// Damage at rest: while a node is down, what was durable in one of its files becomes something else
// (F20, F21, F24: a bit flips, a sector holds another one's bytes; F22: an index is gone).
//
// What may be lost by it is what it hit, and that must be said: see Clients::check_around.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "sim/disk.h"
#include "sim/faults.h"
#include "sim/node/client_calls.h"
#include "wire/error_code.h"

namespace weir::sim {

struct Damage {
  TopicPartition at;
  std::string what;  // for whoever reads a violation
  // The records of the batches that were hit; first > last: none, the file is made from the log.
  Offset first = 0;
  Offset last = -1;
  // Nothing need say where the log goes on behind a damaged header: then all may be refused.
  bool hits_header = false;

  bool may_cost(Offset offset) const {
    return last >= first && (hits_header || (first <= offset && offset <= last));
  }
  // Of a damaged last batch nothing need tell how far it went: then the log may end in front of it.
  Offset least_end(Offset end) const { return hits_header && last + 1 == end ? first : end; }
};

// Damages a file of one of these partitions, which a stopped node keeps beneath `directory`. The
// disk must be well. Nothing: none of them has a byte. `may_have_gaps`: of their logs; then it hits
// what a checksum covers, as nothing else tells a batch from one of another place.
std::optional<Damage> damage_at_rest(Disk& disk, FaultCounts& faults, const std::string& directory,
                                     std::span<const TopicPartition> partitions, bool may_have_gaps,
                                     SeededRandom& chance);

inline constexpr auto storage_error =
    static_cast<std::int16_t>(wire::ErrorCode::kafka_storage_error);

// What a reader gets that goes on behind every offset it is refused.
struct AroundDamage {
  std::vector<FetchedRecord> records;
  std::vector<Offset> refused;  // KAFKA_STORAGE_ERROR
};
// The offsets below `end`, or as far as the log goes. Errors: the connection's, what is damaged and
// was served, an answer that is neither records nor a refusal.
Task<Result<AroundDamage>> read_around(RawClient& client, TopicPartition from, Offset end);

}  // namespace weir::sim
