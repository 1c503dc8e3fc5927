#include "sim/checker/check.h"

#include <numeric>

#include "sim/checker/facts.h"

namespace weir::sim::checker {
namespace {

constexpr std::array<std::string_view, anomaly_count> anomaly_names{
    "told_twice",       "phantom",         "misplaced",         "old_topic_visible",
    "read_before_sent", "key_changed",     "refused_visible",   "two_values",
    "duplicated",       "wrong_offset",    "misordered",        "time_reversed",
    "read_back",        "read_skipped",    "end_back",          "start_back",
    "start_moved",      "trimmed_visible", "acknowledged_lost", "hole",
    "reappeared",       "deleted_early",   "key_lost",          "key_reverted",
    "tombstone_early",  "two_owners",      "generation_back",   "stale_commit",
    "committed_back",   "committed_lost",  "committed_phantom", "unprocessed"};

}  // namespace

std::string_view name_of(Anomaly anomaly) {
  return anomaly_names[static_cast<std::size_t>(anomaly)];
}

std::uint64_t CheckReport::anomalies() const {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

CheckReport check(const History& history) {
  CheckReport report;
  Facts facts(history, report);
  check_order(facts);
  check_audits(facts);
  check_groups(facts);
  for (const Event& event : history.events) report.figures.audits += event.verb == Verb::audited;
  return report;
}

}  // namespace weir::sim::checker
