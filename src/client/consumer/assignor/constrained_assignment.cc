#include "client/consumer/assignor/constrained_assignment.h"

#include <algorithm>

#include "base/check.h"

namespace weir::client {

ConstrainedAssignment::ConstrainedAssignment(const StickyGroup& group)
    : group_(group),
      share_(group.partition_count() / group.members.size()),
      with_one_more_(group.partition_count() % group.members.size()),
      assigned_(group.members.size()),
      is_assigned_(group.partition_count(), false),
      given_up_by_(group.partition_count(), nobody),
      changes_hands_(group.partition_count(), false) {}

void ConstrainedAssignment::run() {
  for (MemberNumber m = 0; m < group_.members.size(); ++m) keep_owned(m);
  const auto rank = [&](MemberNumber m) { return group_.rank()[m]; };
  std::ranges::sort(below_share_, {}, rank);
  std::ranges::sort(at_share_, {}, rank);
  std::vector<PartitionNumber> left = unassigned();
  if (!group_.near_members.empty()) {
    std::ranges::sort(left, {},
                      [&](PartitionNumber p) { return std::pair(group_.near_members[p], p); });
  }
  if (group_.regards_racks()) give_near(left);
  give_round(left);
}

void ConstrainedAssignment::keep_owned(MemberNumber member) {
  std::vector<PartitionNumber> owned;
  for (const PartitionNumber p : group_.members[member].owned) {
    if (group_.is_far(member, p)) {
      given_up_by_[p] = member;
    } else if (!group_.is_claimed_twice[p]) {
      owned.push_back(p);
    }
  }
  std::ranges::sort(owned, [&](PartitionNumber a, PartitionNumber b) {
    return std::pair(group_.index_of(a), a) < std::pair(group_.index_of(b), b);
  });
  const bool one_more_is_left = have_one_more_ < with_one_more_;
  if (owned.size() < share_) {
    keep(member, owned, owned.size());
    below_share_.push_back(member);
  } else if (owned.size() > share_ && one_more_is_left) {
    keep(member, owned, share_ + 1);
    if (++have_one_more_ == with_one_more_) at_share_.clear();
  } else {
    keep(member, owned, share_);
    if (one_more_is_left) at_share_.push_back(member);
  }
}

void ConstrainedAssignment::keep(MemberNumber member, const std::vector<PartitionNumber>& owned,
                                 std::size_t count) {
  for (std::size_t i = 0; i < owned.size(); ++i) {
    if (i < count) {
      assigned_[member].push_back(owned[i]);
      is_assigned_[owned[i]] = true;
    } else {
      given_up_by_[owned[i]] = member;
    }
  }
}

std::vector<PartitionNumber> ConstrainedAssignment::unassigned() const {
  std::vector<PartitionNumber> out;
  for (PartitionNumber p = 0; p < is_assigned_.size(); ++p) {
    if (!is_assigned_[p]) out.push_back(p);
  }
  return out;
}

void ConstrainedAssignment::give(PartitionNumber p, MemberNumber to) {
  assigned_[to].push_back(p);
  const bool was_anothers = given_up_by_[p] != nobody && given_up_by_[p] != to;
  if (was_anothers || group_.is_claimed_twice[p]) changes_hands_[p] = true;
}

template <class Members>
std::size_t ConstrainedAssignment::next_near(PartitionNumber p, const Members& among,
                                             std::size_t from) const {
  for (std::size_t i = 0; i < among.size(); ++i) {
    const std::size_t at = (from + i) % among.size();
    const std::string_view rack = group_.members[among[at]].rack;
    if (!rack.empty() && group_.racks_of[p].contains(rack)) return at;
  }
  return SIZE_MAX;
}

void ConstrainedAssignment::give_near(std::vector<PartitionNumber>& left) {
  std::vector<PartitionNumber> far;
  std::size_t next = 0;
  for (const PartitionNumber p : left) {
    const MemberNumber to = choose_near(p, next);
    if (to == nobody) {
      far.push_back(p);
    } else {
      give(p, to);
    }
  }
  left = std::move(far);
}

// `next` is where the round through those below their share goes on.
MemberNumber ConstrainedAssignment::choose_near(PartitionNumber p, std::size_t& next) {
  if (std::size_t at = next_near(p, below_share_, next); at != SIZE_MAX) {
    const MemberNumber to = below_share_[at];
    if (assigned_[to].size() + 1 >= share_) {
      below_share_.erase(below_share_.begin() + static_cast<std::ptrdiff_t>(at));
      if (have_one_more_ < with_one_more_) at_share_.push_back(to);
    } else {
      ++at;
    }
    next = below_share_.empty() ? 0 : at % below_share_.size();
    return to;
  }
  const std::size_t at = next_near(p, at_share_, 0);
  if (at == SIZE_MAX) return nobody;
  const MemberNumber to = at_share_[at];
  at_share_.erase(at_share_.begin() + static_cast<std::ptrdiff_t>(at));
  if (++have_one_more_ == with_one_more_) at_share_.clear();
  return to;
}

void ConstrainedAssignment::give_round(const std::vector<PartitionNumber>& left) {
  std::size_t next = 0;
  for (const PartitionNumber p : left) {
    if (below_share_.empty()) {
      // As many places at the share and below it as partitions are left.
      CHECK(!at_share_.empty());
      give(p, at_share_.front());
      at_share_.pop_front();
      ++have_one_more_;
      continue;
    }
    if (next == below_share_.size()) next = 0;
    const MemberNumber to = below_share_[next];
    give(p, to);
    if (assigned_[to].size() < share_) {
      ++next;
      continue;
    }
    below_share_.erase(below_share_.begin() + static_cast<std::ptrdiff_t>(next));
    at_share_.push_back(to);
  }
}

}  // namespace weir::client
