#pragma once
// GroupService: the driver of the group coordinator on one shard. It hosts a GroupShard (the
// kernel) for each partition of __consumer_offsets whose leader lives on this shard, batches what
// one loop turn writes into one record batch, and lets each answer wait until what it depends on is
// committed.
//
// The broker calls it on the shard that hosts the group: partition_for(group id) names the
// partition, and the broker knows the partition's shard. A request that names several groups
// (DescribeGroups, DeleteGroups, OffsetFetch from version 8) is split by shard by the broker, each
// part a request with the groups of that shard; ListGroups goes to every shard. The answers of the
// parts are concatenated.
//
// Requests and responses: the request, the arena and the response stay alive until the task ends;
// what the response points at lies in the arena or in the request. throttle_time_ms and
// authorized_operations are left to the broker, as are authorization and the existence of
// __consumer_offsets itself. Every method fills the response whatever happens: the error is in the
// place where that API has it.
//
// Errors that every method can answer: COORDINATOR_LOAD_IN_PROGRESS while the partition loads,
// NOT_COORDINATOR when it is not here, COORDINATOR_NOT_AVAILABLE when the log could not take or
// commit the records in time, INVALID_GROUP_ID.

#include <memory>
#include <span>

#include "base/env/env.h"
#include "base/ids.h"
#include "base/task.h"
#include "coordinator/coordinator_log.h"
#include "coordinator/group/group_config.h"
#include "coordinator/group/request_context.h"
#include "coordinator/topic_lookup.h"
#include "wire/codec/arena.h"

namespace weir::wire {
struct JoinGroupRequest;
struct JoinGroupResponse;
struct SyncGroupRequest;
struct SyncGroupResponse;
struct HeartbeatRequest;
struct HeartbeatResponse;
struct LeaveGroupRequest;
struct LeaveGroupResponse;
struct OffsetCommitRequest;
struct OffsetCommitResponse;
struct OffsetFetchRequest;
struct OffsetFetchResponse;
struct ListGroupsRequest;
struct ListGroupsResponse;
struct DescribeGroupsRequest;
struct DescribeGroupsResponse;
struct DeleteGroupsRequest;
struct DeleteGroupsResponse;
struct OffsetDeleteRequest;
struct OffsetDeleteResponse;
}  // namespace weir::wire

namespace weir::coordinator {

class GroupService {
 public:
  // `offsets_partitions`: how many partitions __consumer_offsets has (offsets.topic.num.partitions
  // until the topic exists). `topics` and `env` outlive the service.
  GroupService(env::Env& env, const TopicLookup& topics, GroupConfig config,
               std::int32_t offsets_partitions);
  ~GroupService();

  void set_config(const GroupConfig& config);  // dynamic settings, from now on
  void set_offsets_partitions(std::int32_t count);

  // --- who leads what; plain commands that return at once ---
  // This broker became the leader of the partition. A second call with a newer epoch starts over.
  void start_loading(PartitionIndex partition, LeaderEpoch epoch,
                     std::shared_ptr<CoordinatorLog> log);
  // It is not the leader any more: waiting requests are answered with NOT_COORDINATOR.
  void resign(PartitionIndex partition);
  bool is_active(PartitionIndex partition) const;  // loaded and serving
  // Resigns everything and returns when no task of the service runs any more. Await it before
  // destruction.
  Task<> stop();

  // Topics that were deleted: their committed offsets are removed from every group here.
  void topics_deleted(std::span<const DeletedTopic> topics);

  // --- one method per API ---
  Task<> join_group(const RequestContext& context, const wire::JoinGroupRequest& request,
                    wire::Arena& arena, wire::JoinGroupResponse& response);
  Task<> sync_group(const RequestContext& context, const wire::SyncGroupRequest& request,
                    wire::Arena& arena, wire::SyncGroupResponse& response);
  Task<> heartbeat(const RequestContext& context, const wire::HeartbeatRequest& request,
                   wire::Arena& arena, wire::HeartbeatResponse& response);
  Task<> leave_group(const RequestContext& context, const wire::LeaveGroupRequest& request,
                     wire::Arena& arena, wire::LeaveGroupResponse& response);
  // Also answers for topics that do not exist (UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID).
  Task<> commit_offsets(const RequestContext& context, const wire::OffsetCommitRequest& request,
                        wire::Arena& arena, wire::OffsetCommitResponse& response);
  Task<> fetch_offsets(const RequestContext& context, const wire::OffsetFetchRequest& request,
                       wire::Arena& arena, wire::OffsetFetchResponse& response);
  Task<> list_groups(const RequestContext& context, const wire::ListGroupsRequest& request,
                     wire::Arena& arena, wire::ListGroupsResponse& response);
  Task<> describe_groups(const RequestContext& context, const wire::DescribeGroupsRequest& request,
                         wire::Arena& arena, wire::DescribeGroupsResponse& response);
  Task<> delete_groups(const RequestContext& context, const wire::DeleteGroupsRequest& request,
                       wire::Arena& arena, wire::DeleteGroupsResponse& response);
  Task<> delete_offsets(const RequestContext& context, const wire::OffsetDeleteRequest& request,
                        wire::Arena& arena, wire::OffsetDeleteResponse& response);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::coordinator
