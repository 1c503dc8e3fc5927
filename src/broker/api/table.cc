#include <algorithm>
#include <array>

#include "broker/api/api.h"

namespace weir::broker::api {
namespace {

const std::array table = {
    &produce,
    &fetch,
    &list_offsets,
    &metadata,
    &offset_commit,
    &offset_fetch,
    &find_coordinator,
    &join_group,
    &heartbeat,
    &leave_group,
    &sync_group,
    &describe_groups,
    &list_groups,
    &api_versions,
    &create_topics,
    &delete_topics,
    &delete_records,
    &init_producer_id,
    &offset_for_leader_epoch,
    &describe_configs,
    &alter_configs,
    &describe_log_dirs,
    &create_partitions,
    &delete_groups,
    &incremental_alter_configs,
    &offset_delete,
    &describe_quorum,
    &describe_cluster,
    &describe_producers,
    &list_config_resources,
    &describe_topic_partitions,
};

}  // namespace

std::span<const Api* const> served_apis() { return table; }

const Api* find_served(wire::ApiKey key) {
  const auto found =
      std::ranges::lower_bound(table, key, {}, [](const Api* api) { return api->key; });
  return found != table.end() && (*found)->key == key ? *found : nullptr;
}

}  // namespace weir::broker::api
