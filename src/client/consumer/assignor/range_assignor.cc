#include "client/consumer/assignor/range_assignor.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "client/consumer/assignor/member_order.h"
#include "client/consumer/assignor/rack_use.h"

namespace weir::client {

namespace {

// One topic while it is divided: who may have how many of it still.
class TopicRanges {
 public:
  TopicRanges(const std::string& topic, const ReplicaRacks& partitions,
              std::span<const GroupMember> members, std::vector<std::size_t> takers)
      : topic_(&topic),
        members_(members),
        takers_(std::move(takers)),
        is_free_(partitions.size(), true),
        count_(members.size()),
        each_(partitions.size() / takers_.size()),
        with_one_more_(partitions.size() % takers_.size()) {
    RackSet of_members;
    for (const std::size_t m : takers_) {
      if (const auto& rack = members[m].subscription.rack) of_members.insert(*rack);
    }
    knows_racks_ = !of_members.empty();
    for (const auto& racks : partitions) racks_.emplace_back(racks.begin(), racks.end());
    regards_racks_ = regards_racks(of_members, racks_);
  }

  const std::vector<std::size_t>& takers() const { return takers_; }
  std::size_t partition_count() const { return is_free_.size(); }
  bool knows_racks() const { return knows_racks_; }
  bool wants_racks() const { return regards_racks_; }

  bool is_near(std::size_t member, std::size_t partition) const {
    const auto& rack = members_[member].subscription.rack;
    return !rack || (knows_racks_ && racks_[partition].contains(*rack));
  }
  std::size_t room(std::size_t member) const {
    const std::size_t max = each_ + (with_one_more_ > 0 ? 1 : 0);
    return max - std::min(max, count_[member]);
  }
  // Several at once: the share with one more is counted once.
  void give(std::size_t member, std::span<const std::size_t> partitions, GroupAssignment& out) {
    for (const std::size_t p : partitions) {
      is_free_[p] = false;
      out[member].push_back({*topic_, static_cast<PartitionIndex>(p)});
    }
    count_[member] += partitions.size();
    if (count_[member] > each_ && with_one_more_ > 0) --with_one_more_;
  }
  void give_ranges(bool near_only, GroupAssignment& out) {
    for (const std::size_t m : takers_) {
      std::vector<std::size_t> range;
      const std::size_t room_left = room(m);
      for (std::size_t p = 0; p < is_free_.size() && range.size() < room_left; ++p) {
        if (is_free_[p] && (!near_only || is_near(m, p))) range.push_back(p);
      }
      if (!range.empty()) give(m, range, out);
    }
  }

 private:
  const std::string* topic_;
  std::span<const GroupMember> members_;
  std::vector<std::size_t> takers_;  // who subscribes, in order
  std::vector<RackSet> racks_;
  std::vector<bool> is_free_;
  std::vector<std::size_t> count_;  // by member
  std::size_t each_;
  std::size_t with_one_more_;  // how many members get one more
  bool knows_racks_ = false;
  bool regards_racks_ = false;
};

// Topics of the same members and number of partitions: partition i of all goes to one member, the
// first one that has room and is near to all of them.
void give_alike(std::span<TopicRanges* const> topics, GroupAssignment& out) {
  std::vector<std::size_t> takers = topics.front()->takers();
  for (std::size_t p = 0; p < topics.front()->partition_count() && !takers.empty(); ++p) {
    const auto taker = std::ranges::find_if(takers, [&](std::size_t m) {
      return std::ranges::all_of(
          topics, [&](const TopicRanges* t) { return t->is_near(m, p) && t->room(m) > 0; });
    });
    if (taker == takers.end()) continue;
    for (TopicRanges* topic : topics) topic->give(*taker, std::array{p}, out);
    if (std::ranges::none_of(topics, [&](const auto* t) { return t->room(*taker) > 0; })) {
      takers.erase(taker);
    }
  }
}

void give_near(std::vector<TopicRanges>& topics, GroupAssignment& out) {
  std::map<std::pair<std::vector<std::size_t>, std::size_t>, std::vector<TopicRanges*>> alike;
  for (TopicRanges& topic : topics) {
    if (topic.knows_racks()) alike[{topic.takers(), topic.partition_count()}].push_back(&topic);
  }
  for (const auto& [key, group] : alike) {
    if (group.size() > 1) {
      give_alike(group, out);
    } else if (group.front()->wants_racks()) {
      group.front()->give_ranges(true, out);
    }
  }
}

}  // namespace

GroupAssignment assign_ranges(const GroupTopics& topics, std::span<const GroupMember> members) {
  GroupAssignment out(members.size());
  const std::vector<std::size_t> order = member_order(members);
  std::vector<TopicRanges> states;
  for (const auto& [topic, partitions] : topics) {
    std::vector<std::size_t> takers;
    std::ranges::copy_if(order, std::back_inserter(takers),
                         [&](std::size_t m) { return wants_topic(members[m], topic); });
    if (!takers.empty()) states.emplace_back(topic, partitions, members, std::move(takers));
  }
  if (std::ranges::any_of(states, &TopicRanges::wants_racks)) give_near(states, out);
  for (TopicRanges& topic : states) topic.give_ranges(false, out);
  return out;
}

}  // namespace weir::client
