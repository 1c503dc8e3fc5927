// LeaveGroup: members go at once, several in one request from version 3 on; an operator may remove
// static members by their instance id alone.

#include "coordinator/group/answers.h"
#include "coordinator/group/group_shard.h"

namespace weir::coordinator {
namespace {

using wire::ErrorCode;

constexpr std::int16_t first_version_with_members = 3;

}  // namespace

ErrorCode GroupShard::leave_one(ClassicGroup& group, std::string_view member_id,
                                const std::optional<std::string_view>& instance, Output& out) {
  if (member_id.empty()) {
    const std::string* current = instance ? group.static_member_id(*instance) : nullptr;
    if (current == nullptr) return ErrorCode::unknown_member_id;
    remove_member(group, std::string(*current), out);
    return ErrorCode::none;
  }
  if (!group.pending_joins.contains(member_id)) {
    const ErrorCode error = group.validate(member_id, instance);
    if (error != ErrorCode::none) return error;
  }
  remove_member(group, member_id, out);
  return ErrorCode::none;
}

void GroupShard::leave(const Call& call, const wire::LeaveGroupRequest& request, wire::Arena& arena,
                       wire::LeaveGroupResponse& response, Output& out) {
  if (request.group_id.empty()) {
    response.error_code = code_of(ErrorCode::invalid_group_id);
    return;
  }
  ClassicGroup* group = store_.find_classic(request.group_id);
  const auto leave_it = [&](wire::Str member_id, wire::Str instance) {
    return group == nullptr ? ErrorCode::unknown_member_id
                            : leave_one(*group, member_id, optional_view(instance), out);
  };
  bool has_anybody_left = false;
  if (call.from.api_version < first_version_with_members) {
    const ErrorCode error = leave_it(request.member_id, wire::Str::null());
    response.error_code = code_of(error);
    has_anybody_left = error == ErrorCode::none;
  } else {
    response.members =
        arena.array<wire::LeaveGroupResponse::MemberResponse>(request.members.size());
    for (std::size_t i = 0; i < request.members.size(); ++i) {
      const auto& from = request.members[i];
      const ErrorCode error = leave_it(from.member_id, from.group_instance_id);
      auto& to = response.members[i];
      to.member_id = from.member_id;
      to.group_instance_id = from.group_instance_id;
      to.error_code = code_of(error);
      if (error == ErrorCode::none) has_anybody_left = true;
    }
  }
  if (has_anybody_left) rebalance_after_leaving(*group, call.now, out);
}

void GroupShard::rebalance_after_leaving(ClassicGroup& group, Now now, Output& out) {
  switch (group.state()) {
    case GroupState::stable:
    case GroupState::completing_rebalance:
      prepare_rebalance(group, now, out);
      break;
    case GroupState::preparing_rebalance:
      complete_join_if_all_here(group, now, out);
      break;
    case GroupState::empty:
      break;
  }
}

}  // namespace weir::coordinator
