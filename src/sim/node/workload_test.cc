#include "sim/node/workload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/sanitizer.h"
#include "sim/checker/history_writer.h"

namespace weir::sim {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr env::ShardId shard_counts[] = {1, 3};

TEST(Workload, a_node_and_its_clients_run_twice_the_same_from_one_seed) {
  for (const env::ShardId shards : shard_counts) {
    const WorkloadSettings settings{.seed = 7, .shards = shards};
    const WorkloadReport first = run_workload(settings), second = run_workload(settings);
    const WorkloadReport other = run_workload({.seed = 8, .shards = shards});
    EXPECT_EQ(first.trace_hash, second.trace_hash);
    EXPECT_EQ(first.events, second.events);
    EXPECT_NE(first.trace_hash, other.trace_hash);
    EXPECT_THAT(first.violations, IsEmpty());
    EXPECT_THAT(other.violations, IsEmpty());
    EXPECT_GT(first.acknowledged, 300u);
    EXPECT_GE(first.consumed, first.acknowledged);
    EXPECT_EQ(first.connections_lost, 0u);
    EXPECT_GE(first.rebalances, 3u) << "three members";
  }
}

TEST(Workload, crashes_are_part_of_what_a_seed_repeats) {
  const WorkloadSettings settings{
      .seed = 11, .shards = 3, .strikes = {Crash::process, Crash::power_keep_some}};
  const WorkloadReport first = run_workload(settings), second = run_workload(settings);
  EXPECT_EQ(first.trace_hash, second.trace_hash);
  EXPECT_GT(first.connections_lost, 0u);
}

TEST(Workload, what_was_acknowledged_and_committed_survives_crashes_at_random_times) {
  for (std::uint64_t seed = 1; seed <= 12; seed += test_stride) {
    for (const env::ShardId shards : shard_counts) {
      for (const Crash crash : {Crash::process, Crash::power_keep_none, Crash::power_keep_some,
                                Crash::power_keep_mixed}) {
        const WorkloadReport report = run_workload(
            {.seed = seed, .shards = shards, .rounds = 12, .strikes = {crash, crash, crash}});
        EXPECT_THAT(report.violations, IsEmpty())
            << "seed " << seed << ", shards " << shards << ", crash " << static_cast<int>(crash);
        EXPECT_GT(report.acknowledged, 0u);
      }
    }
  }
}

TEST(Workload, a_run_writes_the_history_that_it_is_judged_by) {
  const WorkloadReport report =
      run_workload({.seed = 3,
                    .keyed = {.updates = 40},
                    .churn_steps = 20,
                    .strikes = {Crash::process, Crash::power_keep_mixed}});
  EXPECT_THAT(report.violations, IsEmpty());
  const auto checked = checker::check_text(report.history);
  ASSERT_TRUE(checked) << checked.error().message();
  EXPECT_EQ(checked->anomalies(), 0u);
  EXPECT_GE(checked->figures.acknowledged, report.acknowledged);
  EXPECT_GE(checked->figures.reads, report.consumed);
  EXPECT_GT(checked->figures.commits, 5u);
  EXPECT_GE(checked->figures.audits, 2 * 7u) << "six partitions and the states, twice";
}

// With flush.messages above 1 a loss of power takes what was not flushed yet, and nothing else; a
// clean stop flushes.
TEST(Workload, only_what_was_not_flushed_is_lost_with_the_power) {
  std::size_t forgiven = 0;
  for (std::uint64_t seed = 1; seed <= 12; seed += test_stride) {
    for (const Crash crash :
         {Crash::power_keep_none, Crash::power_keep_some, Crash::power_keep_mixed}) {
      const WorkloadReport report = run_workload({.seed = seed,
                                                  .shards = 2,
                                                  .strikes = {crash, Trouble::clean_restart, crash},
                                                  .topic_config = {{"flush.messages", "50"}},
                                                  .acknowledges_what_is_durable = false});
      EXPECT_THAT(report.violations, IsEmpty()) << "seed " << seed;
      forgiven += report.forgiven;
    }
  }
  EXPECT_GT(forgiven, 100u / test_stride);
}

// Once nothing strikes any more everybody gets on, or is named: a network that is parted for longer
// than one has patience keeps everybody from it.
TEST(Workload, who_does_not_get_on_is_named_with_what_it_was_told) {
  const WorkloadReport report =
      run_workload({.seed = 9,
                    .rounds = 2,
                    .strikes = {Trouble::connections_reset, Trouble::network_parted},
                    .patience = std::chrono::seconds(2)});
  EXPECT_THAT(report.violations,
              Contains(HasSubstr("waited too long for everybody to get on; stuck: member-0 (")));
  EXPECT_THAT(report.violations, Contains(HasSubstr("producer-1 (")));
  EXPECT_THAT(report.violations, Contains(HasSubstr("topics (")));
  const WorkloadReport patient = run_workload(
      {.seed = 9, .rounds = 2, .strikes = {Trouble::connections_reset, Trouble::network_parted}});
  EXPECT_THAT(patient.violations, IsEmpty());
  EXPECT_GT(patient.recovery, std::chrono::seconds(2));
}

// The checks see what they are for: a node that does not sync loses by a power loss, and only by
// that.
TEST(Workload, a_node_that_syncs_never_is_found_out) {
  const metadata::ConfigMap never{{"log.flush.interval.messages", "9223372036854775807"}};
  const WorkloadReport killed = run_workload({.seed = 5,
                                              .strikes = {Crash::process, Crash::process},
                                              .config = never,
                                              .acknowledges_what_is_durable = false,
                                              .patience = std::chrono::seconds(30)});
  EXPECT_THAT(killed.violations, IsEmpty());
  const WorkloadReport unplugged =
      run_workload({.seed = 5,
                    .strikes = {Crash::power_keep_none, Crash::power_keep_none},
                    .config = never,
                    .patience = std::chrono::seconds(30)});
  EXPECT_THAT(unplugged.violations, Contains(HasSubstr("was acknowledged, and there is")));
  EXPECT_THAT(unplugged.violations, Contains(HasSubstr("the history shows acknowledged_lost")));
  const WorkloadReport watched = run_workload({.seed = 5, .config = never});
  EXPECT_THAT(watched.violations, Contains(HasSubstr("before it was durable")))
      << "seen without any power loss";
}

}  // namespace
}  // namespace weir::sim
