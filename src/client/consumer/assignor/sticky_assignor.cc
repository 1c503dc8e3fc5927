#include "client/consumer/assignor/sticky_assignor.h"

#include <algorithm>
#include <set>

#include "client/consumer/assignor/constrained_assignment.h"
#include "client/consumer/assignor/general_assignment.h"
#include "client/consumer/assignor/sticky_group.h"

namespace weir::client {

namespace {

using Assigned = std::vector<std::vector<PartitionNumber>>;

Assigned general(const StickyGroup& group) {
  GeneralAssignment assignment(group);
  assignment.run();
  return assignment.assigned();
}

// Takes from `assigned` what its new owner did not say it owns and an old one still does.
void hold_back_owned(const StickyGroup& group, std::span<const GroupMember> members,
                     Assigned& assigned) {
  std::vector<bool> is_revoked(group.partition_count(), false);
  std::vector<std::set<PartitionNumber>> owned(assigned.size());
  for (MemberNumber m = 0; m < assigned.size(); ++m) {
    for (const auto& partition : members[group.members[m].place].subscription.owned) {
      if (const auto p = group.number_of(partition)) owned[m].insert(*p);
    }
    for (const PartitionNumber p : owned[m]) {
      is_revoked[p] = is_revoked[p] || std::ranges::find(assigned[m], p) == assigned[m].end();
    }
  }
  for (MemberNumber m = 0; m < assigned.size(); ++m) {
    std::erase_if(assigned[m],
                  [&](PartitionNumber p) { return is_revoked[p] && !owned[m].contains(p); });
  }
}

}  // namespace

GroupAssignment assign_sticky(const GroupTopics& topics, std::span<const GroupMember> members) {
  if (members.empty()) return {};
  const StickyGroup group(topics, members, previous_of_sticky);
  if (!group.all_subscribe_alike) return group.named(general(group));
  ConstrainedAssignment assignment(group);
  assignment.run();
  return group.named(assignment.assigned());
}

GroupAssignment assign_cooperative_sticky(const GroupTopics& topics,
                                          std::span<const GroupMember> members) {
  if (members.empty()) return {};
  const StickyGroup group(topics, members, previous_of_cooperative);
  if (!group.all_subscribe_alike) {
    Assigned assigned = general(group);
    hold_back_owned(group, members, assigned);
    return group.named(assigned);
  }
  ConstrainedAssignment assignment(group);
  assignment.run();
  Assigned assigned = assignment.assigned();
  for (auto& partitions : assigned) {
    std::erase_if(partitions, [&](PartitionNumber p) { return assignment.changes_hands()[p]; });
  }
  return group.named(assigned);
}

}  // namespace weir::client
