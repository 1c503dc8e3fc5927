#pragma once
// The sticky assignment where members subscribe to different topics. Members keep what they own and
// still want (with racks: what is near); the rest goes to whoever has the least; then partitions
// move from those that have two more than another member that could take them, as long as there is
// one. A result that is no better balanced than before the moves is undone.

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "client/consumer/assignor/partition_movements.h"
#include "client/consumer/assignor/sticky_group.h"

namespace weir::client {

class GeneralAssignment {
 public:
  explicit GeneralAssignment(const StickyGroup& group);
  void run();

  // By member.
  std::vector<std::vector<PartitionNumber>> assigned() const;

 private:
  struct Earlier {  // who had a partition in a generation before the last
    MemberNumber member = nobody;
    std::int32_t generation = no_generation;
  };

  void note_earlier_owners();
  void keep_owned();
  void order_partitions();
  void give_to_least(std::vector<PartitionNumber>& left, bool near_only);
  void leave_out_fixed();
  bool takes_part(MemberNumber member) const;
  std::size_t most_it_can_have(MemberNumber member) const;
  bool is_balanced() const;
  bool move_all(const std::vector<PartitionNumber>& partitions);
  bool move_one(PartitionNumber p);
  MemberNumber least_loaded(TopicNumber topic) const;
  void move(PartitionNumber p, MemberNumber to);
  std::uint64_t imbalance(const std::vector<MemberNumber>& owner) const;
  void set_load(MemberNumber member, std::size_t load);

  const StickyGroup& group_;
  PartitionMovements movements_;
  std::vector<MemberNumber> owner_;  // by partition
  std::vector<std::size_t> load_;    // by member: how many partitions
  std::vector<bool> is_fixed_;       // by member: nothing can move to or from it
  // (load, rank by id, member) of those that take part.
  std::set<std::pair<std::pair<std::size_t, std::size_t>, MemberNumber>> by_load_;
  std::vector<Earlier> earlier_;          // by partition
  std::vector<PartitionNumber> ordered_;  // topics with few takers first
  std::vector<PartitionNumber> unassigned_;
  bool takes_something_away_ = false;
  std::size_t moves_left_;  // a bound, should the moves not come to an end
};

}  // namespace weir::client
