#include "client/consumer/assignor/general_assignment.h"

#include <algorithm>
#include <iterator>

namespace weir::client {

GeneralAssignment::GeneralAssignment(const StickyGroup& group)
    : group_(group),
      movements_(group),
      owner_(group.partition_count(), nobody),
      load_(group.members.size(), 0),
      is_fixed_(group.members.size(), false),
      earlier_(group.partition_count()),
      moves_left_(1000 + 10 * group.partition_count()) {}

std::vector<std::vector<PartitionNumber>> GeneralAssignment::assigned() const {
  std::vector<std::vector<PartitionNumber>> out(group_.members.size());
  for (PartitionNumber p = 0; p < owner_.size(); ++p) {
    if (owner_[p] != nobody) out[owner_[p]].push_back(p);
  }
  return out;
}

void GeneralAssignment::run() {
  note_earlier_owners();
  keep_owned();
  order_partitions();
  for (MemberNumber m = 0; m < load_.size(); ++m)
    by_load_.insert({{load_[m], group_.rank()[m]}, m});
  const bool is_first = by_load_.rbegin()->first.first == 0;

  std::vector<PartitionNumber> left = unassigned_;
  if (group_.regards_racks()) give_to_least(left, true);
  give_to_least(left, false);
  leave_out_fixed();

  const std::vector<MemberNumber> before = owner_;
  // When something is taken away anyway, there is no point in moving new partitions only.
  if (!takes_something_away_) move_all(unassigned_);
  const bool has_moved = move_all(ordered_);
  if (!is_first && has_moved && imbalance(owner_) >= imbalance(before)) owner_ = before;
}

void GeneralAssignment::note_earlier_owners() {
  for (MemberNumber m = 0; m < group_.members.size(); ++m) {
    const StickyMember& member = group_.members[m];
    const std::int32_t generation = member.generation.value_or(no_generation);
    if (generation >= group_.generation_max) continue;
    for (const PartitionNumber p : member.claims) {
      if (earlier_[p].member == nobody || generation > earlier_[p].generation) {
        earlier_[p] = {m, generation};
      }
    }
  }
}

void GeneralAssignment::keep_owned() {
  for (MemberNumber m = 0; m < group_.members.size(); ++m) {
    for (const PartitionNumber p : group_.members[m].owned) {
      if (!group_.subscribes(m, group_.topic_of[p]) || group_.is_far(m, p)) {
        takes_something_away_ = true;
        continue;
      }
      owner_[p] = m;
      ++load_[m];
    }
  }
}

void GeneralAssignment::order_partitions() {
  for (PartitionNumber p = 0; p < owner_.size(); ++p) ordered_.push_back(p);
  std::ranges::sort(ordered_, {}, [&](PartitionNumber p) {
    return std::pair(group_.topics[group_.topic_of[p]].takers.size(), p);
  });
  std::ranges::copy_if(ordered_, std::back_inserter(unassigned_),
                       [&](PartitionNumber p) { return owner_[p] == nobody; });
}

void GeneralAssignment::set_load(MemberNumber member, std::size_t load) {
  const std::size_t rank = group_.rank()[member];
  by_load_.erase({{load_[member], rank}, member});
  load_[member] = load;
  by_load_.insert({{load, rank}, member});
}

void GeneralAssignment::give_to_least(std::vector<PartitionNumber>& left, bool near_only) {
  std::erase_if(left, [&](PartitionNumber p) {
    const auto taker = std::ranges::find_if(by_load_, [&](const auto& entry) {
      const MemberNumber m = entry.second;
      return group_.subscribes(m, group_.topic_of[p]) && !(near_only && group_.is_far(m, p));
    });
    if (taker == by_load_.end()) return false;
    owner_[p] = taker->second;
    set_load(taker->second, load_[taker->second] + 1);
    return true;
  });
}

std::size_t GeneralAssignment::most_it_can_have(MemberNumber member) const {
  std::size_t sum = 0;
  for (const TopicNumber t : group_.members[member].topics) sum += group_.topics[t].count;
  return sum;
}

bool GeneralAssignment::takes_part(MemberNumber member) const {
  if (load_[member] < most_it_can_have(member)) return true;
  return std::ranges::any_of(group_.members[member].topics,
                             [&](TopicNumber t) { return group_.topics[t].takers.size() > 1; });
}

// Partitions of topics with one taker, and members that have all they can have and share none of
// it.
void GeneralAssignment::leave_out_fixed() {
  const auto is_fixed = [&](PartitionNumber p) {
    return group_.topics[group_.topic_of[p]].takers.size() < 2;
  };
  std::erase_if(ordered_, is_fixed);
  std::erase_if(unassigned_, is_fixed);
  for (MemberNumber m = 0; m < load_.size(); ++m) {
    if (takes_part(m)) continue;
    is_fixed_[m] = true;
    by_load_.erase({{load_[m], group_.rank()[m]}, m});
  }
}

bool GeneralAssignment::is_balanced() const {
  if (by_load_.empty()) return true;
  const std::size_t least = by_load_.begin()->first.first;
  const std::size_t most = by_load_.rbegin()->first.first;
  if (most <= least + 1) return true;
  std::vector<std::size_t> most_of(group_.topics.size(), 0);  // load of a topic's busiest owner
  for (PartitionNumber p = 0; p < owner_.size(); ++p) {
    std::size_t& of_topic = most_of[group_.topic_of[p]];
    of_topic = std::max(of_topic, load_[owner_[p]]);
  }
  return std::ranges::none_of(by_load_, [&](const auto& entry) {
    return std::ranges::any_of(group_.members[entry.second].topics,
                               [&](TopicNumber t) { return load_[entry.second] + 1 < most_of[t]; });
  });
}

bool GeneralAssignment::move_all(const std::vector<PartitionNumber>& partitions) {
  bool has_moved = false;
  for (bool again = true; again;) {
    again = false;
    for (const PartitionNumber p : partitions) {
      if (moves_left_ == 0 || is_balanced()) break;
      if (!move_one(p)) continue;
      --moves_left_;
      has_moved = again = true;
    }
  }
  return has_moved;
}

bool GeneralAssignment::move_one(PartitionNumber p) {
  const TopicNumber topic = group_.topic_of[p];
  const std::size_t load = load_[owner_[p]];
  const MemberNumber earlier = earlier_[p].member;
  if (earlier != nobody && !is_fixed_[earlier] && group_.subscribes(earlier, topic) &&
      load > load_[earlier] + 1) {
    move(p, earlier);
    return true;
  }
  // Java looks among near members first, and takes the least loaded of all whichever it finds.
  if (std::ranges::none_of(group_.topics[topic].takers,
                           [&](MemberNumber m) { return load > load_[m] + 1; })) {
    return false;
  }
  move(p, least_loaded(topic));
  return true;
}

MemberNumber GeneralAssignment::least_loaded(TopicNumber topic) const {
  return std::ranges::find_if(
             by_load_, [&](const auto& entry) { return group_.subscribes(entry.second, topic); })
      ->second;
}

void GeneralAssignment::move(PartitionNumber p, MemberNumber to) {
  p = movements_.to_move(p, owner_[p], to);
  const MemberNumber from = owner_[p];
  movements_.move(p, from, to);
  owner_[p] = to;
  set_load(from, load_[from] - 1);
  set_load(to, load_[to] + 1);
}

// Sum of the differences between all pairs of members that take part.
std::uint64_t GeneralAssignment::imbalance(const std::vector<MemberNumber>& owner) const {
  std::vector<std::uint64_t> load(group_.members.size(), 0);
  for (const MemberNumber m : owner) ++load[m];
  std::vector<std::uint64_t> sorted;
  for (MemberNumber m = 0; m < load.size(); ++m) {
    if (!is_fixed_[m]) sorted.push_back(load[m]);
  }
  std::ranges::sort(sorted);
  std::uint64_t sum = 0;
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    sum += i * sorted[i] - below;
    below += sorted[i];
  }
  return sum;
}

}  // namespace weir::client
