#pragma once
// What a campaign of seeds adds up to. Kernel.
//
// An hour of simulated time counts only with clients at work and faults fired, and only so far as
// the rest keeps up: fifty hours hold at least five million acknowledged records, twenty thousand
// crashes and five hundred firings of each class of fault. So a campaign has as many hours as the
// least of these allows.

#include <array>
#include <cstdint>
#include <string>

#include "base/mark.h"
#include "sim/node/workload.h"

namespace weir::sim {

struct Campaign {
  std::uint64_t seeds = 0;
  std::uint64_t broken = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t consumed = 0;
  std::uint64_t compacted = 0;
  std::uint64_t faded = 0;
  std::uint64_t churned = 0;
  std::uint64_t forgiven = 0;
  std::uint64_t history_lines = 0;
  env::Duration under_load{};
  env::Duration slowest_recovery{};  // from the last strike until everybody got on
  FaultCounts faults;
  std::array<std::uint64_t, mark_count> seeds_at_mark{};  // seeds that reached it

  void add(const WorkloadReport& report);
  // What the seed that was run last has reached is counted and forgotten.
  void take_marks();
  std::uint64_t crashes() const;
  double hours() const;  // that count
  std::string limited_by() const;
};

}  // namespace weir::sim
