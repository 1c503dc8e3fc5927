// DescribeGroups: state and members of classic groups (KIP-430).

#include "wire/message/describe_groups_request.h"
#include "wire/message/describe_groups_response.h"

#include <set>

#include "broker/api/authorized_operations.h"
#include "broker/api/group_route.h"

namespace weir::broker::api {
namespace {

using wire::DescribeGroupsRequest;
using wire::DescribeGroupsResponse;

using wire::ErrorCode;

// A group that is named again is refused there: its description may be large.
DescribeGroupsResponse::DescribedGroup named_again(wire::Str group) {
  DescribeGroupsResponse::DescribedGroup answer;
  answer.error_code = code(ErrorCode::invalid_request);
  answer.group_id = group;
  return answer;
}

Task<> handle(Request& request, const DescribeGroupsRequest& asked,
              DescribeGroupsResponse& response) {
  std::vector<DescribeGroupsResponse::DescribedGroup> answers;
  DescribeGroupsRequest body = asked;
  std::set<std::string_view> seen;
  std::vector<std::string_view> groups;
  std::vector<wire::Str> names;
  for (const auto& group : asked.groups) {
    if (!seen.insert(group.view()).second) {
      answers.push_back(named_again(group));
      continue;
    }
    groups.push_back(group.view());
    names.push_back(group);
  }
  body.groups = request.arena.copy(std::span<const wire::Str>(names));
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
