#pragma once
// The round robin assignor: see assignor.h.

#include "client/consumer/assignor/assignor.h"

namespace weir::client {

GroupAssignment assign_round_robin(const GroupTopics& topics, std::span<const GroupMember> members);

}  // namespace weir::client
