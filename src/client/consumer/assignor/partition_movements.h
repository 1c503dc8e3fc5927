#pragma once
// What moved between whom while an assignment is balanced. Moving a partition from a to b when
// another one of its topic has moved from b to a would swap them for nothing: then that one goes
// back.

#include <map>
#include <utility>
#include <vector>

#include "client/consumer/assignor/sticky_group.h"

namespace weir::client {

class PartitionMovements {
 public:
  explicit PartitionMovements(const StickyGroup& group)
      : group_(group), moved_(group.partition_count(), Pair{nobody, nobody}) {}

  // The partition to move instead of `p`, which may be itself.
  PartitionNumber to_move(PartitionNumber p, MemberNumber from, MemberNumber to) const;
  void move(PartitionNumber p, MemberNumber from, MemberNumber to);

 private:
  using Pair = std::pair<MemberNumber, MemberNumber>;
  // As java.util.HashSet: what is in it by arrival, and how many there were at once.
  struct Moved {
    std::vector<PartitionNumber> partitions;
    std::size_t size_max = 0;
  };
  PartitionNumber first_of(const Moved& moved) const;

  const StickyGroup& group_;
  std::vector<Pair> moved_;  // by partition; nobody: it did not
  std::map<std::pair<TopicNumber, Pair>, Moved> by_topic_;
};

}  // namespace weir::client
