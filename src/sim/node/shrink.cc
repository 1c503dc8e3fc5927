#include "sim/node/shrink.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace weir::sim {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

StrikeNumbers part_of(const StrikeNumbers& all, std::size_t part, std::size_t parts) {
  const auto edge = [&](std::size_t i) {
    return all.begin() + static_cast<std::ptrdiff_t>(all.size() * i / parts);
  };
  return {edge(part), edge(part + 1)};
}

StrikeNumbers without(const StrikeNumbers& all, const StrikeNumbers& left_out) {
  StrikeNumbers rest;
  std::ranges::set_difference(all, left_out, std::back_inserter(rest));
  return rest;
}

// A part of `all`, or all but a part, that fails; nothing, and is_smallest or not, if none does.
class Reduction {
 public:
  Reduction(const std::function<bool(const StrikeNumbers&)>& fails, std::size_t replays_max,
            Shrunk& shrunk)
      : fails_(fails), replays_max_(replays_max), shrunk_(shrunk) {}

  // Whether it became smaller.
  bool to(StrikeNumbers smaller) {
    if (smaller.size() >= shrunk_.kept.size()) return false;
    if (shrunk_.replays == replays_max_) {
      shrunk_.is_smallest = false;
      return false;
    }
    ++shrunk_.replays;
    if (!fails_(smaller)) return false;
    shrunk_.kept = std::move(smaller);
    return true;
  }

 private:
  const std::function<bool(const StrikeNumbers&)>& fails_;
  std::size_t replays_max_;
  Shrunk& shrunk_;
};

}  // namespace

Shrunk shrink(StrikeNumbers all, const std::function<bool(const StrikeNumbers&)>& fails,
              std::size_t replays_max) {
  Shrunk shrunk{.kept = std::move(all)};
  Reduction reduce(fails, replays_max, shrunk);
  if (reduce.to({})) return shrunk;
  for (std::size_t parts = 2; shrunk.kept.size() > 1 && parts <= shrunk.kept.size();) {
    bool is_smaller = false;
    const StrikeNumbers whole = shrunk.kept;
    for (std::size_t i = 0; i < parts && !is_smaller; ++i) {
      is_smaller = reduce.to(part_of(whole, i, parts));
      if (is_smaller) parts = 2;
    }
    for (std::size_t i = 0; i < parts && parts > 2 && !is_smaller; ++i) {
      is_smaller = reduce.to(without(whole, part_of(whole, i, parts)));
      if (is_smaller) --parts;
    }
    if (is_smaller) continue;
    if (parts == whole.size()) break;
    parts = std::min(2 * parts, whole.size());
  }
  return shrunk;
}

std::string kind_of(std::string_view violation) {
  std::string kind;
  bool is_quoted = false;
  for (const char c : violation) {
    if (c == '\'') is_quoted = !is_quoted;
    if (is_quoted || (is_digit(c) && kind.ends_with('#'))) continue;
    kind += is_digit(c) ? '#' : c;
  }
  return kind;
}

}  // namespace weir::sim
