// DeleteGroups, one group.

#include <set>
#include <utility>

#include "coordinator/group/group_shard.h"

namespace weir::coordinator {

using wire::ErrorCode;

GroupDeleted GroupShard::remove_group(const Call& call, std::string_view group_id, Output& out) {
  constexpr std::int16_t first_version_with_message = 3;
  const GroupEntry* entry = store_.find(group_id);
  if (entry == nullptr || !entry->exists()) return {ErrorCode::group_id_not_found, {}};
  if (entry->foreign != nullptr) {
    // Its records are kept until its kind is served.
    if (call.from.api_version < first_version_with_message) return {ErrorCode::non_empty_group, {}};
    return {ErrorCode::group_deletion_failed, "Groups of this type are not served yet"};
  }
  if (!entry->classic->is(GroupState::empty)) return {ErrorCode::non_empty_group, {}};
  std::vector<OffsetRemoved> offsets;
  const std::string id(group_id);
  for (const auto& [topic, partitions] : entry->offsets) {
    for (const auto& [partition, value] : partitions) offsets.push_back({id, topic, partition});
  }
  if (entry->pending != nullptr) {
    std::set<std::pair<std::string, PartitionIndex>> pending;
    for (const auto& [producer, of_producer] : *entry->pending) {
      for (const auto& [topic, partitions] : of_producer) {
        for (const auto& [partition, value] : partitions) {
          if (find_offset(entry->offsets, topic, partition) == nullptr) {
            pending.emplace(topic, partition);
          }
        }
      }
    }
    for (const auto& [topic, partition] : pending) offsets.push_back({id, topic, partition});
  }
  next_piece(out);
  for (OffsetRemoved& record : offsets) {
    emit(std::move(record), out);
    limit_piece(out);
  }
  emit(GroupRemoved{id}, out);
  return {};
}

}  // namespace weir::coordinator
