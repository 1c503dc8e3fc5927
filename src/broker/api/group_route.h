#pragma once
// Bringing a request to the shard that coordinates a group.

#include "broker/api/client_context.h"
#include "broker/api/typed.h"
#include "broker/spread.h"
#include "coordinator/group/group_service.h"

namespace weir::broker::api {

// The shard of the group's partition of __consumer_offsets; this one while the topic is not there
// (its service answers that it is not the coordinator).
env::ShardId group_shard(const Shard& shard, std::string_view group);

coordinator::RequestContext coordinator_context(const Request& request, std::string& client_host);

template <class Body, class Response>
using GroupMethod = Task<> (coordinator::GroupService::*)(const coordinator::RequestContext&,
                                                          const Body&, wire::Arena&, Response&);

template <class Body, class Response>
Task<Unit> call_group_service(Shard& there, GroupMethod<Body, Response> method,
                              const coordinator::RequestContext& context, const Body& body,
                              wire::Arena& arena, Response& response) {
  co_await (there.groups().*method)(context, body, arena, response);
  co_return Unit{};
}

// Runs the method on shard `owner`; `arena` is used there, nobody else uses it meanwhile.
template <class Body, class Response>
Task<> on_group_shard(Request& request, env::ShardId owner, GroupMethod<Body, Response> method,
                      const Body& body, wire::Arena& arena, Response& response) {
  std::string client_host;
  const coordinator::RequestContext context = coordinator_context(request, client_host);
  Shard& there = request.shard->node.shard(owner);
  co_await on_shard<Unit>(
      *request.shard, owner, [&there, method, &context, &body, &arena, &response] {
        return call_group_service(there, method, context, body, arena, response);
      });
}

// Handler of an API that names one group in `group_id`.
template <class Body, class Response, GroupMethod<Body, Response> method>
Task<> handle_group(Request& request, const Body& body, Response& response) {
  const env::ShardId owner = group_shard(*request.shard, body.group_id.view());
  co_await on_group_shard(request, owner, method, body, request.arena, response);
}

// Splits positions 0..groups.size() by the shard of their group, for APIs that name several.
std::vector<std::vector<std::size_t>> split_by_group_shard(
    const Shard& shard, std::span<const std::string_view> groups);

}  // namespace weir::broker::api
