// What a member says to its coordinator.

#include <algorithm>

#include "client/consumer/group/membership.h"
#include "wire/message/heartbeat_request.h"
#include "wire/message/join_group_request.h"
#include "wire/message/leave_group_request.h"
#include "wire/message/sync_group_request.h"

namespace weir::client {

namespace {

constexpr std::size_t reason_size_max = 255;  // brokers refuse longer ones (KIP-800)

wire::Str instance_of(const std::optional<std::string>& id) {
  return id ? wire::Str(*id) : wire::Str::null();
}

}  // namespace

wire::JoinGroupRequest Membership::join_request(wire::Arena& arena) const {
  wire::JoinGroupRequest request;
  request.group_id = options_.group_id;
  request.session_timeout_ms = static_cast<std::int32_t>(options_.session_timeout.count());
  request.rebalance_timeout_ms = static_cast<std::int32_t>(options_.poll_interval_max.count());
  request.member_id = identity_.member_id;
  request.group_instance_id = instance_of(options_.instance_id);
  request.protocol_type = "consumer";
  request.protocols =
      arena.array<wire::JoinGroupRequest::JoinGroupRequestProtocol>(options_.assignors.size());
  for (std::size_t i = 0; i < options_.assignors.size(); ++i) {
    const Assignor assignor = options_.assignors[i];
    const Subscription subscription{
        .topics = topics_,
        .user_data = user_data_of(assignor, last_assignment_, last_generation_),
        .owned = owned_,
        .generation = identity_.generation,
        .rack = options_.rack};
    request.protocols[i].name = name_of(assignor);
    request.protocols[i].metadata = arena.copy(Bytes(encode_subscription(subscription)));
  }
  request.reason = std::string_view(reason_).substr(0, reason_size_max);
  return request;
}

std::set<std::string> Membership::group_topics() const {
  std::set<std::string> topics;
  for (const GroupMember& member : members_) {
    topics.insert(member.subscription.topics.begin(), member.subscription.topics.end());
  }
  return topics;
}

wire::SyncGroupRequest Membership::sync_request(const GroupTopics& topics,
                                                wire::Arena& arena) const {
  wire::SyncGroupRequest request;
  request.group_id = options_.group_id;
  request.generation_id = identity_.generation;
  request.member_id = identity_.member_id;
  request.group_instance_id = instance_of(options_.instance_id);
  request.protocol_type = "consumer";
  request.protocol_name = name_of(assignor_);
  if (!is_leader_ || skips_assignment_) return request;
  const GroupAssignment assigned = assign(assignor_, topics, members_);
  request.assignments =
      arena.array<wire::SyncGroupRequest::SyncGroupRequestAssignment>(members_.size());
  for (std::size_t m = 0; m < members_.size(); ++m) {
    request.assignments[m].member_id = members_[m].id;
    request.assignments[m].assignment = arena.copy(
        Bytes(encode_assignment({.partitions = assigned[m], .user_data = std::nullopt})));
  }
  return request;
}

wire::HeartbeatRequest Membership::heartbeat_request() const {
  wire::HeartbeatRequest request;
  request.group_id = options_.group_id;
  request.generation_id = identity_.generation;
  request.member_id = identity_.member_id;
  request.group_instance_id = instance_of(options_.instance_id);
  return request;
}

wire::LeaveGroupRequest Membership::leave_request(wire::Arena& arena) const {
  wire::LeaveGroupRequest request;
  request.group_id = options_.group_id;
  request.members = arena.array<wire::LeaveGroupRequest::MemberIdentity>(1);
  request.members[0].member_id = leaves_as_.member_id;
  request.members[0].group_instance_id = instance_of(leaves_as_.instance_id);
  request.members[0].reason = std::string_view(*leaving_).substr(0, reason_size_max);
  return request;
}

}  // namespace weir::client
