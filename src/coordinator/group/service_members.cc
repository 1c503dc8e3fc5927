// GroupService: JoinGroup, SyncGroup, Heartbeat, LeaveGroup.

#include <utility>

#include "coordinator/group/group_service_impl.h"
#include "wire/message/heartbeat_response.h"
#include "wire/message/join_group_response.h"
#include "wire/message/sync_group_response.h"

namespace weir::coordinator {
namespace {

using wire::code_of;
using wire::ErrorCode;

wire::Str copy_or_null(const std::optional<std::string>& text, wire::Arena& arena) {
  return text ? arena.copy(*text) : wire::Str::null();
}

void fill(const JoinAnswer& answer, std::int16_t version, wire::Arena& arena,
          wire::JoinGroupResponse& response) {
  constexpr std::int16_t first_version_with_null_protocol = 7;
  response.error_code = code_of(answer.error);
  response.generation_id = answer.generation;
  response.protocol_type = copy_or_null(answer.protocol_type, arena);
  response.protocol_name = copy_or_null(answer.protocol, arena);
  if (response.protocol_name.is_null() && version < first_version_with_null_protocol) {
    response.protocol_name = "";
  }
  response.leader = arena.copy(answer.leader);
  response.skip_assignment = answer.skip_assignment;
  response.member_id = arena.copy(answer.member_id);
  response.members =
      arena.array<wire::JoinGroupResponse::JoinGroupResponseMember>(answer.members.size());
  for (std::size_t i = 0; i < answer.members.size(); ++i) {
    const JoinedMember& from = answer.members[i];
    auto& to = response.members[i];
    to.member_id = arena.copy(from.member_id);
    to.group_instance_id = copy_or_null(from.instance_id, arena);
    to.metadata = arena.copy(Bytes(from.metadata));
  }
}

}  // namespace

Task<> GroupService::join_group(const RequestContext& context,
                                const wire::JoinGroupRequest& request, wire::Arena& arena,
                                wire::JoinGroupResponse& response) {
  const auto [host, not_here] = impl_->find(request.group_id, Impl::EmptyId::refused);
  JoinAnswer answer;
  answer.error = not_here;
  answer.member_id = request.member_id;
  if (host != nullptr) {
    OneShot<HostedShard::Due<JoinAnswer>> answered(impl_->env.executor);
    const Token token = ++impl_->last_token;
    host->expect_join(token, answered);
    Output out;
    host->kernel().join(impl_->call(context, *host, token), request, out);
    host->take(out);
    auto due = co_await answered;
    auto settling = host->settled(due.depends_on);
    const ErrorCode error = co_await std::move(settling);
    answer = std::move(due.answer);
    if (error != ErrorCode::none) {
      answer = JoinAnswer{};
      answer.error = error;
    }
  }
  fill(answer, context.api_version, arena, response);
}

Task<> GroupService::sync_group(const RequestContext& context,
                                const wire::SyncGroupRequest& request, wire::Arena& arena,
                                wire::SyncGroupResponse& response) {
  const auto [host, not_here] = impl_->find(request.group_id, Impl::EmptyId::refused);
  if (host == nullptr) {
    response.error_code = code_of(not_here);
    co_return;
  }
  OneShot<HostedShard::Due<SyncAnswer>> answered(impl_->env.executor);
  const Token token = ++impl_->last_token;
  host->expect_sync(token, answered);
  Output out;
  host->kernel().sync(impl_->call(context, *host, token), request, out);
  host->take(out);
  const auto due = co_await answered;
  auto settling = host->settled(due.depends_on);
  const ErrorCode error = co_await std::move(settling);
  if (error != ErrorCode::none) {
    response.error_code = code_of(error);
    co_return;
  }
  response.error_code = code_of(due.answer.error);
  response.protocol_type = copy_or_null(due.answer.protocol_type, arena);
  response.protocol_name = copy_or_null(due.answer.protocol, arena);
  response.assignment = arena.copy(Bytes(due.answer.assignment));
}

Task<> GroupService::heartbeat(const RequestContext& context, const wire::HeartbeatRequest& request,
                               wire::Arena&, wire::HeartbeatResponse& response) {
  const auto [host, not_here] = impl_->find(request.group_id, Impl::EmptyId::refused);
  if (host == nullptr) {
    // While its group loads a member can only be believed: its session starts anew then.
    const bool is_loading = not_here == ErrorCode::coordinator_load_in_progress;
    response.error_code = code_of(is_loading ? ErrorCode::none : not_here);
    co_return;
  }
  ErrorCode error = host->kernel().heartbeat(impl_->call(context, *host), request);
  Output out;
  host->take(out);
  auto settling = host->settled(host->tail());
  const ErrorCode unsettled = co_await std::move(settling);
  if (unsettled != ErrorCode::none) error = unsettled;
  response.error_code = code_of(error);
}

Task<> GroupService::leave_group(const RequestContext& context,
                                 const wire::LeaveGroupRequest& request, wire::Arena& arena,
                                 wire::LeaveGroupResponse& response) {
  const auto [host, not_here] = impl_->find(request.group_id, Impl::EmptyId::refused);
  ErrorCode error = not_here;
  if (host != nullptr) {
    Output out;
    host->kernel().leave(impl_->call(context, *host), request, arena, response, out);
    error = host->take(out);
    if (error == ErrorCode::none) {
      auto settling = host->settled(host->tail());
      error = co_await std::move(settling);
    }
  }
  if (error == ErrorCode::none) co_return;
  response = wire::LeaveGroupResponse{};
  response.error_code = code_of(error);
}

}  // namespace weir::coordinator
