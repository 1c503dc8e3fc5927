#pragma once
// A group as the sticky assignors look at it: topics, partitions and members as numbers, and who
// owns what, once contradictory claims are settled. A partition that two members claim goes to the
// one of the later generation; of the same generation, to neither.
//
// Members are numbered in the order of Java's maps (java_order.h), partitions by topic and index.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "client/consumer/assignor/assignor.h"
#include "client/consumer/assignor/rack_use.h"
#include "client/consumer/assignor/sticky_user_data.h"

namespace weir::client {

using MemberNumber = std::size_t;
using TopicNumber = std::size_t;
using PartitionNumber = std::size_t;
inline constexpr MemberNumber nobody = SIZE_MAX;

struct StickyMember {
  std::size_t place;  // in the list of members that was given
  std::string_view id;
  std::string_view rack;                   // empty: none, or not to be regarded
  std::vector<TopicNumber> topics;         // subscribed and existing, ascending
  std::vector<PartitionNumber> claims;     // as it says
  std::optional<std::int32_t> generation;  // of its claims
  std::int32_t subscription_generation;    // as the subscription says; -1: it does not
  std::vector<PartitionNumber> owned;      // the claims that hold
};

struct StickyTopic {
  std::string_view name;
  PartitionNumber first;
  std::size_t count;
  std::vector<MemberNumber> takers;  // who subscribes, by number
};

class StickyGroup {
 public:
  using Previous = PreviousAssignment (*)(const Subscription&);
  StickyGroup(const GroupTopics& topics, std::span<const GroupMember> members, Previous previous);

  std::vector<StickyMember> members;
  std::vector<StickyTopic> topics;        // by name
  std::vector<TopicNumber> topic_of;      // by partition
  std::vector<RackSet> racks_of;          // by partition
  std::vector<bool> is_claimed_twice;     // by partition
  std::vector<std::size_t> near_members;  // by partition: how many; empty: nobody has a rack
  std::int32_t generation_max = no_generation;
  bool all_subscribe_alike = true;

  std::size_t partition_count() const { return topic_of.size(); }
  PartitionIndex index_of(PartitionNumber p) const {
    return static_cast<PartitionIndex>(p - topics[topic_of[p]].first);
  }
  std::optional<PartitionNumber> number_of(const TopicPartition& partition) const;
  bool subscribes(MemberNumber member, TopicNumber topic) const;
  bool is_far(MemberNumber member, PartitionNumber p) const {
    const std::string_view rack = members[member].rack;
    return !rack.empty() && !racks_of[p].contains(rack);
  }
  bool regards_racks() const { return regards_racks_; }
  // Members by id, as Java compares them; the place of each in that order.
  const std::vector<std::size_t>& rank() const { return rank_; }

  GroupAssignment named(const std::vector<std::vector<PartitionNumber>>& assigned) const;

 private:
  void add_members(std::span<const GroupMember> from, Previous previous);
  void compare_subscriptions(std::span<const GroupMember> from);
  void settle_claims();
  void regard_racks();

  bool regards_racks_ = false;
  std::vector<std::size_t> rank_;
};

}  // namespace weir::client
