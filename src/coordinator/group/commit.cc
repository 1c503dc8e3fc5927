// OffsetCommit: who may commit, and what is stored. Also OffsetDelete (KIP-496) and what goes with
// a topic.

#include <algorithm>
#include <utility>
#include <vector>

#include "base/canary.h"
#include "coordinator/group/answers.h"
#include "coordinator/group/group_shard.h"
#include "wire/record/record.h"

namespace weir::coordinator {
namespace {

using wire::ErrorCode;
using Request = wire::OffsetCommitRequest;
using Response = wire::OffsetCommitResponse;

constexpr std::int16_t commit_version_with_group_id_not_found = 9;
constexpr std::int16_t commit_version_with_topic_ids = 10;

// A topic of a request, as the metadata knows it.
struct KnownTopic {
  std::optional<std::string_view> name;  // none: a topic id that nobody has
  Uuid id;
  std::int32_t partitions = 0;

  ErrorCode error_for(PartitionIndex partition) const {
    if (!name) return ErrorCode::unknown_topic_id;
    return partition >= 0 && partition < partitions ? ErrorCode::none
                                                    : ErrorCode::unknown_topic_or_partition;
  }
};

KnownTopic look_up(const Call& call, const Request::OffsetCommitRequestTopic& topic,
                   wire::Arena& arena) {
  KnownTopic known;
  if (call.from.api_version >= commit_version_with_topic_ids) {
    const auto name = call.topics.topic_name(topic.topic_id);
    if (!name) return known;
    known.name = arena.copy(*name).view();
    known.id = topic.topic_id;
  } else {
    known.name = topic.name.view();
    known.id = call.topics.topic_id(topic.name).value_or(Uuid{});
  }
  known.partitions = call.topics.partition_count(*known.name);
  return known;
}

ErrorCode validate_member(const ClassicGroup& group, const Request& request) {
  const bool is_outsider = request.generation_id_or_member_epoch < 0;
  // An operator, or a consumer that assigns its partitions itself.
  if (is_outsider && group.is(GroupState::empty)) return ErrorCode::none;
  if (is_outsider && request.member_id.empty() && request.group_instance_id.is_null()) {
    return ErrorCode::unknown_member_id;
  }
  const ErrorCode error =
      group.validate(request.member_id, optional_view(request.group_instance_id));
  if (error != ErrorCode::none) return error;
  if (request.generation_id_or_member_epoch != group.generation() &&
      !sings(Canary::old_generation_commits)) {
    return ErrorCode::illegal_generation;
  }
  // It knows the new generation, but not yet what it owns in it.
  return group.is(GroupState::completing_rebalance) ? ErrorCode::rebalance_in_progress
                                                    : ErrorCode::none;
}

// Members of other kinds cannot be told apart from strangers, as their epochs are not kept.
ErrorCode validate_foreign(const ForeignGroup& group, const Request& request) {
  if (group.kind == ForeignKind::share) return ErrorCode::group_id_not_found;
  const bool is_outsider = request.generation_id_or_member_epoch < 0;
  return is_outsider && group.members.empty() ? ErrorCode::none : ErrorCode::unknown_member_id;
}

}  // namespace

ErrorCode GroupShard::validate_commit(const Call& call, const Request& request) {
  const GroupEntry* entry = store_.find(request.group_id);
  if (entry != nullptr && entry->foreign != nullptr) {
    return validate_foreign(*entry->foreign, request);
  }
  if (entry == nullptr || entry->classic == nullptr) {
    if (request.generation_id_or_member_epoch < 0) return ErrorCode::none;
    return call.from.api_version >= commit_version_with_group_id_not_found
               ? ErrorCode::group_id_not_found
               : ErrorCode::illegal_generation;
  }
  ClassicGroup& group = *entry->classic;
  const ErrorCode error = validate_member(group, request);
  if (error != ErrorCode::none) return error;
  // A commit is a sign of life.
  if (Member* member = group.find(request.member_id)) {
    if (group.is(GroupState::stable) || group.is(GroupState::preparing_rebalance)) {
      restart_session(group, *member, call.now);
    }
  }
  return ErrorCode::none;
}

void GroupShard::commit(const Call& call, const Request& request, wire::Arena& arena,
                        Response& response, Output& out) {
  std::vector<KnownTopic> known;
  known.reserve(request.topics.size());
  bool asks_for_something = false;
  for (const auto& topic : request.topics) {
    known.push_back(look_up(call, topic, arena));
    asks_for_something =
        asks_for_something || std::ranges::any_of(topic.partitions, [&](const auto& partition) {
          return known.back().error_for(partition.partition_index) == ErrorCode::none;
        });
  }
  const ErrorCode group_error =
      asks_for_something ? validate_commit(call, request) : ErrorCode::none;
  const TimestampMs expiry = request.retention_time_ms == -1
                                 ? no_timestamp
                                 : wire::add_delta(call.now.wall, request.retention_time_ms);

  response.topics = arena.array<Response::OffsetCommitResponseTopic>(request.topics.size());
  for (std::size_t i = 0; i < request.topics.size(); ++i) {
    const auto& from = request.topics[i];
    auto& to = response.topics[i];
    to.name = from.name;
    to.topic_id = from.topic_id;
    to.partitions = arena.array<Response::OffsetCommitResponsePartition>(from.partitions.size());
    for (std::size_t j = 0; j < from.partitions.size(); ++j) {
      const auto& partition = from.partitions[j];
      ErrorCode error = known[i].error_for(partition.partition_index);
      if (error == ErrorCode::none) error = group_error;
      if (error == ErrorCode::none &&
          utf16_length(partition.committed_metadata) >
              static_cast<std::size_t>(config_.offset_metadata_max_bytes)) {
        error = ErrorCode::offset_metadata_too_large;
      }
      if (error == ErrorCode::none) {
        CommittedOffset value;
        value.offset = partition.committed_offset;
        value.leader_epoch = partition.committed_leader_epoch;
        value.commit_timestamp = call.now.wall;
        value.expire_timestamp = expiry;
        value.topic_id = known[i].id;
        value.record_offset = newest_record_offset;
        value.metadata = partition.committed_metadata;
        emit_commit(call, request.group_id, *known[i].name, partition.partition_index,
                    std::move(value), out);
      }
      to.partitions[j].partition_index = partition.partition_index;
      to.partitions[j].error_code = code_of(error);
    }
  }
}

// A group that nobody joins exists from its first commit on.
void GroupShard::emit_commit(const Call& call, std::string_view group, std::string_view topic,
                             PartitionIndex partition, CommittedOffset value, Output& out) {
  const GroupEntry* entry = store_.find(group);
  if (entry == nullptr || !entry->exists()) create_group(group, call.now.wall, current_write(out));
  emit(OffsetCommitted{std::string(group), std::string(topic), partition, std::move(value)}, out);
}

void GroupShard::delete_offsets(const Call& call, const wire::OffsetDeleteRequest& request,
                                wire::Arena& arena, wire::OffsetDeleteResponse& response,
                                Output& out) {
  const auto refuse = [&](ErrorCode error) { response.error_code = code_of(error); };
  if (request.group_id.empty()) return refuse(ErrorCode::invalid_group_id);
  const GroupEntry* entry = store_.find(request.group_id);
  if (entry == nullptr || !entry->exists()) return refuse(ErrorCode::group_id_not_found);
  const ClassicGroup* group = nullptr;
  if (entry->foreign != nullptr) {
    if (entry->foreign->kind == ForeignKind::share) return refuse(ErrorCode::group_id_not_found);
    if (!entry->foreign->members.empty()) return refuse(ErrorCode::non_empty_group);
  } else {
    group = entry->classic.get();
    if (!group->is(GroupState::empty) && !group->uses_consumer_protocol()) {
      return refuse(ErrorCode::non_empty_group);
    }
  }
  using Topic = wire::OffsetDeleteResponse::OffsetDeleteResponseTopic;
  using Partition = wire::OffsetDeleteResponse::OffsetDeleteResponsePartition;
  response.topics = arena.array<Topic>(request.topics.size());
  for (std::size_t i = 0; i < request.topics.size(); ++i) {
    const auto& from = request.topics[i];
    const bool is_subscribed = group != nullptr && group->is_subscribed_to(from.name);
    const std::int32_t known = call.topics.partition_count(from.name);
    response.topics[i].name = from.name;
    response.topics[i].partitions = arena.array<Partition>(from.partitions.size());
    for (std::size_t j = 0; j < from.partitions.size(); ++j) {
      const PartitionIndex index = from.partitions[j].partition_index;
      ErrorCode error = ErrorCode::none;
      if (index < 0 || index >= known) {
        error = ErrorCode::unknown_topic_or_partition;
      } else if (is_subscribed) {
        error = ErrorCode::group_subscribed_to_topic;
      } else if (has_offset(request.group_id, from.name, index)) {
        emit(OffsetRemoved{request.group_id.str(), from.name.str(), index}, out);
      }
      response.topics[i].partitions[j].partition_index = index;
      response.topics[i].partitions[j].error_code = code_of(error);
    }
  }
}

bool GroupShard::has_offset(std::string_view group, std::string_view topic,
                            PartitionIndex partition) const {
  const GroupEntry* entry = store_.find(group);
  return entry != nullptr && (find_offset(entry->offsets, topic, partition) != nullptr ||
                              entry->has_pending(topic, partition));
}

// Offsets of a topic that has been made anew under the same name stay, when the commit knew its id.
void GroupShard::topics_deleted(std::span<const DeletedTopic> topics, Output& out) {
  std::vector<OffsetRemoved> gone;
  const auto collect = [&](const std::string& group, const TopicOffsets& offsets) {
    for (const DeletedTopic& topic : topics) {
      const auto found = offsets.find(topic.name);
      if (found == offsets.end()) continue;
      for (const auto& [partition, value] : found->second) {
        if (value.topic_id.is_zero() || value.topic_id == topic.id) {
          gone.push_back({group, topic.name, partition});
        }
      }
    }
  };
  for (const auto& [group, entry] : store_.entries()) {
    collect(group, entry.offsets);
    if (entry.pending == nullptr) continue;
    for (const auto& [producer, offsets] : *entry.pending) collect(group, offsets);
  }
  for (OffsetRemoved& record : gone) {
    emit(std::move(record), out);
    limit_piece(out);
  }
}

}  // namespace weir::coordinator
