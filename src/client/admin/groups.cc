#include <algorithm>
#include <utility>

#include "client/admin/config_entry.h"
#include "client/admin/member_bytes.h"
#include "client/admin/routing.h"
#include "client/admin/text.h"
#include "wire/message/consumer_group_describe_request.h"
#include "wire/message/consumer_group_describe_response.h"
#include "wire/message/delete_groups_request.h"
#include "wire/message/delete_groups_response.h"
#include "wire/message/describe_groups_request.h"
#include "wire/message/describe_groups_response.h"
#include "wire/message/leave_group_request.h"
#include "wire/message/leave_group_response.h"

namespace weir::client {
namespace {

using wire::ConsumerGroupDescribeRequest;
using wire::ConsumerGroupDescribeResponse;
using wire::DeleteGroupsRequest;
using wire::DeleteGroupsResponse;
using wire::DescribeGroupsRequest;
using wire::DescribeGroupsResponse;
using wire::ErrorCode;
using wire::LeaveGroupRequest;
using wire::LeaveGroupResponse;

constexpr std::int16_t several_members_version = 3;  // of LeaveGroup (KIP-345)

std::vector<TopicPartition> partitions_of(const ConsumerGroupDescribeResponse::Assignment& answer) {
  std::vector<TopicPartition> partitions;
  for (const auto& topic : answer.topic_partitions) {
    for (const PartitionIndex index : topic.partitions) {
      partitions.push_back({topic.topic_name.str(), index});
    }
  }
  std::ranges::sort(partitions);
  return partitions;
}

MemberDescription member_of(const ConsumerGroupDescribeResponse::Member& answer) {
  MemberDescription member{.id = answer.member_id.str(),
                           .instance_id = text_or_none(answer.instance_id),
                           .rack = text_or_none(answer.rack_id),
                           .client_id = answer.client_id.str(),
                           .host = answer.client_host.str(),
                           .subscription = {},
                           .subscribed_pattern = text_or_none(answer.subscribed_topic_regex),
                           .assignment = partitions_of(answer.assignment),
                           .target_assignment = partitions_of(answer.target_assignment),
                           .epoch = answer.member_epoch,
                           .metadata_bytes = {},
                           .assignment_bytes = {}};
  for (const auto& topic : answer.subscribed_topic_names) {
    member.subscription.push_back(topic.str());
  }
  return member;
}

GroupDescription group_of(const ConsumerGroupDescribeResponse::DescribedGroup& answer,
                          BrokerId coordinator) {
  GroupDescription group{.type = "Consumer",
                         .protocol_type = "consumer",
                         .protocol = answer.assignor_name.str(),
                         .state = answer.group_state.str(),
                         .coordinator = coordinator,
                         .members = {},
                         .epoch = answer.group_epoch,
                         .assignment_epoch = answer.assignment_epoch};
  for (const auto& member : answer.members) group.members.push_back(member_of(member));
  return group;
}

MemberDescription member_of(const DescribeGroupsResponse::DescribedGroupMember& answer) {
  MemberDescription member;
  member.id = answer.member_id.str();
  member.instance_id = text_or_none(answer.group_instance_id);
  member.client_id = answer.client_id.str();
  member.host = answer.client_host.str();
  const Bytes metadata = answer.member_metadata.view();
  const Bytes assignment = answer.member_assignment.view();
  member.metadata_bytes.assign(metadata.begin(), metadata.end());
  member.assignment_bytes.assign(assignment.begin(), assignment.end());
  return member;
}

GroupDescription group_of(const DescribeGroupsResponse::DescribedGroup& answer,
                          BrokerId coordinator) {
  GroupDescription group{.type = "Classic",
                         .protocol_type = answer.protocol_type.str(),
                         .protocol = answer.protocol_data.str(),
                         .state = answer.group_state.str(),
                         .coordinator = coordinator,
                         .members = {},
                         .epoch = {},
                         .assignment_epoch = {}};
  for (const auto& answered : answer.members) {
    MemberDescription& member = group.members.emplace_back(member_of(answered));
    if (group.protocol_type == "consumer") read_consumer_protocol(member);
  }
  return group;
}

struct DescribingGroups {
  AdminRouter& router;
  env::Instant deadline;
  Batch<std::string, GroupDescription> batch;

  // Only the new protocol's API tells everything of its groups; it does not know others.
  Task<Outcome<>> ask(Cluster::Connection connection, BrokerId broker,
                      std::vector<std::string> groups) {
    if (connection->versions().serves(ConsumerGroupDescribeRequest::api_key)) {
      auto asking = ask_new(connection, broker, groups);
      CO_TRY_ASSIGN(groups, co_await std::move(asking));
    }
    if (groups.empty()) co_return Outcome<>{};
    auto asking = ask_classic(connection, broker, std::move(groups));
    co_return co_await std::move(asking);
  }

  // Those that are not of the new protocol.
  Task<Outcome<std::vector<std::string>>> ask_new(Cluster::Connection connection, BrokerId broker,
                                                  std::vector<std::string> groups) {
    std::vector<wire::Str> ids(groups.begin(), groups.end());
    ConsumerGroupDescribeRequest request;
    request.group_ids = ids;
    auto calling =
        connection->call<ConsumerGroupDescribeResponse>(request, router.call_options(deadline));
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    std::vector<std::string> others;
    for (const auto& group : answer->groups) {
      const ErrorCode error = wire::error_info(group.error_code).code;
      const std::string id = group.group_id.str();
      if (error == ErrorCode::none) {
        batch.settle(id, group_of(group, broker));
      } else if (error == ErrorCode::group_id_not_found ||
                 error == ErrorCode::unsupported_version) {
        others.push_back(id);
      } else {
        batch.settle(id, fail(error, group_text(id), group.error_message.str()));
      }
    }
    co_return others;
  }

