// The rebalance: from the first sign of change to the end of the join phase.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/mark.h"
#include "coordinator/group/answers.h"
#include "coordinator/group/group_shard.h"

namespace weir::coordinator {

using std::chrono::milliseconds;
using wire::ErrorCode;

void GroupShard::rebalance_or_complete(ClassicGroup& group, Now now, Output& out) {
  if (group.can_rebalance()) {
    prepare_rebalance(group, now, out);
  } else {
    complete_join_if_all_here(group, now, out);
  }
}

void GroupShard::prepare_rebalance(ClassicGroup& group, Now now, Output& out) {
  if (group.is(GroupState::completing_rebalance)) {
    drop_assignments(group, ErrorCode::rebalance_in_progress, now, out);
  }
  group.pending_syncs.clear();
  timers_.cancel(group.sync_timer);

  const bool is_initial = group.is(GroupState::empty);
  group.transition_to(GroupState::preparing_rebalance, now.wall);
  if (is_initial) {
    // A new group: give its members time to arrive together.
    group.initial_delay_ms = config_.group_initial_rebalance_delay_ms;
    group.initial_remaining_ms =
        std::max(group.rebalance_timeout_ms() - config_.group_initial_rebalance_delay_ms, 0);
    timers_.cancel(group.join_timer);
    group.join_timer =
        schedule(group, TimerKind::join, now.instant + milliseconds(*group.initial_delay_ms));
  } else if (group.all_members_joined()) {
    complete_join(group, now, out);
  } else {
    restart_join_timer(group, now);
  }
}

void GroupShard::restart_join_timer(ClassicGroup& group, Now now) {
  group.initial_delay_ms.reset();
  timers_.cancel(group.join_timer);
  group.join_timer =
      schedule(group, TimerKind::join, now.instant + milliseconds(group.rebalance_timeout_ms()));
}

void GroupShard::complete_join_if_all_here(ClassicGroup& group, Now now, Output& out) {
  if (!group.is(GroupState::preparing_rebalance)) return;
  if (group.is_initial_rebalance()) return;  // its timer decides
  if (!group.all_members_joined()) return;
  complete_join(group, now, out);
}

void GroupShard::join_timer_fired(ClassicGroup& group, Now now, Output& out) {
  if (group.initial_delay_ms && group.new_member_added && group.initial_remaining_ms != 0) {
    group.new_member_added = false;
    const std::int32_t delay =
        std::min(config_.group_initial_rebalance_delay_ms, group.initial_remaining_ms);
    group.initial_remaining_ms = std::max(group.initial_remaining_ms - *group.initial_delay_ms, 0);
    group.initial_delay_ms = delay;
    group.join_timer = schedule(group, TimerKind::join, now.instant + milliseconds(delay));
    return;
  }
  complete_join(group, now, out);
}

void GroupShard::complete_join(ClassicGroup& group, Now now, Output& out) {
  CHECK(group.is(GroupState::preparing_rebalance));
  timers_.cancel(group.join_timer);
  group.initial_delay_ms.reset();
  group.new_member_added = false;
  // Static members that are away keep their place until their session ends.
  std::vector<std::string> gone;
  for (const auto& [id, member] : group.members()) {
    if (!member.is_awaiting_join() && !member.is_static()) gone.push_back(id);
  }
  if (!gone.empty()) reached(Mark::join_timed_out);
  for (const std::string& id : gone) remove_member(group, id, out);

  if (!group.elect_leader_among_joined() && !group.members().empty()) {
    // Nobody is here who could lead: wait until somebody comes or the sessions of all have ended.
    restart_join_timer(group, now);
    return;
  }
  group.begin_next_generation(now.wall);
  if (group.is(GroupState::empty)) {
    emit(GroupStored{group.id(), group.stored(nullptr)}, out);
    return;
  }
  for (auto& [id, member] : group.members()) {
    if (member.is_awaiting_join()) {
      out.joins.push_back(
          join_current_generation(group, member, member.join_token, group.is_leader(id)));
      group.set_join_token(member, 0);
    }
    member.is_new = false;
    restart_session(group, member, now);
    group.pending_syncs.insert(id);
  }
  group.sync_timer =
      schedule(group, TimerKind::sync, now.instant + milliseconds(group.rebalance_timeout_ms()));
}

// Members that joined and then did not ask for their assignment in time are out.
void GroupShard::expire_syncs(ClassicGroup& group, Now now, Output& out) {
  group.sync_timer = {};
  if (group.pending_syncs.empty()) return;
  if (!group.is(GroupState::completing_rebalance) && !group.is(GroupState::stable)) return;
  const auto late = group.pending_syncs;
  for (const std::string& id : late) remove_member(group, id, out);
  prepare_rebalance(group, now, out);
}

}  // namespace weir::coordinator
