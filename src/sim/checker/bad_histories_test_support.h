#pragma once
// Histories written by hand that break one promise each. A line is one without its time: the lines
// of a text are a millisecond apart.

#include <span>
#include <string>
#include <string_view>

#include "sim/checker/check.h"

namespace weir::sim::checker {

struct BadHistory {
  std::string_view name;
  Anomaly anomaly;
  std::string_view lines;
};

std::span<const BadHistory> bad_histories();
// With the first line, and the times.
std::string timed(std::string_view lines);

}  // namespace weir::sim::checker
