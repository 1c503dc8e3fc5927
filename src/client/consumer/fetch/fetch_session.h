#pragma once
// FetchSession: the client's half of an incremental fetch session with one broker (KIP-227). The
// broker remembers which partitions are asked for and from where; a request names what is new, what
// changed and what is forgotten, an answer only the partitions that have something to say.
//
// After an error of the session the next request is a full one. A kernel.

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "base/uuid.h"
#include "client/topic_partition.h"
#include "wire/codec/arena.h"
#include "wire/error_code.h"

namespace weir::wire {
struct FetchRequest;
}

namespace weir::client {

struct FetchTarget {
  Uuid topic_id;
  Offset offset = 0;
  LeaderEpoch leader_epoch = no_epoch;   // as metadata has it
  LeaderEpoch fetched_epoch = no_epoch;  // of the record before `offset`
  std::int32_t bytes_max = 0;
  bool operator==(const FetchTarget&) const = default;
};
using FetchTargets = std::map<TopicPartition, FetchTarget>;

class FetchSession {
 public:
  // Fills in the session, the topics and what is forgotten; they lie in `arena`. Before the next
  // call answered() or failed() says what came of it.
  void fill(wire::FetchRequest& request, const FetchTargets& targets, wire::Arena& arena);
  // True: the answer's partitions count.
  bool answered(wire::ErrorCode code, std::int32_t session_id);
  void failed();

  bool is_full() const { return epoch_ == 0; }
  // Which partition an answer means by name, or by id where there is no name.
  const FetchTargets& asked() const { return targets_; }

 private:
  std::int32_t session_id_ = 0;
  std::int32_t epoch_ = 0;  // 0: a full request that opens a session
  FetchTargets targets_;    // as the broker knows them
};

}  // namespace weir::client
