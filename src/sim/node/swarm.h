#pragma once
// The swarm: a seed decides which features are used, which knobs are turned and what goes wrong.
// Each is on or off by itself (Groce et al., "Swarm Testing", ISSTA 2012), so that what hides
// behind another is found when the other is off.

#include <cstdint>
#include <string>

#include "sim/node/workload.h"

namespace weir::sim {

WorkloadSettings swarm_settings(std::uint64_t seed);

// "3 shards, 2+1 producers, ...; power lost, network parted"
std::string describe(const WorkloadSettings& settings);

}  // namespace weir::sim
