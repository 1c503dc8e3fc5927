#pragma once
// The smallest part of a list that still fails: delta debugging (Zeller and Hildebrandt,
// "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 28(2), 2002). Kernel.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::sim {

using StrikeNumbers = std::vector<std::size_t>;  // ascending

struct Shrunk {
  StrikeNumbers kept;
  std::size_t replays = 0;
  // Nothing of it can be left out; false: there were too many replays to say so.
  bool is_smallest = true;
};
// `fails` holds for `all`, and says the same whenever it is asked; it is asked at most
// `replays_max` times.
Shrunk shrink(StrikeNumbers all, const std::function<bool(const StrikeNumbers&)>& fails,
              std::size_t replays_max);

// What kind of violation that is: its text without numbers and without what is quoted.
std::string kind_of(std::string_view violation);

}  // namespace weir::sim
