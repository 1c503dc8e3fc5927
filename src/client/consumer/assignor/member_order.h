#pragma once
// Who wants a topic, and the order of members by which range and round robin go: static members by
// group.instance.id (KIP-345: it stays when a member id does not), then the others by member id.

#include <cstddef>
#include <span>
#include <vector>

#include "client/consumer/assignor/assignor.h"

namespace weir::client {

// Indexes into `members`.
std::vector<std::size_t> member_order(std::span<const GroupMember> members);

bool wants_topic(const GroupMember& member, std::string_view topic);

}  // namespace weir::client
