#include "app/cli/commands/health.h"

#include <gtest/gtest.h>

namespace weir::app {
namespace {

using wire::ErrorCode;
using Topics = client::PerItem<std::string, client::TopicDescription>;

client::ClusterDescription two_brokers() {
  client::ClusterDescription cluster;
  cluster.brokers.resize(2);
  cluster.brokers[0].id = 1;
  cluster.brokers[1].id = 2;
  return cluster;
}

client::TopicDescription topic_of(BrokerId leader, std::vector<BrokerId> in_sync) {
  client::TopicDescription topic;
  client::PartitionDescription& partition = topic.partitions.emplace_back();
  partition.leader = leader;
  partition.replicas = {1, 2};
  partition.in_sync = std::move(in_sync);
  return topic;
}

TEST(Health, all_in_service_is_good) {
  const auto health = health_of(two_brokers(), Topics{{"a", topic_of(1, {1, 2})}});
  ASSERT_TRUE(health.has_value());
  EXPECT_EQ(health->brokers, 2);
  EXPECT_EQ(health->partitions, 1);
  EXPECT_EQ(health->exit(), Exit::done);
}

TEST(Health, each_thing_out_of_service_is_counted_and_is_exit_code_1) {
  client::ClusterDescription cluster = two_brokers();
  cluster.brokers[1].fenced = true;
  const auto fenced = health_of(cluster, Topics{{"a", topic_of(1, {1, 2})}});
  ASSERT_TRUE(fenced.has_value());
  EXPECT_EQ(fenced->fenced_brokers, 1);
  EXPECT_EQ(fenced->exit(), Exit::failed);

  const auto leaderless = health_of(two_brokers(), Topics{{"a", topic_of(no_broker, {1, 2})}});
  ASSERT_TRUE(leaderless.has_value());
  EXPECT_EQ(leaderless->leaderless_partitions, 1);
  EXPECT_EQ(leaderless->exit(), Exit::failed);

  const auto behind =
      health_of(two_brokers(), Topics{{"a", topic_of(1, {1, 2})}, {"b", topic_of(1, {1})}});
  ASSERT_TRUE(behind.has_value());
  EXPECT_EQ(behind->partitions, 2);
  EXPECT_EQ(behind->under_replicated_partitions, 1);
  EXPECT_EQ(behind->exit(), Exit::failed);
}

TEST(Health, a_topic_that_is_gone_meanwhile_does_not_count) {
  const client::Failure gone(ErrorCode::unknown_topic_or_partition, "topic 'b'");
  const auto health =
      health_of(two_brokers(), Topics{{"a", topic_of(1, {1, 2})}, {"b", std::unexpected(gone)}});
  ASSERT_TRUE(health.has_value());
  EXPECT_EQ(health->partitions, 1);
  EXPECT_EQ(health->exit(), Exit::done);
}

// What could not be looked at is not healthy.
TEST(Health, a_topic_of_which_nothing_is_known_is_a_failure) {
  const client::Failure late(Error{Errc::timed_out, "no broker answered in time"});
  const auto unknown =
      health_of(two_brokers(), Topics{{"a", topic_of(1, {1, 2})}, {"b", std::unexpected(late)}});
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(exit_for(unknown.error()), Exit::unreachable);

  const client::Failure refused(ErrorCode::topic_authorization_failed, "topic 'b'");
  const auto hidden = health_of(two_brokers(), Topics{{"b", std::unexpected(refused)}});
  ASSERT_FALSE(hidden.has_value());
  EXPECT_EQ(exit_for(hidden.error()), Exit::failed);
}

}  // namespace
}  // namespace weir::app
