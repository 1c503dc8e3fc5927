// Foreign members' bytes: what they ask for and claim. Every assignment of them gives each
// partition at most once, and to a member that wants it.

#include <cstdint>
#include <map>

#include "base/check.h"
#include "client/consumer/assignor/assignor.h"
#include "client/consumer/assignor/member_order.h"

using namespace weir;
using namespace weir::client;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes rest{reinterpret_cast<const std::byte*>(data), size};
  std::vector<GroupMember> members;
  while (rest.size() > 1 && members.size() < 8) {
    const std::size_t length =
        std::min<std::size_t>(std::to_integer<std::size_t>(rest[0]), rest.size() - 1);
    const Bytes piece = rest.subspan(1, length);
    rest = rest.subspan(1 + length);
    (void)decode_assignment(piece);
    auto subscription = decode_subscription(piece);
    if (!subscription) continue;
    members.push_back({.id = "m" + std::to_string(members.size()),
                       .instance_id = {},
                       .subscription = std::move(*subscription)});
  }
  const GroupTopics topics = {
      {"a", ReplicaRacks(3, {"r"})}, {"b", {{"r"}, {"s"}}}, {"c", ReplicaRacks(5)}};
  for (const Assignor assignor :
       {Assignor::range, Assignor::round_robin, Assignor::sticky, Assignor::cooperative_sticky}) {
    std::map<TopicPartition, std::size_t> owner;
    const auto assigned = assign(assignor, topics, members);
    for (std::size_t m = 0; m < assigned.size(); ++m) {
      for (const auto& partition : assigned[m]) {
        CHECK(owner.emplace(partition, m).second);
        CHECK(wants_topic(members[m], partition.topic));
      }
    }
  }
  return 0;
}
