#pragma once
// Histories of a broker that keeps its promises, from a seed: producers, readers, a group whose
// members change, audits, a compacted log, one with retention, one that is trimmed, a topic that is
// deleted and made again, kills.

#include <cstdint>
#include <string>

namespace weir::sim::checker {

std::string good_history(std::uint64_t seed);

}  // namespace weir::sim::checker
