// OffsetFetch: committed offsets of one group, or from version 8 of several (KIP-447, 709).

#include "wire/message/offset_fetch_request.h"
#include "wire/message/offset_fetch_response.h"

#include <set>

#include "broker/api/group_route.h"

namespace weir::broker::api {
namespace {

using wire::OffsetFetchRequest;
using wire::OffsetFetchResponse;

using Group = OffsetFetchResponse::OffsetFetchResponseGroup;

constexpr auto method = &coordinator::GroupService::fetch_offsets;

// Who asks for everything of a group twice in one request is refused the second time: it may be
// large. The rest is put into `body`.
std::vector<Group> refuse_repeated(Request& request, OffsetFetchRequest& body) {
  std::vector<Group> refused;
  std::vector<OffsetFetchRequest::OffsetFetchRequestGroup> kept;
  std::set<std::string_view> whole;
  for (const auto& group : body.groups) {
    if (!group.topics.is_null() || whole.insert(group.group_id.view()).second) {
      kept.push_back(group);
      continue;
    }
    Group& answer = refused.emplace_back();
    answer.group_id = group.group_id;
    answer.error_code = code(wire::ErrorCode::invalid_request);
  }
  body.groups =
      request.arena.copy(std::span<const OffsetFetchRequest::OffsetFetchRequestGroup>(kept));
  return refused;
}

Task<> handle(Request& request, const OffsetFetchRequest& asked, OffsetFetchResponse& response) {
  if (request.version < 8) {
    const env::ShardId owner = group_shard(*request.shard, asked.group_id.view());
    co_await on_group_shard(request, owner, method, asked, request.arena, response);
    co_return;
  }
  OffsetFetchRequest body = asked;
  std::vector<Group> answers = refuse_repeated(request, body);
  std::vector<std::string_view> groups;
  for (const auto& group : body.groups) groups.push_back(group.group_id.view());
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
  response.groups = request.arena.copy(std::span<const Group>(answers));
}

}  // namespace

const Api offset_fetch{wire::ApiKey::offset_fetch,
                       serve_typed<OffsetFetchRequest, OffsetFetchResponse, handle>};

}  // namespace weir::broker::api
