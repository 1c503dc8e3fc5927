// DeleteGroups: empty groups and their offsets go (KIP-229).

#include "wire/message/delete_groups_request.h"
#include "wire/message/delete_groups_response.h"

#include "broker/api/group_route.h"

namespace weir::broker::api {
namespace {

using wire::DeleteGroupsRequest;
using wire::DeleteGroupsResponse;

Task<> handle(Request& request, const DeleteGroupsRequest& body, DeleteGroupsResponse& response) {
  std::vector<std::string_view> groups;
  for (const auto& group : body.groups_names) groups.push_back(group.view());
  std::vector<DeleteGroupsResponse::DeletableGroupResult> answers;
  const auto parts = split_by_group_shard(*request.shard, groups);
  for (env::ShardId owner = 0; owner < parts.size(); ++owner) {
    if (parts[owner].empty()) continue;
    DeleteGroupsRequest part;
    part.groups_names = request.arena.array<wire::Str>(parts[owner].size());
    for (std::size_t i = 0; i < parts[owner].size(); ++i) {
      part.groups_names[i] = body.groups_names[parts[owner][i]];
    }
    DeleteGroupsResponse answer;
    co_await on_group_shard(request, owner, &coordinator::GroupService::delete_groups, part,
                            request.arena, answer);
    answers.insert(answers.end(), answer.results.begin(), answer.results.end());
  }
  response.results =
      request.arena.copy(std::span<const DeleteGroupsResponse::DeletableGroupResult>(answers));
}

}  // namespace

const Api delete_groups{wire::ApiKey::delete_groups,
                        serve_typed<DeleteGroupsRequest, DeleteGroupsResponse, handle>};

}  // namespace weir::broker::api
