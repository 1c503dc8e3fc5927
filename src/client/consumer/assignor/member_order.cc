#include "client/consumer/assignor/member_order.h"

#include <algorithm>
#include <numeric>

#include "client/consumer/assignor/java_order.h"

namespace weir::client {

std::vector<std::size_t> member_order(std::span<const GroupMember> members) {
  std::vector<std::size_t> order(members.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    const auto& first = members[a];
    const auto& second = members[b];
    if (first.instance_id && second.instance_id) {
      return java_less(*first.instance_id, *second.instance_id);
    }
    if (first.instance_id || second.instance_id) return first.instance_id.has_value();
    return java_less(first.id, second.id);
  });
  return order;
}

bool wants_topic(const GroupMember& member, std::string_view topic) {
  const auto& topics = member.subscription.topics;
  return std::ranges::find(topics, topic) != topics.end();
}

}  // namespace weir::client
