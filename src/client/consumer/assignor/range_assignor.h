#pragma once
// The range assignor: see assignor.h.

#include "client/consumer/assignor/assignor.h"

namespace weir::client {

GroupAssignment assign_ranges(const GroupTopics& topics, std::span<const GroupMember> members);

}  // namespace weir::client
