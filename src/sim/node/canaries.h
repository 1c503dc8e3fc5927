#pragma once
// The hunt for canaries (base/canary.h): each bug by itself is put back, and the swarm as it is
// runs seed after seed until a check fails. In a build without canaries there is nothing to hunt.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/canary.h"

namespace weir::sim {

std::span<const Canary> all_canaries();
std::string_view name_of(Canary canary);
std::optional<Canary> canary_of(std::string_view name);

// Whether this program was built with canaries.
bool has_canaries();

struct Find {
  std::uint64_t seeds = 0;  // until it was found, that one counted; 0: it was not
  std::uint64_t seed = 0;   // that found it
  std::string what;         // the first broken promise
};
// From now on it is there, or none; what was built without canaries does nothing.
void put_back(Canary canary);
// Seeds from `first` on, at most `seeds_max`.
Find hunt(Canary canary, std::uint64_t first, std::uint64_t seeds_max);

}  // namespace weir::sim
