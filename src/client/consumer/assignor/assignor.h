#pragma once
// How a group's leader divides the partitions: Apache Kafka's four assignors, partition for
// partition as Java's client does it (golden groups: test/assignments), so that leaders may be of
// either kind. Pure functions.
//
//   range               each topic by itself, members in order get neighbouring partitions; with
//   racks
//                       those whose replicas are near (KIP-881); topics alike are assigned alike
//   roundrobin          all partitions of all topics in turn
//   sticky              balanced, and as much as possible where it was (KIP-54)
//   cooperative-sticky  the same, but what changes hands is first given to nobody (KIP-429)
//
// Where Java's sticky assignors throw or give a partition to a member that does not subscribe to
// its topic (owners of older generations that want something else now), ours give it to one that
// does.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/consumer/assignor/subscription.h"

namespace weir::client {

enum class Assignor : std::uint8_t { range, round_robin, sticky, cooperative_sticky };

std::string_view name_of(Assignor assignor);  // as in partition.assignment.strategy and JoinGroup
std::optional<Assignor> assignor_by_name(std::string_view name);
// Members keep what they have while a rebalance goes on (KIP-429).
bool is_cooperative(Assignor assignor);

struct GroupMember {
  std::string id;
  std::optional<std::string> instance_id;  // group.instance.id
  Subscription subscription;
};

// Racks of the replicas of each partition, by index; none where brokers have no rack.
using ReplicaRacks = std::vector<std::vector<std::string>>;
// The topics there are; others that members ask for are left out.
using GroupTopics = std::map<std::string, ReplicaRacks, std::less<>>;

// For each member, by its place in `members`: its partitions in order.
using GroupAssignment = std::vector<std::vector<TopicPartition>>;

// `members` as the coordinator's answer lists them, ids all different.
GroupAssignment assign(Assignor assignor, const GroupTopics& topics,
                       std::span<const GroupMember> members);

// What a member that owns `owned` since `generation` puts into its user data; nullopt: nothing.
std::optional<std::vector<std::byte>> user_data_of(Assignor assignor,
                                                   std::span<const TopicPartition> owned,
                                                   std::int32_t generation);

}  // namespace weir::client
