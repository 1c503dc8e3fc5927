#include "replication/isr/leader.h"

#include <gtest/gtest.h>

namespace weir::replication {
namespace {

BecomeLeader three_replicas(std::vector<BrokerId> isr, std::int32_t min_insync = 1) {
  return {.self = 1,
          .leader_epoch = 4,
          .partition_epoch = 7,
          .replicas = {1, 2, 3},
          .isr = std::move(isr),
          .min_insync_replicas = min_insync};
}

TEST(IsrLeader, alone_the_high_watermark_is_what_counts_here) {
  IsrLeader leader({.self = 1, .replicas = {1}, .isr = {1}}, 5, 5);
  EXPECT_EQ(leader.local_end(9), 9);
  EXPECT_EQ(leader.local_end(9), std::nullopt);
}

TEST(IsrLeader, the_slowest_in_sync_replica_holds_it_back) {
  IsrLeader leader(three_replicas({1, 2}), 0, 0);
  EXPECT_EQ(leader.local_end(10), std::nullopt);        // broker 2 has said nothing yet
  EXPECT_EQ(leader.follower_end(3, 50), std::nullopt);  // not in sync: does not count
  EXPECT_EQ(leader.follower_end(2, 6), 6);
  EXPECT_EQ(leader.isr_changed(8, {1}), 10);
}

TEST(IsrLeader, an_older_partition_epoch_changes_nothing) {
  IsrLeader leader(three_replicas({1, 2}), 0, 10);
  EXPECT_EQ(leader.isr_changed(6, {1}), std::nullopt);
  EXPECT_EQ(leader.isr().size(), 2u);
}

TEST(IsrLeader, below_min_insync_replicas_it_stands_still) {
  IsrLeader leader(three_replicas({1}, 2), 3, 10);
  EXPECT_FALSE(leader.enough_in_sync());
  EXPECT_EQ(leader.high_watermark(), 3);
  leader.follower_end(2, 8);
  EXPECT_EQ(leader.isr_changed(8, {1, 2}), 8);
}

TEST(IsrLeader, the_minimum_is_capped_by_the_number_of_replicas) {
  IsrLeader leader({.self = 1, .replicas = {1}, .isr = {1}, .min_insync_replicas = 2}, 0, 4);
  EXPECT_TRUE(leader.enough_in_sync());
  EXPECT_EQ(leader.high_watermark(), 4);
}

TEST(IsrLeader, it_never_moves_back) {
  IsrLeader leader(three_replicas({1, 2}), 0, 10);
  EXPECT_EQ(leader.follower_end(2, 9), 9);
  EXPECT_EQ(leader.follower_end(2, 4), std::nullopt);
  EXPECT_EQ(leader.high_watermark(), 9);
}

}  // namespace
}  // namespace weir::replication
