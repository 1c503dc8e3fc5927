#include "client/producer/sticky_partition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace weir::client {
namespace {

TEST(StickyPartition, is_left_after_batch_size_bytes_when_a_batch_is_complete) {
  SeededRandom random(1);
  StickyPartition sticky(100);
  const PartitionIndex first = sticky.current(1'000'000, random);
  sticky.appended(60, true);
  EXPECT_EQ(sticky.current(1'000'000, random), first);
  sticky.appended(60, false);
  EXPECT_EQ(sticky.current(1'000'000, random), first);
  sticky.appended(10, true);
  EXPECT_NE(sticky.current(1'000'000, random), first);
}

TEST(StickyPartition, is_left_after_twice_as_many_bytes_whatever_the_batch) {
  SeededRandom random(1);
  StickyPartition sticky(100);
  const PartitionIndex first = sticky.current(1'000'000, random);
  sticky.appended(200, false);
  EXPECT_NE(sticky.current(1'000'000, random), first);
}

TEST(StickyPartition, is_chosen_anew_when_the_topic_has_no_such_partition_any_more) {
  SeededRandom random(7);
  StickyPartition sticky(100);
  const PartitionIndex first = sticky.current(1'000, random);
  ASSERT_GT(first, 0);
  EXPECT_LT(sticky.current(first, random), first);
}

std::map<PartitionIndex, int> chosen(StickyPartition& sticky, PartitionIndex count) {
  SeededRandom random(3);
  std::map<PartitionIndex, int> times;
  for (int i = 0; i < 10'000; ++i) {
    ++times[sticky.current(count, random)];
    sticky.appended(100, true);
  }
  return times;
}

TEST(StickyPartition, gives_equal_shares_when_nothing_waits) {
  StickyPartition sticky(100);
  for (const auto& [partition, times] : chosen(sticky, 4)) {
    EXPECT_NEAR(times, 2'500, 200) << partition;
  }
}

TEST(StickyPartition, gives_less_to_longer_queues_and_nothing_to_those_without_a_leader) {
  StickyPartition sticky(100);
  const PartitionLoad loads[] = {{0, 0}, {2, 3}, {3, 1}};  // weights 4, 1, 3
  sticky.set_loads(loads);
  auto times = chosen(sticky, 4);
  EXPECT_EQ(times[1], 0);
  EXPECT_NEAR(times[0], 5'000, 250);
  EXPECT_NEAR(times[2], 1'250, 150);
  EXPECT_NEAR(times[3], 3'750, 250);
}

TEST(StickyPartition, ignores_a_load_of_a_partition_that_is_gone) {
  StickyPartition sticky(100);
  const PartitionLoad loads[] = {{9, 0}};
  sticky.set_loads(loads);
  EXPECT_EQ(chosen(sticky, 2).size(), 2u);
}

}  // namespace
}  // namespace weir::client
