// GroupService: ListGroups, DescribeGroups, DeleteGroups.

#include <utility>
#include <vector>

#include "coordinator/group/group_service_impl.h"
#include "wire/message/delete_groups_request.h"
#include "wire/message/describe_groups_request.h"

namespace weir::coordinator {
namespace {

using wire::code_of;
using wire::ErrorCode;

}  // namespace

Task<> GroupService::list_groups(const RequestContext&, const wire::ListGroupsRequest& request,
                                 wire::Arena& arena, wire::ListGroupsResponse& response) {
  std::vector<wire::ListGroupsResponse::ListedGroup> groups;
  const std::map<PartitionIndex, HostPtr> hosts = impl_->hosts;  // they may change while this waits
  for (const auto& [partition, host] : hosts) {
    if (host->phase() == HostedShard::Phase::ended) continue;
    ErrorCode error = ErrorCode::coordinator_load_in_progress;
    if (host->phase() == HostedShard::Phase::active) {
      const std::size_t before = groups.size();
      host->kernel().list(request, arena, groups);
      auto settling = host->settled(host->tail());
      error = co_await std::move(settling);
      if (error == ErrorCode::not_coordinator) {  // another broker lists these
        groups.resize(before);
        continue;
      }
    }
    if (error != ErrorCode::none) {
      response.error_code = code_of(error);
      co_return;
    }
  }
  response.groups = arena.copy(std::span<const wire::ListGroupsResponse::ListedGroup>(groups));
}

Task<> GroupService::describe_groups(const RequestContext& context,
                                     const wire::DescribeGroupsRequest& request, wire::Arena& arena,
                                     wire::DescribeGroupsResponse& response) {
  using Described = wire::DescribeGroupsResponse::DescribedGroup;
  response.groups = arena.array<Described>(request.groups.size());
  for (std::size_t i = 0; i < request.groups.size(); ++i) {
    const wire::Str group = request.groups[i];
    const auto [host, not_here] = impl_->find(group, Impl::EmptyId::allowed);
    ErrorCode error = not_here;
    if (host != nullptr) {
      response.groups[i] = host->kernel().describe(impl_->call(context, *host), group, arena);
      auto settling = host->settled(host->tail());
      error = co_await std::move(settling);
    }
    if (error == ErrorCode::none) continue;
    response.groups[i] = Described{};
    response.groups[i].group_id = group;
    response.groups[i].error_code = code_of(error);
  }
}

Task<> GroupService::delete_groups(const RequestContext& context,
                                   const wire::DeleteGroupsRequest& request, wire::Arena& arena,
                                   wire::DeleteGroupsResponse& response) {
  struct Waiting {
    HostPtr host;
    Write write = 0;
    std::size_t result = 0;
  };
  std::vector<Waiting> waiting;
  response.results =
      arena.array<wire::DeleteGroupsResponse::DeletableGroupResult>(request.groups_names.size());
  for (std::size_t i = 0; i < request.groups_names.size(); ++i) {
    const wire::Str group = request.groups_names[i];
    auto& result = response.results[i];
    result.group_id = group;
    auto [host, error] = impl_->find(group, Impl::EmptyId::allowed);
    if (host != nullptr) {
      Output out;
      const GroupDeleted deleted =
          host->kernel().remove_group(impl_->call(context, *host), group, out);
      const ErrorCode refused = host->take(out);
      error = refused != ErrorCode::none ? refused : deleted.error;
      if (refused == ErrorCode::none && !deleted.message.empty()) {
        result.error_message = arena.copy(deleted.message);
      }
      waiting.push_back({host, host->tail(), i});
    }
    result.error_code = code_of(error);
  }
  for (const Waiting& each : waiting) {
    auto settling = each.host->settled(each.write);
    const ErrorCode error = co_await std::move(settling);
    if (error != ErrorCode::none) response.results[each.result].error_code = code_of(error);
  }
}

}  // namespace weir::coordinator
