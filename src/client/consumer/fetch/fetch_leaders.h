#pragma once
// Who leads instead, where the answer of a Fetch says so (KIP-951).

#include <map>
#include <string>

#include "base/uuid.h"
#include "client/cluster/leader_hints.h"

namespace weir::wire {
struct FetchResponse;
}

namespace weir::client {

// `names`: of the topics that were asked for; later versions name them by id alone.
LeaderHints leader_hints(const wire::FetchResponse& answer,
                         const std::map<Uuid, std::string>& names);

}  // namespace weir::client
