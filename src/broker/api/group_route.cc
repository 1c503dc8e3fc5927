#include "broker/api/group_route.h"

#include "broker/topic_creation.h"
#include "coordinator/group/partition_for.h"

namespace weir::broker::api {

env::ShardId group_shard(const Shard& shard, std::string_view group) {
  const weir::metadata::Topic* topic = shard.image().topic(offsets_topic);
  if (!topic || topic->partitions.empty()) return shard.id();
  const PartitionIndex partition =
      coordinator::partition_for(group, static_cast<std::int32_t>(topic->partitions.size()));
  return broker::shard_of(PartitionId{topic->id, partition}, shard.node.shard_count());
}

coordinator::RequestContext coordinator_context(const Request& request, std::string& client_host) {
  client_host = "/" + request.session->peer().host;
  return {.api_version = request.version,
          .client_id = request.client_id.view(),
          .client_host = client_host};
}

std::vector<std::vector<std::size_t>> split_by_group_shard(
    const Shard& shard, std::span<const std::string_view> groups) {
  std::vector<std::vector<std::size_t>> parts(shard.node.shard_count());
  for (std::size_t i = 0; i < groups.size(); ++i) {
    parts[group_shard(shard, groups[i])].push_back(i);
  }
  return parts;
}

}  // namespace weir::broker::api
