// JoinGroup: who may enter a group, and what entering sets off.

#include <optional>
#include <string>
#include <utility>

#include "base/check.h"
#include "coordinator/group/answers.h"
#include "coordinator/group/group_shard.h"

namespace weir::coordinator {
namespace {

using wire::ErrorCode;

constexpr std::int16_t first_version_with_required_member_id = 4;
// How long a new member's JoinGroup may wait before the member counts as gone.
constexpr auto new_member_join_timeout = std::chrono::minutes(5);

std::vector<Protocol> copy_protocols(const wire::JoinGroupRequest& request) {
  std::vector<Protocol> protocols;
  protocols.reserve(request.protocols.size());
  for (const auto& protocol : request.protocols) {
    protocols.push_back({protocol.name.str(), to_buffer(protocol.metadata.view())});
  }
  return protocols;
}

// Version 0 has one time-out for both.
std::int32_t rebalance_timeout_of(const Call& call, const wire::JoinGroupRequest& request) {
  return call.from.api_version == 0 ? request.session_timeout_ms : request.rebalance_timeout_ms;
}

}  // namespace

void GroupShard::join(const Call& call, const wire::JoinGroupRequest& request, Output& out) {
  const auto refuse = [&](ErrorCode error, std::string_view member_id) {
    out.joins.push_back(join_error(call.token, error, member_id));
  };
  if (request.group_id.empty()) return refuse(ErrorCode::invalid_group_id, request.member_id);
  if (request.session_timeout_ms < config_.group_min_session_timeout_ms ||
      request.session_timeout_ms > config_.group_max_session_timeout_ms) {
    return refuse(ErrorCode::invalid_session_timeout, request.member_id);
  }
  const GroupEntry* entry = store_.find(request.group_id);
  if (entry != nullptr && entry->foreign != nullptr) {
    return refuse(ErrorCode::inconsistent_group_protocol, "");
  }
  const bool is_unknown_member = request.member_id.empty();
  ClassicGroup* group = store_.find_classic(request.group_id);
  const bool is_new_group = group == nullptr;
  if (is_new_group) {
    if (!is_unknown_member) return refuse(ErrorCode::unknown_member_id, request.member_id);
    group = &create_group(request.group_id, call.now.wall, current_write(out));
  }
  if (!accepts(*group, request.member_id)) {
    remove_member(*group, request.member_id, out);
    refuse(ErrorCode::group_max_size_reached, "");
  } else if (is_unknown_member) {
    join_new(call, request, *group, out);
  } else {
    join_existing(call, request, *group, out);
  }
  // The log learns of a new group at once.
  if (is_new_group) {
    StoredGroup empty;
    empty.state_timestamp = group->state_timestamp();
    emit(GroupStored{group->id(), std::move(empty)}, out);
  }
}

bool GroupShard::accepts(ClassicGroup& group, std::string_view member_id) const {
  const auto size_max = static_cast<std::size_t>(config_.group_max_size);
  const Member* member = group.find(member_id);
  switch (group.state()) {
    case GroupState::empty:
      return true;
    case GroupState::preparing_rebalance:
      // Those who have rejoined count, not the members: when the limit has shrunk, the last to
      // rejoin are turned away.
      return (member != nullptr && member->is_awaiting_join()) || group.awaiting_join() < size_max;
    case GroupState::completing_rebalance:
    case GroupState::stable:
      return member != nullptr || group.members().size() < size_max;
  }
  return false;
}

void GroupShard::join_new(const Call& call, const wire::JoinGroupRequest& request,
                          ClassicGroup& group, Output& out) {
  if (!group.supports(request.protocol_type, copy_protocols(request))) {
    out.joins.push_back(join_error(call.token, ErrorCode::inconsistent_group_protocol, ""));
    return;
  }
  const bool is_static = !request.group_instance_id.is_null();
  std::string member_id = make_member_id(
      is_static ? request.group_instance_id.view() : call.from.client_id, call.random);
  if (is_static) {
    if (const std::string* current = group.static_member_id(request.group_instance_id)) {
      rejoin_static(call, request, group, *current, std::move(member_id), out);
      return;
    }
  } else if (call.from.api_version >= first_version_with_required_member_id) {
    const auto deadline = call.now.instant + std::chrono::milliseconds(request.session_timeout_ms);
    group.pending_joins[member_id] = schedule(group, TimerKind::session, deadline, member_id);
    out.joins.push_back(join_error(call.token, ErrorCode::member_id_required, member_id));
    return;
  }
  add_and_rebalance(call, request, group, std::move(member_id), out);
}

void GroupShard::join_existing(const Call& call, const wire::JoinGroupRequest& request,
                               ClassicGroup& group, Output& out) {
  const auto refuse = [&](ErrorCode error) {
    out.joins.push_back(join_error(call.token, error, request.member_id));
  };
  if (!group.supports(request.protocol_type, copy_protocols(request))) {
    return refuse(ErrorCode::inconsistent_group_protocol);
  }
  const auto pending = group.pending_joins.find(request.member_id.view());
  if (pending != group.pending_joins.end()) {
    // Ids are handed out to dynamic members only.
    if (!request.group_instance_id.is_null()) return refuse(ErrorCode::unknown_server_error);
    timers_.cancel(pending->second);
    add_and_rebalance(call, request, group, request.member_id.str(), out);
    return;
  }
  const ErrorCode error =
      group.validate(request.member_id, optional_view(request.group_instance_id));
  if (error != ErrorCode::none) return refuse(error);
  join_known(call, request, group, *group.find(request.member_id), out);
}

void GroupShard::join_known(const Call& call, const wire::JoinGroupRequest& request,
                            ClassicGroup& group, Member& member, Output& out) {
  const bool has_changed = member.protocols != copy_protocols(request);
  const bool is_leader = group.is_leader(member.id);
  switch (group.state()) {
    case GroupState::preparing_rebalance:
      break;
    case GroupState::completing_rebalance:
      // Unchanged: the answer to its first JoinGroup may have been lost.
      if (!has_changed) {
        out.joins.push_back(join_current_generation(group, member, call.token, is_leader));
        return;
      }
      break;
    case GroupState::stable:
      // A leader rejoins to bring about a rebalance, for instance because topics have changed.
      if (!has_changed && !is_leader) {
        out.joins.push_back(join_current_generation(group, member, call.token, false));
        return;
      }
      break;
    case GroupState::empty:
      CHECK(false, "an empty group has no members");
  }
  update_and_rebalance(call, request, group, member, out);
}

void GroupShard::add_and_rebalance(const Call& call, const wire::JoinGroupRequest& request,
                                   ClassicGroup& group, std::string member_id, Output& out) {
  Member member;
  member.id = std::move(member_id);
  if (!request.group_instance_id.is_null()) member.instance_id = request.group_instance_id.str();
  member.client_id = call.from.client_id;
  member.client_host = call.from.client_host;
  member.rebalance_timeout_ms = rebalance_timeout_of(call, request);
  member.session_timeout_ms = request.session_timeout_ms;
  member.protocols = copy_protocols(request);
  member.is_new = true;
  member.join_token = call.token;
  if (group.is_initial_rebalance()) group.new_member_added = true;
  Member& added = group.add(std::move(member), request.protocol_type);
  // It cannot send heartbeats before it knows its id, and a client that went away cannot be told
  // from one that waits.
  set_session_deadline(group, added, call.now.instant + new_member_join_timeout);
  rebalance_or_complete(group, call.now, out);
}

void GroupShard::update_and_rebalance(const Call& call, const wire::JoinGroupRequest& request,
                                      ClassicGroup& group, Member& member, Output& out) {
  group.update(member, copy_protocols(request), rebalance_timeout_of(call, request),
               request.session_timeout_ms);
  replace_join_token(group, member, call.token, out);
  rebalance_or_complete(group, call.now, out);
}

void GroupShard::rejoin_static(const Call& call, const wire::JoinGroupRequest& request,
                               ClassicGroup& group, std::string old_id, std::string new_id,
                               Output& out) {
  std::optional<std::string> old_leader = group.leader();
  Member& old_member = *group.find(old_id);
  answer_waiting(group, old_member, ErrorCode::fenced_instance_id, old_id, out);
  timers_.cancel(old_member.session_timer);
  Member& member = group.replace_static(old_id, new_id);
  restart_session(group, member, call.now);
  std::vector<Protocol> old_protocols = member.protocols;
  const std::int32_t old_rebalance_timeout_ms = member.rebalance_timeout_ms;
  const std::int32_t old_session_timeout_ms = member.session_timeout_ms;
  group.update(member, copy_protocols(request), rebalance_timeout_of(call, request),
               request.session_timeout_ms);
  group.set_join_token(member, call.token);
  switch (group.state()) {
    case GroupState::stable:
      // Another protocol needs a new assignment. Else only the log must learn the new id.
      if (group.protocol() != group.select_protocol()) {
        rebalance_or_complete(group, call.now, out);
        return;
      }
      emit(GroupStored{group.id(), group.stored(nullptr)}, out);
      continuations_.push_back(
          {out.write,
           StaticMemberStored{group.id(), group.serial(), std::move(old_id), std::move(new_id),
                              std::move(old_protocols), old_rebalance_timeout_ms,
                              old_session_timeout_ms, std::move(old_leader),
                              call.from.api_version >= first_version_with_skip_assignment,
                              call.token}});
      return;
    case GroupState::completing_rebalance:
      // The leader may already have assigned partitions to the old id.
      prepare_rebalance(group, call.now, out);
      return;
    case GroupState::preparing_rebalance:
      complete_join_if_all_here(group, call.now, out);
      return;
    case GroupState::empty:
      CHECK(false, "an empty group has no static members");
  }
}

// The new id of a static member is in the log, or is not.
void GroupShard::static_member_stored(StaticMemberStored& stored, ErrorCode error, Now now,
                                      Output& out) {
  ClassicGroup* group = store_.find_classic(stored.group);
  if (group == nullptr || group->serial() != stored.serial) return;
  Member* member = group->find(stored.new_id);
  if (member == nullptr || member->join_token != stored.token) return;  // it has been answered
  // A rebalance that has begun meanwhile answers it, and stores what comes of it.
  if (!group->is(GroupState::stable)) return;
  group->set_join_token(*member, 0);
  restart_session(*group, *member, now);  // while it waited its session may have ended unnoticed
  if (error == ErrorCode::none) {
    const bool is_leader = group->is_leader(stored.new_id);
    JoinAnswer answer = join_current_generation(*group, *member, stored.token,
                                                is_leader && stored.may_skip_assignment);
    if (stored.may_skip_assignment) {
      answer.skip_assignment = is_leader;
    } else {
      // A client that cannot skip must not believe that it leads: it would assign anew.
      answer.leader = stored.old_leader.value_or("");
    }
    out.joins.push_back(std::move(answer));
    return;
  }
  JoinAnswer answer = join_current_generation(*group, *member, stored.token, false);
  answer.error = error;
  answer.member_id.clear();
  answer.leader = stored.old_leader.value_or("");
  out.joins.push_back(std::move(answer));
  group->update(*member, std::move(stored.old_protocols), stored.old_rebalance_timeout_ms,
                stored.old_session_timeout_ms);
  timers_.cancel(member->session_timer);
  restart_session(*group, group->replace_static(stored.new_id, stored.old_id), now);
}

}  // namespace weir::coordinator
