#include "sim/node/campaign.h"

#include <gtest/gtest.h>

namespace weir::sim {
namespace {

WorkloadReport fifty_hours() {
  WorkloadReport report;
  report.under_load = std::chrono::hours(50);
  report.acknowledged = 5'000'000;
  for (std::size_t i = 0; i < fault_count; ++i) report.faults.add(static_cast<Fault>(i), 500);
  report.faults.add(Fault::process_killed, 9'500);
  report.faults.add(Fault::power_lost, 9'500);
  return report;
}

TEST(Campaign, has_its_hours_when_everything_keeps_up) {
  Campaign campaign;
  campaign.add(fifty_hours());
  EXPECT_DOUBLE_EQ(campaign.hours(), 50);
  campaign.add(fifty_hours());
  EXPECT_DOUBLE_EQ(campaign.hours(), 100);
  EXPECT_EQ(campaign.seeds, 2u);
  WorkloadReport slow, quick;
  slow.recovery = std::chrono::seconds(40);
  campaign.add(slow);
  campaign.add(quick);
  EXPECT_EQ(campaign.slowest_recovery, std::chrono::seconds(40));
}

TEST(Campaign, counts_the_seeds_that_reach_a_mark) {
  forget_marks();
  Campaign campaign;
  reached(Mark::tail_cut);
  reached(Mark::tail_cut);
  campaign.take_marks();
  campaign.take_marks();
  reached(Mark::tail_cut);
  campaign.take_marks();
  EXPECT_EQ(campaign.seeds_at_mark[static_cast<std::size_t>(Mark::tail_cut)], 2u);
  EXPECT_EQ(campaign.seeds_at_mark[static_cast<std::size_t>(Mark::group_loaded)], 0u);
}

TEST(Campaign, has_as_many_hours_as_what_is_least_allows) {
  WorkloadReport report = fifty_hours();
  report.acknowledged = 1'000'000;
  Campaign few_records;
  few_records.add(report);
  EXPECT_DOUBLE_EQ(few_records.hours(), 10);
  EXPECT_EQ(few_records.limited_by(), "acknowledged records");
  WorkloadReport calm = fifty_hours();
  calm.faults = {};
  Campaign no_faults;
  no_faults.add(calm);
  EXPECT_DOUBLE_EQ(no_faults.hours(), 0);
}

}  // namespace
}  // namespace weir::sim
