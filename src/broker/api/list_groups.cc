// ListGroups: the groups that this broker coordinates (KIP-518, 848).

#include "wire/message/list_groups_request.h"
#include "wire/message/list_groups_response.h"

#include "broker/api/group_route.h"

namespace weir::broker::api {
namespace {

using wire::ListGroupsRequest;
using wire::ListGroupsResponse;

Task<> handle(Request& request, const ListGroupsRequest& body, ListGroupsResponse& response) {
  std::vector<ListGroupsResponse::ListedGroup> groups;
  for (env::ShardId owner = 0; owner < request.shard->node.shard_count(); ++owner) {
    ListGroupsResponse answer;
    co_await on_group_shard(request, owner, &coordinator::GroupService::list_groups, body,
                            request.arena, answer);
    if (answer.error_code != 0) response.error_code = answer.error_code;
    groups.insert(groups.end(), answer.groups.begin(), answer.groups.end());
  }
  if (response.error_code != 0) co_return;
  response.groups = request.arena.copy(std::span<const ListGroupsResponse::ListedGroup>(groups));
}

}  // namespace

const Api list_groups{wire::ApiKey::list_groups,
                      serve_typed<ListGroupsRequest, ListGroupsResponse, handle>};

}  // namespace weir::broker::api
