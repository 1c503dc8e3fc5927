#include "client/consumer/assignor/partition_movements.h"

#include <algorithm>

#include "client/consumer/assignor/java_order.h"

namespace weir::client {

PartitionNumber PartitionMovements::to_move(PartitionNumber p, MemberNumber from,
                                            MemberNumber to) const {
  if (moved_[p].first != nobody) from = moved_[p].first;
  const auto back = by_topic_.find({group_.topic_of[p], {to, from}});
  return back == by_topic_.end() ? p : first_of(back->second);
}

void PartitionMovements::move(PartitionNumber p, MemberNumber from, MemberNumber to) {
  Pair now{from, to};
  if (moved_[p].first != nobody) {
    const auto was = by_topic_.find({group_.topic_of[p], moved_[p]});
    std::erase(was->second.partitions, p);
    if (was->second.partitions.empty()) by_topic_.erase(was);
    now.first = moved_[p].first;
    moved_[p] = {nobody, nobody};
    if (now.first == to) return;  // it is where it was
  }
  moved_[p] = now;
  Moved& moved = by_topic_[{group_.topic_of[p], now}];
  moved.partitions.push_back(p);
  moved.size_max = std::max(moved.size_max, moved.partitions.size());
}

PartitionNumber PartitionMovements::first_of(const Moved& moved) const {
  return *std::ranges::min_element(moved.partitions, {}, [&](PartitionNumber p) {
    const std::string_view topic = group_.topics[group_.topic_of[p]].name;
    return java_bucket(java_hash(topic, group_.index_of(p)), moved.size_max);
  });
}

}  // namespace weir::client
