#include "metadata/controller/partition_change.h"

#include <gtest/gtest.h>

#include <set>

#include "metadata/image/partition_merge.h"

namespace weir::metadata {
namespace {

using Brokers = std::vector<BrokerId>;

Partition partition_of(Brokers isr, BrokerId leader, Brokers elr = {}, Brokers last_known = {}) {
  Partition partition{.replicas = {1, 2, 3}, .directories = {{9, 1}, {9, 2}, {9, 3}}};
  partition.isr = std::move(isr);
  partition.leader = leader;
  partition.elr = std::move(elr);
  partition.last_known_elr = std::move(last_known);
  return partition;
}

struct Case {
  std::string_view what;
  Partition before;
  std::set<BrokerId> alive;
  std::optional<Brokers> target_isr;
  Brokers unclean_shutdown;
  Election election = Election::online;
  std::int32_t min_isr = 2;
  bool elr = true;
  // What becomes of it; nullopt: nothing.
  std::optional<Partition> after;
};

std::optional<Partition> decide(const Case& c) {
  PartitionChangeInput input{.partition = c.before};
  input.topic_id = {1, 1};
  input.is_acceptable_leader = [&](BrokerId id) { return c.alive.contains(id); };
  input.version = {33};
  input.elr_enabled = c.elr;
  input.min_isr = c.min_isr;
  input.election = c.election;
  input.target_isr = c.target_isr;
  input.unclean_shutdown_replicas = c.unclean_shutdown;
  const auto change = partition_change(input);
  if (!change) return std::nullopt;
  auto after = merged(c.before, change->record());
  EXPECT_TRUE(after);
  after->leader_epoch = after->partition_epoch = 0;
  return *after;
}

Partition recovering(Partition partition) {
  partition.leader_recovery = LeaderRecovery::recovering;
  return partition;
}

TEST(PartitionChange, who_leads_and_who_may) {
  const Case cases[] = {
      {"nothing happened",
       partition_of({1, 2, 3}, 1),
       {1, 2, 3},
       {},
       {},
       Election::online,
       2,
       true,
       {}},
      {"the leader fails, the next in sync leads",
       partition_of({1, 2, 3}, 1),
       {2, 3},
       Brokers{2, 3},
       {},
       Election::online,
       2,
       true,
       partition_of({2, 3}, 2)},
      {"below min ISR the one that left stays eligible",
       partition_of({1, 2}, 1),
       {2},
       Brokers{2},
       {},
       Election::online,
       2,
       true,
       partition_of({2}, 2, {1})},
      {"the last one leaves: eligible, and known as the last leader",
       partition_of({1}, 1),
       {},
       Brokers{},
       {},
       Election::online,
       2,
       true,
       partition_of({}, no_broker, {1}, {1})},
      {"without ELR the last in-sync replica stays recorded",
       partition_of({1}, 1),
       {},
       Brokers{},
       {},
       Election::online,
       2,
       false,
       partition_of({1}, no_broker)},
      {"an eligible replica comes back and leads cleanly",
       partition_of({}, no_broker, {1, 2}, {1}),
       {2},
       {},
       {},
       Election::online,
       2,
       true,
       partition_of({2}, 2, {1})},
      {"it came back unclean: no longer eligible",
       partition_of({}, no_broker, {1, 2}, {1}),
       {},
       {},
       {1},
       Election::online,
       2,
       true,
       partition_of({}, no_broker, {2}, {1})},
      {"all eligible ones lost their tails, the last known leader leads uncleanly",
       partition_of({}, no_broker, {}, {1}),
       {1, 2},
       {},
       {},
       Election::online,
       2,
       true,
       recovering(partition_of({1}, 1))},
      {"the last known leader is dead: nobody leads",
       partition_of({}, no_broker, {}, {1}),
       {2},
       {},
       {},
       Election::online,
       2,
       true,
       {}},
      {"an unclean election takes any live replica",
       partition_of({}, no_broker, {1}, {1}),
       {3},
       {},
       {},
       Election::unclean,
       2,
       true,
       recovering(partition_of({3}, 3))},
      {"an unclean election is clean where it can be",
       partition_of({}, no_broker, {2}, {1}),
       {2, 3},
       {},
       {},
       Election::unclean,
       2,
       true,
       partition_of({2}, 2)},
      {"killed while it led alone: in one step neither in sync nor eligible",
       partition_of({1}, 1),
       {},
       Brokers{},
       {1},
       Election::online,
       1,
       true,
       partition_of({}, no_broker, {}, {1})},
      {"enough in sync again: nobody needs to be eligible",
       partition_of({2}, 2, {1}),
       {1, 2},
       Brokers{2, 1},
       {},
       Election::online,
       2,
       true,
       partition_of({2, 1}, 2)},
      {"the preferred replica leads again when it is in sync",
       partition_of({1, 2}, 2),
       {1, 2},
       {},
       {},
       Election::preferred,
       2,
       true,
       partition_of({1, 2}, 1)},
      {"a preferred replica out of sync does not",
       partition_of({2, 3}, 2),
       {1, 2, 3},
       {},
       {},
       Election::preferred,
       2,
       true,
       {}},
  };
  for (const auto& c : cases) {
    const auto after = decide(c);
    ASSERT_EQ(after.has_value(), c.after.has_value()) << c.what;
    if (after) EXPECT_EQ(*after, *c.after) << c.what;
  }
}

TEST(PartitionChange, a_reassignment_ends_when_what_it_adds_is_in_sync) {
  Partition partition{.replicas = {3, 1, 2}, .directories = {{9, 3}, {9, 1}, {9, 2}}};
  partition.isr = {1, 2};
  partition.leader = 1;
  partition.adding_replicas = {3};
  partition.removing_replicas = {1};
  PartitionChangeInput input{.partition = partition};
  input.is_acceptable_leader = [](BrokerId) { return true; };
  input.version = {33};
  input.target_isr = Brokers{1, 2};
  EXPECT_FALSE(partition_change(input));
  input.target_isr = Brokers{1, 2, 3};
  const auto change = partition_change(input);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->replicas, (Brokers{3, 2}));
  EXPECT_EQ(change->isr, (Brokers{2, 3}));
  EXPECT_EQ(change->leader, 3);
  EXPECT_EQ(change->directories, (std::vector<Uuid>{{9, 3}, {9, 2}}));
  EXPECT_EQ(change->adding_replicas, Brokers{});
  EXPECT_EQ(change->removing_replicas, Brokers{});
}

TEST(PartitionChange, before_36_a_shrinking_isr_raises_the_leader_epoch) {
  const Partition partition = partition_of({1, 2}, 1);
  PartitionChangeInput input{.partition = partition};
  input.is_acceptable_leader = [](BrokerId) { return true; };
  input.target_isr = Brokers{1};
  input.version = {11};
  EXPECT_EQ(partition_change(input)->leader, 1);
  input.version = {12};
  EXPECT_EQ(partition_change(input)->leader, no_leader_change);
}

}  // namespace
}  // namespace weir::metadata