  Task<Outcome<>> ask_classic(Cluster::Connection connection, BrokerId broker,
                              std::vector<std::string> groups) {
    std::vector<wire::Str> ids(groups.begin(), groups.end());
    DescribeGroupsRequest request;
    request.groups = ids;
    auto calling = connection->call<DescribeGroupsResponse>(request, router.call_options(deadline));
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    for (const auto& group : answer->groups) {
      const std::string id = group.group_id.str();
      ErrorCode error = wire::error_info(group.error_code).code;
      // Before version 6 a group that is not there is a dead one.
      const bool is_dead = group.group_state.view() == "Dead";
      if (error == ErrorCode::none && is_dead) error = ErrorCode::group_id_not_found;
      if (error == ErrorCode::none) {
        batch.settle(id, group_of(group, broker));
      } else {
        batch.settle(id, fail(error, group_text(id), group.error_message.str()));
      }
    }
    co_return Outcome<>{};
  }
};

struct DeletingGroups {
  AdminRouter& router;
  env::Instant deadline;
  Batch<std::string, void> batch;

  Task<Outcome<>> ask(Cluster::Connection connection, BrokerId, std::vector<std::string> groups) {
    std::vector<wire::Str> ids(groups.begin(), groups.end());
    DeleteGroupsRequest request;
    request.groups_names = ids;
    auto calling = connection->call<DeleteGroupsResponse>(request, router.call_options(deadline));
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    for (const auto& result : answer->results) {
      const std::string id = result.group_id.str();
      const ErrorCode error = wire::error_info(result.error_code).code;
      Outcome<> outcome;
      if (error != ErrorCode::none) {
        outcome = fail(error, group_text(id), result.error_message.str());
      }
      batch.settle(id, std::move(outcome));
    }
    co_return Outcome<>{};
  }
};

struct Removing {
  AdminRouter& router;
  env::Instant deadline;
  std::vector<MemberToRemove> members;
  std::string reason;
  Batch<std::string, std::vector<Outcome<>>> batch;

  Task<Outcome<>> ask(Cluster::Connection connection, BrokerId, std::vector<std::string> groups) {
    const auto version = connection->versions().pick(LeaveGroupRequest::api_key);
    CO_TRY(version);
    if (*version < several_members_version) {
      co_return weir::fail(Errc::unsupported, "the broker lets members leave only by themselves");
    }
    std::vector<LeaveGroupRequest::MemberIdentity> leaving(members.size());
    for (std::size_t i = 0; i < members.size(); ++i) {
      leaving[i].member_id = members[i].id;
      if (members[i].instance_id) leaving[i].group_instance_id = wire::Str(*members[i].instance_id);
      leaving[i].reason = wire::Str(reason);
    }
    LeaveGroupRequest request;
    request.group_id = groups.front();
    request.members = leaving;
    auto calling = connection->call<LeaveGroupResponse>(request, router.call_options(deadline));
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    const ErrorCode error = wire::error_info(answer->error_code).code;
    if (error != ErrorCode::none) co_return fail(error, group_text(groups.front()));
    if (answer->members.size() != members.size()) {
      co_return weir::fail(Errc::corrupt, "an answer of another shape than its question");
    }
    std::vector<Outcome<>> outcomes;
    for (std::size_t i = 0; i < members.size(); ++i) {
      const ErrorCode of_member = wire::error_info(answer->members[i].error_code).code;
      Outcome<>& outcome = outcomes.emplace_back();
      if (of_member != ErrorCode::none) {
        outcome =
            fail(of_member, "member '" + members[i].instance_id.value_or(members[i].id) + "'");
      }
    }
    batch.settle(groups.front(), std::move(outcomes));
    co_return Outcome<>{};
  }
};

}  // namespace

Task<PerItem<std::string, GroupDescription>> Admin::describe_groups(std::vector<std::string> groups,
                                                                    env::Instant deadline) {
  DescribingGroups describing{*router_, deadline, Batch<std::string, GroupDescription>(groups)};
  auto running = router_->run(describing, router_->coordinators(deadline));
  co_await std::move(running);
  co_return describing.batch.take();
}

Task<PerItem<std::string>> Admin::delete_groups(std::vector<std::string> groups,
                                                env::Instant deadline) {
  DeletingGroups deleting{*router_, deadline, Batch<std::string, void>(groups)};
  auto running = router_->run(deleting, router_->coordinators(deadline));
  co_await std::move(running);
  co_return deleting.batch.take();
}

Task<Outcome<std::vector<Outcome<>>>> Admin::remove_members(std::string group,
                                                            std::vector<MemberToRemove> members,
                                                            std::string reason,
                                                            env::Instant deadline) {
  if (members.empty()) co_return std::vector<Outcome<>>{};
  Removing removing{*router_, deadline, std::move(members), std::move(reason),
                    Batch<std::string, std::vector<Outcome<>>>({&group, 1})};
  auto running = router_->run(removing, router_->coordinators(deadline));
  co_await std::move(running);
  co_return removing.batch.take().at(group);
}

}  // namespace weir::client
