// Members: their sessions, and how they go.

#include <cstdio>
#include <utility>

#include "base/mark.h"
#include "coordinator/group/answers.h"
#include "coordinator/group/group_shard.h"

namespace weir::coordinator {

using wire::ErrorCode;

std::string make_member_id(std::string_view prefix, const Uuid& random) {
  char text[40];
  std::snprintf(
      text, sizeof(text), "-%08x-%04x-%04x-%04x-%012llx", static_cast<unsigned>(random.high >> 32),
      static_cast<unsigned>(random.high >> 16 & 0xFFFF),
      static_cast<unsigned>(random.high & 0xFFFF), static_cast<unsigned>(random.low >> 48),
      static_cast<unsigned long long>(random.low & 0xFFFF'FFFF'FFFFULL));
  return std::string(prefix) + text;
}

GroupTimers::Ref GroupShard::schedule(ClassicGroup& group, TimerKind kind, env::Instant when,
                                      std::string member) {
  return timers_.schedule(when, {kind, group.id(), group.serial(), std::move(member)});
}

void GroupShard::restart_session(ClassicGroup& group, Member& member, Now now) {
  set_session_deadline(group, member,
                       now.instant + std::chrono::milliseconds(member.session_timeout_ms));
}

// A heartbeat only moves the deadline: the timer that runs finds out when it fires.
void GroupShard::set_session_deadline(ClassicGroup& group, Member& member, env::Instant deadline) {
  member.session_deadline = deadline;
  if (member.session_timer && member.session_timer.when <= deadline) return;
  timers_.cancel(member.session_timer);
  member.session_timer = schedule(group, TimerKind::session, deadline, member.id);
}

void GroupShard::session_timer_fired(ClassicGroup& group, const Timer& timer, GroupTimers::Ref ref,
                                     Now now, Output& out) {
  if (const auto pending = group.pending_joins.find(timer.member);
      pending != group.pending_joins.end()) {
    if (pending->second.id != ref.id) return;
    group.pending_joins.erase(pending);
    if (group.is(GroupState::preparing_rebalance) && group.all_members_joined()) {
      complete_join(group, now, out);
    }
    return;
  }
  Member* member = group.find(timer.member);
  if (member == nullptr || member->session_timer.id != ref.id) return;
  member->session_timer = {};
  if (now.instant < member->session_deadline) {
    member->session_timer =
        schedule(group, TimerKind::session, member->session_deadline, member->id);
    return;
  }
  if (member->is_excused_from_heartbeats()) return;  // its answer starts a new session
  reached(Mark::session_timed_out);
  remove_member_and_rebalance(group, timer.member, now, out);
}

void GroupShard::answer_waiting(ClassicGroup& group, Member& member, ErrorCode error,
                                std::string_view member_id, Output& out) {
  if (member.join_token != 0) out.joins.push_back(join_error(member.join_token, error, member_id));
  if (member.sync_token != 0) out.syncs.push_back(sync_error(member.sync_token, error));
  group.set_join_token(member, 0);
  member.sync_token = 0;
}

// The client has asked again: its first request will not be missed.
void GroupShard::replace_join_token(ClassicGroup& group, Member& member, Token token, Output& out) {
  if (member.join_token != 0) {
    out.joins.push_back(join_error(member.join_token, ErrorCode::rebalance_in_progress, member.id));
  }
  group.set_join_token(member, token);
}

// Of the members, or of the ids handed out. A request of it that waits is told to start anew.
void GroupShard::remove_member(ClassicGroup& group, std::string_view member_id, Output& out) {
  if (Member* member = group.find(member_id)) {
    answer_waiting(group, *member, ErrorCode::unknown_member_id, "", out);
    timers_.cancel(member->session_timer);
  } else if (const auto pending = group.pending_joins.find(member_id);
             pending != group.pending_joins.end()) {
    timers_.cancel(pending->second);
  }
  group.remove(member_id);
}

void GroupShard::remove_member_and_rebalance(ClassicGroup& group, std::string_view member_id,
                                             Now now, Output& out) {
  remove_member(group, member_id, out);
  if (group.is(GroupState::stable) || group.is(GroupState::completing_rebalance)) {
    rebalance_or_complete(group, now, out);
  } else if (group.is(GroupState::preparing_rebalance) && group.all_members_joined()) {
    complete_join(group, now, out);
  }
}

void GroupShard::end_waiting(ClassicGroup& group, ErrorCode error, Output& out) {
  for (auto& [id, member] : group.members()) answer_waiting(group, member, error, id, out);
}

}  // namespace weir::coordinator
