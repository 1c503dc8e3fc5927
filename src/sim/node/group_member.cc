#include "sim/node/group_member.h"

#include <utility>

#include "wire/error_code.h"
#include "wire/message/find_coordinator_request.h"
#include "wire/message/find_coordinator_response.h"
#include "wire/message/heartbeat_request.h"
#include "wire/message/heartbeat_response.h"
#include "wire/message/join_group_request.h"
#include "wire/message/join_group_response.h"
#include "wire/message/leave_group_request.h"
#include "wire/message/leave_group_response.h"
#include "wire/message/offset_commit_request.h"
#include "wire/message/offset_commit_response.h"
#include "wire/message/offset_fetch_request.h"
#include "wire/message/offset_fetch_response.h"
#include "wire/message/sync_group_request.h"
#include "wire/message/sync_group_response.h"

namespace weir::sim {
namespace {

constexpr std::string_view protocol_type = "sim";
constexpr std::string_view protocol_name = "spread";
constexpr std::int16_t join_version = 9;
constexpr std::int16_t sync_version = 5;
constexpr std::int16_t heartbeat_version = 4;
constexpr std::int16_t leave_version = 5;
constexpr std::int16_t commit_version = 9;
constexpr std::int16_t offset_fetch_version = 9;
constexpr std::int16_t find_coordinator_version = 6;
constexpr std::int16_t no_error = 0;

}  // namespace

// The broker has forgotten this member: the next join is a new one's.
std::int16_t GroupMember::note(std::int16_t error_code) {
  if (error_code == wire::code_of(wire::ErrorCode::unknown_member_id)) forget();
  return error_code;
}

void GroupMember::remember() {
  if (current_.generation >= 0 && !current_.id.empty()) past_ = current_;
}

void GroupMember::forget() {
  remember();
  current_.id.clear();
}

Task<Result<std::int16_t>> GroupMember::join(RawClient& client) {
  assigned_.clear();
  remember();
  wire::JoinGroupRequest::JoinGroupRequestProtocol protocol;
  protocol.name = protocol_name;
  for (;;) {
    wire::JoinGroupRequest request;
    request.group_id = settings_.group;
    request.session_timeout_ms = settings_.session_timeout_ms;
    request.rebalance_timeout_ms = settings_.rebalance_timeout_ms;
    request.member_id = current_.id;
    request.protocol_type = protocol_type;
    request.protocols = {&protocol, 1};
    auto calling = client.call<wire::JoinGroupResponse>(request, join_version);
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    if (answer->error_code == wire::code_of(wire::ErrorCode::member_id_required) &&
        current_.id.empty()) {
      current_.id = answer->member_id.str();
      continue;
    }
    if (answer->error_code != no_error) co_return note(answer->error_code);
    current_.id = answer->member_id.str();
    current_.generation = answer->generation_id;
    std::vector<std::string> members;
    for (const auto& member : answer->members) members.push_back(member.member_id.str());
    auto syncing = sync(client, std::move(members));
    co_return co_await std::move(syncing);
  }
}

// `members` is empty unless this one leads.
Task<Result<std::int16_t>> GroupMember::sync(RawClient& client, std::vector<std::string> members) {
  std::vector<std::vector<std::byte>> parts(members.size());
  for (std::int32_t p = 0; p < settings_.partitions && !members.empty(); ++p) {
    parts[static_cast<std::size_t>(p) % members.size()].push_back(static_cast<std::byte>(p));
  }
  std::vector<wire::SyncGroupRequest::SyncGroupRequestAssignment> assignments(members.size());
  for (std::size_t i = 0; i < members.size(); ++i) {
    assignments[i].member_id = members[i];
    assignments[i].assignment = Bytes(parts[i]);
  }
  wire::SyncGroupRequest request;
  request.group_id = settings_.group;
  request.generation_id = current_.generation;
  request.member_id = current_.id;
  request.protocol_type = protocol_type;
  request.protocol_name = protocol_name;
  request.assignments = assignments;
  auto calling = client.call<wire::SyncGroupResponse>(request, sync_version);
  CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
  if (answer->error_code == no_error) {
    for (const std::byte partition : answer->assignment.view()) {
      assigned_.push_back({settings_.topic, static_cast<PartitionIndex>(partition)});
    }
  }
  co_return note(answer->error_code);
}

Task<Result<std::int16_t>> GroupMember::heartbeat(RawClient& client) {
  wire::HeartbeatRequest request;
  request.group_id = settings_.group;
  request.generation_id = current_.generation;
  request.member_id = current_.id;
  auto calling = client.call<wire::HeartbeatResponse>(request, heartbeat_version);
  CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
  co_return note(answer->error_code);
}

Task<Result<std::int16_t>> GroupMember::commit(RawClient& client,
                                               std::map<TopicPartition, Offset> offsets) {
  auto committing = commit_as(client, current_, std::move(offsets));
  CO_TRY_ASSIGN(const std::int16_t error, co_await std::move(committing));
  co_return note(error);
}

Task<Result<std::int16_t>> GroupMember::commit_late(RawClient& client,
                                                    std::map<TopicPartition, Offset> offsets) {
  return commit_as(client, past_, std::move(offsets));
}

Task<Result<std::int16_t>> GroupMember::commit_as(RawClient& client, Membership as,
                                                  std::map<TopicPartition, Offset> offsets) {
  std::vector<wire::OffsetCommitRequest::OffsetCommitRequestPartition> partitions;
  for (const auto& [at, offset] : offsets) {
    auto& partition = partitions.emplace_back();
    partition.partition_index = at.partition;
    partition.committed_offset = offset;
  }
  wire::OffsetCommitRequest::OffsetCommitRequestTopic topic;
  topic.name = settings_.topic;
  topic.partitions = partitions;
  wire::OffsetCommitRequest request;
  request.group_id = settings_.group;
  request.generation_id_or_member_epoch = as.generation;
  request.member_id = as.id;
  request.topics = {&topic, 1};
  auto calling = client.call<wire::OffsetCommitResponse>(request, commit_version);
  CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
  std::size_t answered = 0;
  for (const auto& each : answer->topics) {
    for (const auto& partition : each.partitions) {
      ++answered;
      if (partition.error_code != no_error) co_return partition.error_code;
    }
  }
  if (answered != offsets.size()) {
    co_return fail(Errc::corrupt, "a commit answer of another shape than its request");
  }
  co_return no_error;
}

Task<Result<std::int16_t>> GroupMember::leave(RawClient& client) {
  wire::LeaveGroupRequest::MemberIdentity member;
  member.member_id = current_.id;
  wire::LeaveGroupRequest request;
  request.group_id = settings_.group;
  request.members = {&member, 1};
  auto calling = client.call<wire::LeaveGroupResponse>(request, leave_version);
  CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
  forget();
  assigned_.clear();
  co_return answer->error_code;
}

Task<Result<std::int16_t>> find_coordinator(RawClient& client, std::string group) {
  wire::Str key(group);
  wire::FindCoordinatorRequest request;
  request.coordinator_keys = {&key, 1};
  auto calling = client.call<wire::FindCoordinatorResponse>(request, find_coordinator_version);
  CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
  if (answer->coordinators.size() != 1) {
    co_return fail(Errc::corrupt, "a coordinator answer of another shape than its request");
  }
  co_return answer->coordinators[0].error_code;
}

Task<Result<CommittedOffsets>> committed_offsets(RawClient& client, std::string group,
                                                 std::vector<TopicPartition> of) {
  std::map<std::string, std::vector<std::int32_t>> by_topic;
  for (const TopicPartition& at : of) by_topic[at.topic].push_back(at.partition);
  std::vector<wire::OffsetFetchRequest::OffsetFetchRequestTopics> topics;
  for (auto& [name, partitions] : by_topic) {
    auto& topic = topics.emplace_back();
    topic.name = name;
    topic.partition_indexes = partitions;
  }
  wire::OffsetFetchRequest::OffsetFetchRequestGroup asked;
  asked.group_id = group;
  asked.topics = topics;
  wire::OffsetFetchRequest request;
  request.groups = {&asked, 1};
  auto calling = client.call<wire::OffsetFetchResponse>(request, offset_fetch_version);
  CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
  if (answer->groups.size() != 1) {
    co_return fail(Errc::corrupt, "an offsets answer of another shape than its request");
  }
  CommittedOffsets committed{.error_code = answer->groups[0].error_code, .offsets = {}};
  for (const auto& topic : answer->groups[0].topics) {
    for (const auto& partition : topic.partitions) {
      if (partition.error_code != no_error) committed.error_code = partition.error_code;
      committed.offsets[{topic.name.str(), partition.partition_index}] = partition.committed_offset;
    }
  }
  co_return committed;
}

}  // namespace weir::sim
