// AlterPartition: a leader asks for another in-sync set (KIP-497, 841, 903).

#include <algorithm>
#include <set>

#include "metadata/controller/handlers.h"
#include "metadata/controller/leader_and_isr.h"
#include "metadata/image/partition_merge.h"
#include "wire/message/alter_partition_request.h"
#include "wire/message/alter_partition_response.h"

namespace weir::metadata {
namespace {

using wire::ErrorCode;
using AskedPartition = wire::AlterPartitionRequest::PartitionData;
using Answer = wire::AlterPartitionResponse::PartitionData;

struct Member {
  BrokerId id = no_broker;
  BrokerEpoch epoch = -1;  // -1: not said
};

std::vector<Member> members_of(const AskedPartition& asked, std::int16_t version) {
  std::vector<Member> members;
  if (version < 3) {
    for (const BrokerId id : asked.new_isr) members.push_back({id, -1});
  } else {
    for (const auto& state : asked.new_isr_with_epochs) {
      members.push_back({state.broker_id, state.broker_epoch});
    }
  }
  return members;
}

bool is_eligible(const Image& image, const Member& member) {
  const Broker* broker = image.broker(member.id);
  return broker != nullptr && broker->is_active() &&
         (member.epoch == -1 || member.epoch == broker->epoch);
}

ErrorCode check_isr(const Partition& partition, const std::vector<Member>& members) {
  if (members.empty()) return ErrorCode::invalid_request;
  std::set<BrokerId> seen;
  for (const auto& member : members) {
    if (!partition.has_replica(member.id) || !seen.insert(member.id).second) {
      return ErrorCode::invalid_request;
    }
  }
  return seen.contains(partition.leader) ? ErrorCode::none : ErrorCode::invalid_request;
}

ErrorCode check(const AskedPartition& asked, BrokerId leader, const Partition& partition,
                const std::vector<Member>& members, const Image& image) {
  // A request from the future: this controller does not know of it yet.
  if (asked.leader_epoch > partition.leader_epoch) return ErrorCode::not_controller;
  if (asked.partition_epoch > partition.partition_epoch) return ErrorCode::not_controller;
  if (asked.leader_epoch < partition.leader_epoch) return ErrorCode::fenced_leader_epoch;
  if (leader != partition.leader) return ErrorCode::invalid_request;
  if (asked.partition_epoch < partition.partition_epoch) return ErrorCode::invalid_update_version;
  if (const auto error = check_isr(partition, members); error != ErrorCode::none) return error;
  if (asked.leader_recovery_state != 0 && asked.leader_recovery_state != 1) {
    return ErrorCode::invalid_request;
  }
  const auto recovery = static_cast<LeaderRecovery>(asked.leader_recovery_state);
  if (recovery == LeaderRecovery::recovering &&
      (members.size() > 1 || partition.leader_recovery == LeaderRecovery::recovered)) {
    return ErrorCode::invalid_request;
  }
  const bool all = std::all_of(members.begin(), members.end(),
                               [&](const Member& member) { return is_eligible(image, member); });
  return all ? ErrorCode::none : ErrorCode::ineligible_replica;
}

void fill(Answer& answer, const Partition& partition, ControllerContext& context) {
  answer.leader_id = partition.leader;
  answer.leader_epoch = partition.leader_epoch;
  answer.isr = context.array(partition.isr);
  answer.leader_recovery_state = static_cast<std::int8_t>(partition.leader_recovery);
  answer.partition_epoch = partition.partition_epoch;
}

Answer alter(const AskedPartition& asked, BrokerId leader, const Topic& topic,
             ControllerContext& context) {
  Answer answer;
  answer.partition_index = asked.partition_index;
  const Partition* partition = topic.partition(asked.partition_index);
  if (partition == nullptr) {
    answer.error_code = code_of(ErrorCode::unknown_topic_or_partition);
    return answer;
  }
  const auto members = members_of(asked, context.api_version);
  const ErrorCode error = check(asked, leader, *partition, members, context.image);
  if (error != ErrorCode::none) {
    answer.error_code = code_of(error);
    return answer;
  }
  PartitionChangeInput input = change_input(context, topic, asked.partition_index, *partition);
  if (unclean_leader_election_enabled(context, topic)) input.election = Election::unclean;
  input.target_isr.emplace();
  for (const auto& member : members) input.target_isr->push_back(member.id);
  input.target_leader_recovery = static_cast<LeaderRecovery>(asked.leader_recovery_state);
  const auto change = partition_change(input);
  if (!change) {
    fill(answer, *partition, context);
    return answer;
  }
  add_change(context, change);
  if (change->leader != leader && change->leader != no_leader_change) {
    answer.error_code = code_of(ErrorCode::new_leader_elected);
    return answer;
  }
  const auto after = merged(*partition, change->record());
  CHECK(after.has_value(), "the controller's own change fits the partition");
  fill(answer, *after, context);
  return answer;
}

}  // namespace

void handle(const wire::AlterPartitionRequest& request, wire::AlterPartitionResponse& response,
            ControllerContext& context) {
  const ApiError stale = check_broker_epoch(context.image, request.broker_id, request.broker_epoch);
  if (!stale.ok()) {
    response.error_code = code_of(stale.code);
    return;
  }
  context.is_atomic = false;
  std::vector<wire::AlterPartitionResponse::TopicData> topics;
  for (const auto& asked_topic : request.topics) {
    const Topic* topic = context.image.topic(asked_topic.topic_id);
    std::vector<Answer> answers;
    for (const auto& asked : asked_topic.partitions) {
      if (topic != nullptr) {
        answers.push_back(alter(asked, request.broker_id, *topic, context));
        continue;
      }
      Answer answer;
      answer.partition_index = asked.partition_index;
      answer.error_code = code_of(ErrorCode::unknown_topic_id);
      answers.push_back(answer);
    }
    wire::AlterPartitionResponse::TopicData data;
    data.topic_id = asked_topic.topic_id;
    data.partitions = context.array(answers);
    topics.push_back(data);
  }
  response.topics = context.array(topics);
}

}  // namespace weir::metadata
