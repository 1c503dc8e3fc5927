#pragma once
// What a voter must never forget: the epoch it has seen, whom it voted for in it, and who leads it.
// The file "quorum-state" holds it as one line of JSON (FileQuorumStateStore.java): version 0 with
// kraft.version 0, version 1 (KIP-853, with directory ids) else. It is durable before the epoch is
// used or a vote is answered.

#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/uuid.h"

namespace weir::replication {

struct ElectionState {
  LeaderEpoch epoch = 0;
  BrokerId leader_id = no_broker;  // -1: unknown
  BrokerId voted_id = no_broker;   // -1: no vote given
  Uuid voted_directory_id;
  std::vector<BrokerId> static_voters;  // version 0 only
  bool operator==(const ElectionState&) const = default;
};

// Errors: corrupt (not the JSON it should be), unsupported (a newer data_version).
Result<ElectionState> parse_election_state(std::string_view text);
std::string format_election_state(const ElectionState& state, std::int16_t kraft_version);

}  // namespace weir::replication
