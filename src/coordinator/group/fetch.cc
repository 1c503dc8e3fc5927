// OffsetFetch of one group.

#include "coordinator/group/group_shard.h"

namespace weir::coordinator {
namespace {

using wire::ErrorCode;
using RequestGroup = wire::OffsetFetchRequest::OffsetFetchRequestGroup;
using ResponseTopic = wire::OffsetFetchResponse::OffsetFetchResponseTopics;
using ResponsePartition = wire::OffsetFetchResponse::OffsetFetchResponsePartitions;
using ResponseGroup = wire::OffsetFetchResponse::OffsetFetchResponseGroup;

constexpr std::int16_t fetch_version_with_topic_ids = 10;

ResponsePartition nothing_committed(PartitionIndex partition, ErrorCode error) {
  ResponsePartition out;
  out.partition_index = partition;
  out.committed_offset = no_offset;
  out.error_code = code_of(error);
  return out;
}

ResponsePartition committed(PartitionIndex partition, const CommittedOffset& value,
                            wire::Arena& arena) {
  ResponsePartition out;
  out.partition_index = partition;
  out.committed_offset = value.offset;
  out.committed_leader_epoch = value.leader_epoch;
  out.metadata = arena.copy(value.metadata);
  return out;
}

// The offset was committed for another topic of that name, which is gone.
bool is_of_another_topic(const CommittedOffset& value, const Uuid& asked) {
  return !asked.is_zero() && !value.topic_id.is_zero() && asked != value.topic_id;
}

struct Reader {
  const Call& call;
  const GroupEntry* entry;  // null: no such group
  bool require_stable;
  wire::Arena& arena;

  bool is_unstable(std::string_view topic, PartitionIndex partition) const {
    return require_stable && entry != nullptr && entry->has_pending(topic, partition);
  }

  ResponsePartition read(std::string_view topic, const Uuid& topic_id,
                         PartitionIndex partition) const {
    if (is_unstable(topic, partition)) {
      return nothing_committed(partition, ErrorCode::unstable_offset_commit);
    }
    const CommittedOffset* value =
        entry == nullptr ? nullptr : find_offset(entry->offsets, topic, partition);
    if (value == nullptr || is_of_another_topic(*value, topic_id)) {
      return nothing_committed(partition, ErrorCode::none);
    }
    return committed(partition, *value, arena);
  }

  void read_some(const RequestGroup& request, ResponseGroup& response) const {
    response.topics = arena.array<ResponseTopic>(request.topics.size());
    for (std::size_t i = 0; i < request.topics.size(); ++i) {
      const auto& from = request.topics[i];
      ResponseTopic& to = response.topics[i];
      to.name = from.name;
      to.topic_id = from.topic_id;
      to.partitions = arena.array<ResponsePartition>(from.partition_indexes.size());
      const bool by_id = call.from.api_version >= fetch_version_with_topic_ids;
      const auto name = by_id ? call.topics.topic_name(from.topic_id)
                              : std::optional<std::string_view>(from.name);
      for (std::size_t j = 0; j < from.partition_indexes.size(); ++j) {
        const PartitionIndex partition = from.partition_indexes[j];
        to.partitions[j] = name ? read(*name, by_id ? from.topic_id : Uuid{}, partition)
                                : nothing_committed(partition, ErrorCode::unknown_topic_id);
      }
    }
  }

  void read_all(ResponseGroup& response) const {
    if (entry == nullptr) return;
    response.topics = arena.array<ResponseTopic>(entry->offsets.size());
    std::size_t count = 0;
    for (const auto& [topic, partitions] : entry->offsets) {
      Uuid id;
      if (call.from.api_version >= fetch_version_with_topic_ids) {
        const auto known = call.topics.topic_id(topic);
        if (!known) continue;  // it cannot be named
        id = *known;
      }
      ResponseTopic& to = response.topics[count++];
      to.name = arena.copy(topic);
      to.topic_id = id;
      to.partitions = arena.array<ResponsePartition>(partitions.size());
      std::size_t next = 0;
      for (const auto& [partition, value] : partitions) {
        to.partitions[next++] =
            is_unstable(topic, partition)
                ? nothing_committed(partition, ErrorCode::unstable_offset_commit)
                : committed(partition, value, arena);
      }
    }
    response.topics = {response.topics.data(), count};
  }
};

// Members of kinds that are not served are strangers; whoever does not claim to be one may read.
ErrorCode validate(const GroupEntry* entry, const RequestGroup& request) {
  if (entry == nullptr || entry->foreign == nullptr) return ErrorCode::none;
  if (entry->foreign->kind == ForeignKind::share) return ErrorCode::none;
  const bool claims_membership = !request.member_id.is_null() || request.member_epoch >= 0;
  return claims_membership ? ErrorCode::unknown_member_id : ErrorCode::none;
}

}  // namespace

void GroupShard::fetch(const Call& call, const RequestGroup& request, bool require_stable,
                       wire::Arena& arena, ResponseGroup& response) const {
  response.group_id = request.group_id;
  const GroupEntry* entry = store_.find(request.group_id);
  if (entry != nullptr && !entry->exists()) entry = nullptr;
  if (const ErrorCode error = validate(entry, request); error != ErrorCode::none) {
    response.error_code = code_of(error);
    return;
  }
  const Reader reader{call, entry, require_stable, arena};
  if (request.topics.is_null()) {
    reader.read_all(response);
  } else {
    reader.read_some(request, response);
  }
}

}  // namespace weir::coordinator
