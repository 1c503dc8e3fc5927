#include "client/consumer/assignor/sticky_group.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "client/consumer/assignor/java_order.h"
#include "client/consumer/assignor/member_order.h"

namespace weir::client {

StickyGroup::StickyGroup(const GroupTopics& all_topics, std::span<const GroupMember> from,
                         Previous previous) {
  GroupTopics wanted;
  for (const GroupMember& member : from) {
    for (const std::string& topic : member.subscription.topics) {
      const auto found = all_topics.find(topic);
      if (found != all_topics.end() && !found->second.empty()) wanted.insert(*found);
    }
  }
  // Names and racks are views of what was given, not of the copy.
  for (const auto& [name, partitions] : wanted) {
    const auto& given = *all_topics.find(name);
    topics.push_back({given.first, topic_of.size(), given.second.size(), {}});
    for (const auto& racks : given.second) {
      topic_of.push_back(topics.size() - 1);
      racks_of.emplace_back(racks.begin(), racks.end());
    }
  }
  add_members(from, previous);
  compare_subscriptions(from);
  settle_claims();
  regard_racks();
}

std::optional<PartitionNumber> StickyGroup::number_of(const TopicPartition& partition) const {
  const auto topic = std::ranges::lower_bound(topics, partition.topic, {}, &StickyTopic::name);
  if (topic == topics.end() || topic->name != partition.topic) return std::nullopt;
  // An index beyond the topic's end: the topic was made anew with fewer partitions.
  if (partition.partition < 0 || static_cast<std::size_t>(partition.partition) >= topic->count) {
    return std::nullopt;
  }
  return topic->first + static_cast<std::size_t>(partition.partition);
}

bool StickyGroup::subscribes(MemberNumber member, TopicNumber topic) const {
  return std::ranges::binary_search(members[member].topics, topic);
}

void StickyGroup::add_members(std::span<const GroupMember> from, Previous previous) {
  std::vector<std::string_view> ids;
  for (const GroupMember& member : from) ids.push_back(member.id);
  for (const std::size_t place : java_map_order(ids)) {
    const Subscription& subscription = from[place].subscription;
    const PreviousAssignment had = previous(subscription);
    StickyMember member{.place = place,
                        .id = ids[place],
                        .rack = subscription.rack ? std::string_view(*subscription.rack) : "",
                        .topics = {},
                        .claims = {},
                        .generation = had.generation,
                        .subscription_generation = subscription.generation,
                        .owned = {}};
    for (TopicNumber t = 0; t < topics.size(); ++t) {
      if (!wants_topic(from[place], topics[t].name)) continue;
      member.topics.push_back(t);
      topics[t].takers.push_back(members.size());
    }
    for (const TopicPartition& partition : had.partitions) {
      if (const auto p = number_of(partition)) member.claims.push_back(*p);
    }
    generation_max = std::max(generation_max, had.generation.value_or(no_generation));
    members.push_back(std::move(member));
  }
  std::vector<MemberNumber> by_id(members.size());
  std::iota(by_id.begin(), by_id.end(), MemberNumber{0});
  std::ranges::sort(by_id, java_less, [&](MemberNumber m) { return members[m].id; });
  rank_.resize(members.size());
  for (std::size_t r = 0; r < by_id.size(); ++r) rank_[by_id[r]] = r;
}

// Topics that do not exist count too: Java compares what members ask for.
void StickyGroup::compare_subscriptions(std::span<const GroupMember> from) {
  const auto sorted = [](const GroupMember& member) {
    std::vector<std::string_view> out(member.subscription.topics.begin(),
                                      member.subscription.topics.end());
    std::ranges::sort(out);
    const auto same = std::ranges::unique(out);
    out.erase(same.begin(), same.end());
    return out;
  };
  for (std::size_t i = 1; i < from.size() && all_subscribe_alike; ++i) {
    all_subscribe_alike = sorted(from[i]) == sorted(from[0]);
  }
}

void StickyGroup::settle_claims() {
  is_claimed_twice.assign(partition_count(), false);
  std::vector<MemberNumber> claimed_by(partition_count(), nobody);
  for (MemberNumber m = 0; m < members.size(); ++m) {
    const std::int32_t generation = members[m].generation.value_or(no_generation);
    for (const PartitionNumber p : members[m].claims) {
      const MemberNumber other = claimed_by[p];
      if (other == nobody) {
        members[m].owned.push_back(p);
        claimed_by[p] = m;
        continue;
      }
      const std::int32_t others = members[other].subscription_generation;
      if (generation < others) continue;
      if (generation == others) {
        is_claimed_twice[p] = true;
      } else {
        members[m].owned.push_back(p);
      }
      auto& lost = members[other].owned;
      if (const auto at = std::ranges::find(lost, p); at != lost.end()) lost.erase(at);
      claimed_by[p] = m;
    }
  }
}

void StickyGroup::regard_racks() {
  std::map<std::string_view, std::size_t> members_in;
  RackSet of_members;
  for (const StickyMember& member : members) {
    if (member.rack.empty()) continue;
    ++members_in[member.rack];
    of_members.insert(member.rack);
  }
  if (of_members.empty()) return;
  for (const RackSet& racks : racks_of) {
    std::size_t near = 0;
    for (const std::string_view rack : racks) {
      if (const auto found = members_in.find(rack); found != members_in.end())
        near += found->second;
    }
    near_members.push_back(near);
  }
  regards_racks_ = weir::client::regards_racks(of_members, racks_of);
  if (regards_racks_) return;
  for (StickyMember& member : members) member.rack = {};
}

GroupAssignment StickyGroup::named(
    const std::vector<std::vector<PartitionNumber>>& assigned) const {
  GroupAssignment out(members.size());
  for (MemberNumber m = 0; m < members.size(); ++m) {
    for (const PartitionNumber p : assigned[m]) {
      out[members[m].place].push_back({std::string(topics[topic_of[p]].name), index_of(p)});
    }
  }
  return out;
}

}  // namespace weir::client
