#include "client/consumer/assignor/rack_use.h"

#include <algorithm>

namespace weir::client {

bool regards_racks(const RackSet& of_members, std::span<const RackSet> of_partitions) {
  RackSet all;
  for (const RackSet& racks : of_partitions) all.insert(racks.begin(), racks.end());
  if (std::ranges::none_of(of_members, [&](auto rack) { return all.contains(rack); })) return false;
  return std::ranges::any_of(of_partitions, [&](const RackSet& racks) { return racks != all; });
}

}  // namespace weir::client
