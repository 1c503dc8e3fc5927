#pragma once
// "Did you mean ...?": the known name that a misspelt one probably means.

#include <cstddef>
#include <string_view>

namespace weir {

// Insertions, deletions, replacements and swaps of neighbours that lead from one to the other
// (optimal string alignment).
std::size_t edit_distance(std::string_view from, std::string_view to);

// The nearest of `known` (a range of string_views), the first of equals; empty if none is near, or
// `name` is too long to be one.
template <class Range>
std::string_view nearest_name(std::string_view name, const Range& known) {
  constexpr std::size_t longest_name = 200;  // bounds the work for text from outside
  if (name.empty() || name.size() > longest_name) return {};
  std::size_t best = (name.size() < 8 ? 2 : name.size() / 4) + 1;
  std::string_view nearest;
  for (const std::string_view candidate : known) {
    const std::size_t edits = edit_distance(name, candidate);
    if (edits >= best) continue;
    best = edits;
    nearest = candidate;
  }
  return nearest;
}

}  // namespace weir
