#include "sim/node/failure.h"

#include <fmt/format.h>

#include <algorithm>

namespace weir::sim {
namespace {

constexpr std::size_t failure_replays_max = 40;

StrikeNumbers strikes_that_hit(const WorkloadSettings& settings) {
  StrikeNumbers numbers;
  for (std::size_t i = 0; i < settings.strikes.size(); ++i) {
    if (settings.strikes_with(i)) numbers.push_back(i);
  }
  return numbers;
}

}  // namespace

Shrunk shrink_strikes(const WorkloadSettings& settings, const std::string& kind) {
  const auto fails = [&](const StrikeNumbers& some) {
    WorkloadSettings fewer = settings;
    fewer.only_strikes = some;
    fewer.print_log = false;
    return std::ranges::any_of(run_workload(fewer).violations, [&](const std::string& violation) {
      return kind_of(violation) == kind;
    });
  };
  return shrink(strikes_that_hit(settings), fails, failure_replays_max);
}

std::string words_to_replay(const WorkloadSettings& settings, const StrikeNumbers& strikes) {
  return fmt::format("--seed {} --only-strikes {}", settings.seed,
                     strikes.empty() ? "none" : fmt::format("{}", fmt::join(strikes, ",")));
}

std::string describe(const WorkloadSettings& settings, const StrikeNumbers& strikes) {
  std::string text;
  for (const std::size_t number : strikes) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", number,
                        name_of(settings.strikes.at(number)));
  }
  return text.empty() ? "none" : text;
}

}  // namespace weir::sim
