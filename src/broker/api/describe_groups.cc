// DescribeGroups: state and members of classic groups (KIP-430).

#include "wire/message/describe_groups_request.h"
#include "wire/message/describe_groups_response.h"

#include "broker/api/authorized_operations.h"
#include "broker/api/group_route.h"

namespace weir::broker::api {
namespace {

using wire::DescribeGroupsRequest;
using wire::DescribeGroupsResponse;

Task<> handle(Request& request, const DescribeGroupsRequest& body,
              DescribeGroupsResponse& response) {
  std::vector<std::string_view> groups;
  for (const auto& group : body.groups) groups.push_back(group.view());
  std::vector<DescribeGroupsResponse::DescribedGroup> answers;
  const auto parts = split_by_group_shard(*request.shard, groups);
  for (env::ShardId owner = 0; owner < parts.size(); ++owner) {
    if (parts[owner].empty()) continue;
    DescribeGroupsRequest part = body;
    part.groups = request.arena.array<wire::Str>(parts[owner].size());
    for (std::size_t i = 0; i < parts[owner].size(); ++i)
      part.groups[i] = body.groups[parts[owner][i]];
    DescribeGroupsResponse answer;
    co_await on_group_shard(request, owner, &coordinator::GroupService::describe_groups, part,
                            request.arena, answer);
    answers.insert(answers.end(), answer.groups.begin(), answer.groups.end());
  }
  for (auto& answer : answers) {
    if (body.include_authorized_operations && answer.error_code == 0) {
      answer.authorized_operations = group_operations;
    }
  }
  response.groups =
      request.arena.copy(std::span<const DescribeGroupsResponse::DescribedGroup>(answers));
}

}  // namespace

const Api describe_groups{wire::ApiKey::describe_groups,
                          serve_typed<DescribeGroupsRequest, DescribeGroupsResponse, handle>};

}  // namespace weir::broker::api
