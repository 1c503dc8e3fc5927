#include "sim/node/campaign.h"

#include <algorithm>
#include <utility>

namespace weir::sim {
namespace {

constexpr double records_an_hour = 5e6 / 50;
constexpr double crashes_an_hour = 20e3 / 50;
constexpr double firings_an_hour = 500.0 / 50;

// What holds the count back, and how many hours it allows.
std::pair<double, std::string> least(const Campaign& campaign) {
  std::pair<double, std::string> found{
      std::chrono::duration<double>(campaign.under_load).count() / 3'600, "simulated time"};
  const auto look = [&](double hours, std::string_view what) {
    if (hours < found.first) found = {hours, std::string(what)};
  };
  look(static_cast<double>(campaign.acknowledged) / records_an_hour, "acknowledged records");
  look(static_cast<double>(campaign.crashes()) / crashes_an_hour, "crashes");
  for (std::size_t i = 0; i < fault_count; ++i) {
    const auto fault = static_cast<Fault>(i);
    look(static_cast<double>(campaign.faults.of(fault)) / firings_an_hour, name_of(fault));
  }
  return found;
}

}  // namespace

void Campaign::add(const WorkloadReport& report) {
  ++seeds;
  broken += report.violations.empty() ? 0 : 1;
  acknowledged += report.acknowledged;
  consumed += report.consumed;
  compacted += report.compacted;
  faded += report.faded;
  churned += report.churned;
  forgiven += report.forgiven;
  history_lines += static_cast<std::uint64_t>(std::ranges::count(report.history, '\n'));
  under_load += report.under_load;
  slowest_recovery = std::max(slowest_recovery, report.recovery);
  faults.add(report.faults);
}

void Campaign::take_marks() {
  for (const MarkInfo& info : all_marks()) {
    if (was_reached(info.mark)) ++seeds_at_mark[static_cast<std::size_t>(info.mark)];
  }
  forget_marks();
}

std::uint64_t Campaign::crashes() const {
  return faults.of(Fault::process_killed) + faults.of(Fault::power_lost);
}

double Campaign::hours() const { return least(*this).first; }
std::string Campaign::limited_by() const { return least(*this).second; }

}  // namespace weir::sim
