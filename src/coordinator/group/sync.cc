// SyncGroup: the leader hands in the assignment of a generation, everybody gets a share.

#include <utility>

#include "base/check.h"
#include "coordinator/group/answers.h"
#include "coordinator/group/group_shard.h"

namespace weir::coordinator {
namespace {

using wire::ErrorCode;

bool contradicts(wire::Str said, const std::optional<std::string>& known) {
  return !said.is_null() && known && *known != said.view();
}

ErrorCode validate_sync(const ClassicGroup& group, const wire::SyncGroupRequest& request) {
  const ErrorCode error =
      group.validate(request.member_id, optional_view(request.group_instance_id));
  if (error != ErrorCode::none) return error;
  if (request.generation_id != group.generation()) return ErrorCode::illegal_generation;
  if (contradicts(request.protocol_type, group.protocol_type()) ||
      contradicts(request.protocol_name, group.protocol())) {
    return ErrorCode::inconsistent_group_protocol;
  }
  return ErrorCode::none;
}

}  // namespace

void GroupShard::sync(const Call& call, const wire::SyncGroupRequest& request, Output& out) {
  const auto refuse = [&](ErrorCode error) { out.syncs.push_back(sync_error(call.token, error)); };
  if (request.group_id.empty()) return refuse(ErrorCode::invalid_group_id);
  ClassicGroup* group = store_.find_classic(request.group_id);
  if (group == nullptr || group->is(GroupState::empty)) return refuse(ErrorCode::unknown_member_id);
  const ErrorCode error = validate_sync(*group, request);
  if (error != ErrorCode::none) return refuse(error);
  if (group->is(GroupState::preparing_rebalance)) return refuse(ErrorCode::rebalance_in_progress);

  group->pending_syncs.erase(request.member_id.str());
  if (group->pending_syncs.empty()) timers_.cancel(group->sync_timer);
  Member& member = *group->find(request.member_id);
  if (group->is(GroupState::stable)) {
    out.syncs.push_back(sync_assignment(*group, member, call.token));
    return;
  }
  if (member.sync_token != 0) {  // asked again: nobody waits for the first answer
    out.syncs.push_back(sync_error(member.sync_token, ErrorCode::rebalance_in_progress));
  }
  member.sync_token = call.token;
  if (group->is_leader(member.id)) store_assignment(request, *group, out);
}

void GroupShard::store_assignment(const wire::SyncGroupRequest& request, ClassicGroup& group,
                                  Output& out) {
  std::map<std::string, ByteBuffer, std::less<>> assignments;
  for (const auto& each : request.assignments) {
    if (group.find(each.member_id) == nullptr) continue;
    assignments.insert_or_assign(each.member_id.str(), to_buffer(each.assignment.view()));
  }
  emit(GroupStored{group.id(), group.stored(&assignments)}, out);
  continuations_.push_back(
      {out.write,
       AssignmentStored{group.id(), group.serial(), group.generation(), std::move(assignments)}});
}

// The assignment is in the log, or is not. Only then the group is stable and its members hear of
// it.
void GroupShard::assignment_stored(AssignmentStored& stored, ErrorCode error, Now now,
                                   Output& out) {
  ClassicGroup* group = store_.find_classic(stored.group);
  if (group == nullptr || group->serial() != stored.serial) return;
  // A rebalance that has begun meanwhile has already sent everybody back.
  if (!group->is(GroupState::completing_rebalance) || group->generation() != stored.generation)
    return;
  if (error != ErrorCode::none) {
    drop_assignments(*group, error, now, out);
    rebalance_or_complete(*group, now, out);
    return;
  }
  for (auto& [id, member] : group->members()) {
    const auto found = stored.assignments.find(id);
    if (found == stored.assignments.end()) {
      member.assignment.clear();
    } else {
      member.assignment = std::move(found->second);
    }
  }
  answer_syncs(*group, ErrorCode::none, now, out);
  group->transition_to(GroupState::stable, now.wall);
}

void GroupShard::drop_assignments(ClassicGroup& group, ErrorCode error, Now now, Output& out) {
  CHECK(group.is(GroupState::completing_rebalance));
  for (auto& [id, member] : group.members()) member.assignment.clear();
  answer_syncs(group, error, now, out);
}

void GroupShard::answer_syncs(ClassicGroup& group, ErrorCode error, Now now, Output& out) {
  for (auto& [id, member] : group.members()) {
    if (member.sync_token == 0) continue;
    out.syncs.push_back(error == ErrorCode::none ? sync_assignment(group, member, member.sync_token)
                                                 : sync_error(member.sync_token, error));
    member.sync_token = 0;
    // While it waited its session may have ended unnoticed.
    restart_session(group, member, now);
  }
}

}  // namespace weir::coordinator
