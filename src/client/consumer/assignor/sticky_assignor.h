#pragma once
// The sticky assignors: see assignor.h. When all members subscribe to the same topics the
// assignment is constructed (constrained_assignment.h), else it is improved move by move
// (general_assignment.h).

#include "client/consumer/assignor/assignor.h"

namespace weir::client {

GroupAssignment assign_sticky(const GroupTopics& topics, std::span<const GroupMember> members);
GroupAssignment assign_cooperative_sticky(const GroupTopics& topics,
                                          std::span<const GroupMember> members);

}  // namespace weir::client
