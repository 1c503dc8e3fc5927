#include "sim/node/failure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::sim {
namespace {

using testing::IsEmpty;

std::string first_of_kind(const WorkloadReport& report, std::string_view part) {
  for (const std::string& violation : report.violations) {
    if (violation.find(part) != std::string::npos) return kind_of(violation);
  }
  return "";
}

// A node that never syncs loses by a loss of power, and by nothing else that struck it.
TEST(Failure, shrinks_to_the_strike_that_matters_and_replays_exactly) {
  WorkloadSettings settings{
      .seed = 5,
      .strikes = {Trouble::connections_reset, Crash::process, Trouble::disk_slow,
                  Crash::power_keep_none, Trouble::clock_jumps, Crash::process,
                  Trouble::connections_half_open},
      .config = {{"log.flush.interval.messages", "9223372036854775807"}},
  };
  const std::string kind =
      first_of_kind(run_workload(settings), "was acknowledged, and there is nothing");
  ASSERT_FALSE(kind.empty());
  const Shrunk shrunk = shrink_strikes(settings, kind);
  EXPECT_EQ(shrunk.kept, StrikeNumbers{3});
  EXPECT_TRUE(shrunk.is_smallest);
  EXPECT_EQ(describe(settings, shrunk.kept), "3 power none");
  EXPECT_EQ(words_to_replay(settings, shrunk.kept), "--seed 5 --only-strikes 3");

  settings.only_strikes = shrunk.kept;
  const WorkloadReport again = run_workload(settings);
  EXPECT_EQ(first_of_kind(again, "was acknowledged, and there is nothing"), kind);
  EXPECT_EQ(again.trace_hash, run_workload(settings).trace_hash);
  settings.only_strikes = StrikeNumbers{0, 1, 2, 4, 5, 6};
  EXPECT_EQ(first_of_kind(run_workload(settings), "was acknowledged, and there is"), "");
}

TEST(Failure, needs_no_strike_for_what_is_broken_without) {
  const WorkloadSettings settings{
      .seed = 5,
      .strikes = {Crash::process, Crash::process},
      .config = {{"log.flush.interval.messages", "9223372036854775807"}},
  };
  const std::string kind = first_of_kind(run_workload(settings), "before it was durable");
  ASSERT_FALSE(kind.empty());
  EXPECT_THAT(shrink_strikes(settings, kind).kept, IsEmpty());
  EXPECT_EQ(words_to_replay(settings, {}), "--seed 5 --only-strikes none");
}

}  // namespace
}  // namespace weir::sim
