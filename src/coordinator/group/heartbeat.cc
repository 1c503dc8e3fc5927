// Heartbeat: a member lives, and hears of a rebalance.

#include "coordinator/group/answers.h"
#include "coordinator/group/group_shard.h"

namespace weir::coordinator {

using wire::ErrorCode;

ErrorCode GroupShard::heartbeat(const Call& call, const wire::HeartbeatRequest& request) {
  if (request.group_id.empty()) return ErrorCode::invalid_group_id;
  ClassicGroup* group = store_.find_classic(request.group_id);
  if (group == nullptr) return ErrorCode::unknown_member_id;
  const ErrorCode error =
      group->validate(request.member_id, optional_view(request.group_instance_id));
  if (error != ErrorCode::none) return error;
  if (request.generation_id != group->generation()) return ErrorCode::illegal_generation;
  restart_session(*group, *group->find(request.member_id), call.now);
  return group->is(GroupState::preparing_rebalance) ? ErrorCode::rebalance_in_progress
                                                    : ErrorCode::none;
}

}  // namespace weir::coordinator
