// OffsetFetch: committed offsets of one group, or from version 8 of several (KIP-447, 709).

#include "wire/message/offset_fetch_request.h"
#include "wire/message/offset_fetch_response.h"

#include "broker/api/group_route.h"

namespace weir::broker::api {
namespace {

using wire::OffsetFetchRequest;
using wire::OffsetFetchResponse;

constexpr auto method = &coordinator::GroupService::fetch_offsets;

Task<> handle(Request& request, const OffsetFetchRequest& body, OffsetFetchResponse& response) {
  if (request.version < 8) {
    const env::ShardId owner = group_shard(*request.shard, body.group_id.view());
    co_await on_group_shard(request, owner, method, body, request.arena, response);
    co_return;
  }
  std::vector<std::string_view> groups;
  for (const auto& group : body.groups) groups.push_back(group.group_id.view());
  std::vector<OffsetFetchResponse::OffsetFetchResponseGroup> answers;
  const auto parts = split_by_group_shard(*request.shard, groups);
  for (env::ShardId owner = 0; owner < parts.size(); ++owner) {
    if (parts[owner].empty()) continue;
    OffsetFetchRequest part = body;
    part.groups =
        request.arena.array<OffsetFetchRequest::OffsetFetchRequestGroup>(parts[owner].size());
    for (std::size_t i = 0; i < parts[owner].size(); ++i)
      part.groups[i] = body.groups[parts[owner][i]];
    OffsetFetchResponse answer;
    co_await on_group_shard(request, owner, method, part, request.arena, answer);
    answers.insert(answers.end(), answer.groups.begin(), answer.groups.end());
  }
  response.groups =
      request.arena.copy(std::span<const OffsetFetchResponse::OffsetFetchResponseGroup>(answers));
}

}  // namespace

const Api offset_fetch{wire::ApiKey::offset_fetch,
                       serve_typed<OffsetFetchRequest, OffsetFetchResponse, handle>};

}  // namespace weir::broker::api
