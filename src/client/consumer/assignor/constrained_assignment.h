#pragma once
// The sticky assignment where all members subscribe to the same topics: everybody gets the same
// number of partitions or one more. Members keep what they own up to their share (with racks: what
// is near); what is left goes round those below their share, with racks to near ones first.

#include <deque>
#include <vector>

#include "client/consumer/assignor/sticky_group.h"

namespace weir::client {

class ConstrainedAssignment {
 public:
  explicit ConstrainedAssignment(const StickyGroup& group);
  void run();

  // By member.
  const std::vector<std::vector<PartitionNumber>>& assigned() const { return assigned_; }
  // What somebody else still owns: to be given up first in a cooperative rebalance. By partition.
  const std::vector<bool>& changes_hands() const { return changes_hands_; }

 private:
  void keep_owned(MemberNumber member);
  void keep(MemberNumber member, const std::vector<PartitionNumber>& owned, std::size_t count);
  std::vector<PartitionNumber> unassigned() const;
  void give(PartitionNumber p, MemberNumber to);
  void give_near(std::vector<PartitionNumber>& left);
  MemberNumber choose_near(PartitionNumber p, std::size_t& next);
  void give_round(const std::vector<PartitionNumber>& left);
  template <class Members>
  std::size_t next_near(PartitionNumber p, const Members& among, std::size_t from) const;

  const StickyGroup& group_;
  std::size_t share_;          // everybody's
  std::size_t with_one_more_;  // how many members get one more
  std::size_t have_one_more_ = 0;
  std::vector<MemberNumber> below_share_;
  std::deque<MemberNumber> at_share_;  // and may get one more
  std::vector<std::vector<PartitionNumber>> assigned_;
  std::vector<bool> is_assigned_;
  std::vector<MemberNumber> given_up_by_;  // by partition
  std::vector<bool> changes_hands_;
};

}  // namespace weir::client
