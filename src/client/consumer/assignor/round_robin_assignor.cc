#include "client/consumer/assignor/round_robin_assignor.h"

#include <algorithm>

#include "client/consumer/assignor/member_order.h"

namespace weir::client {

GroupAssignment assign_round_robin(const GroupTopics& topics,
                                   std::span<const GroupMember> members) {
  GroupAssignment out(members.size());
  const std::vector<std::size_t> order = member_order(members);
  const auto wants = [&](std::size_t member, const std::string& topic) {
    return wants_topic(members[member], topic);
  };
  std::size_t next = 0;
  for (const auto& [topic, partitions] : topics) {
    if (std::ranges::none_of(order, [&](std::size_t m) { return wants(m, topic); })) continue;
    for (std::size_t p = 0; p < partitions.size(); ++p) {
      while (!wants(order[next], topic)) next = (next + 1) % order.size();
      out[order[next]].push_back({topic, static_cast<PartitionIndex>(p)});
      next = (next + 1) % order.size();
    }
  }
  return out;
}

}  // namespace weir::client
