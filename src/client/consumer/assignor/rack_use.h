#pragma once
// Whether racks are worth regarding (KIP-881): members and replicas share racks, and not every
// partition has a replica in all of them.

#include <set>
#include <span>
#include <string_view>

namespace weir::client {

using RackSet = std::set<std::string_view>;

bool regards_racks(const RackSet& of_members, std::span<const RackSet> of_partitions);

}  // namespace weir::client
