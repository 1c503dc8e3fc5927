#pragma once
// What is said of a run that broke a promise: the fewest of its strikes that break it again, and
// the words that run exactly that.

#include <string>

#include "sim/node/shrink.h"
#include "sim/node/workload.h"

namespace weir::sim {

// Runs with fewer strikes, until none can be left out of those that still show a violation of this
// kind. Some forty runs at most.
Shrunk shrink_strikes(const WorkloadSettings& settings, const std::string& kind);

// "--seed 7 --only-strikes 2,5", for weir_sim.
std::string words_to_replay(const WorkloadSettings& settings, const StrikeNumbers& strikes);
// "2 power mixed, 5 full", or "none".
std::string describe(const WorkloadSettings& settings, const StrikeNumbers& strikes);

}  // namespace weir::sim
