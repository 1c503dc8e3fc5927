#include "client/consumer/fetch/fetch_leaders.h"

#include <gtest/gtest.h>

#include "wire/error_code.h"
#include "wire/message/fetch_response.h"

namespace weir::client {
namespace {

TEST(FetchLeaders, an_answer_tells_who_leads_instead_by_name_and_by_id) {
  wire::FetchResponse::PartitionData parts[2];
  parts[0].partition_index = 0;
  parts[1].partition_index = 1;
  parts[1].error_code = wire::code_of(wire::ErrorCode::not_leader_or_follower);
  parts[1].current_leader = {.leader_id = 2, .leader_epoch = 5};
  wire::FetchResponse::FetchableTopicResponse topics[3];
  for (auto& topic : topics) topic.partitions = {parts, 2};
  topics[0].topic = "a";
  topics[1].topic_id = {7, 1};
  topics[2].topic_id = {7, 9};  // nobody asked
  wire::FetchResponse::NodeEndpoint node{.node_id = 2, .host = "two", .port = 9'092};
  wire::FetchResponse answer;
  answer.responses = {topics, 3};
  answer.node_endpoints = {&node, 1};
  const LeaderHints hints = leader_hints(answer, {{{7, 1}, "b"}});
  ASSERT_EQ(hints.leaders.size(), 2u);
  EXPECT_EQ(hints.leaders[0].partition, (TopicPartition{"a", 1}));
  EXPECT_EQ(hints.leaders[1].partition, (TopicPartition{"b", 1}));
  EXPECT_EQ(hints.leaders[1].leader, 2);
  EXPECT_EQ(hints.leaders[1].epoch, 5);
  ASSERT_EQ(hints.brokers.size(), 1u);
  EXPECT_EQ(hints.brokers[0].address, (env::Address{"two", 9'092}));

  parts[1].current_leader = {};
  EXPECT_TRUE(leader_hints(answer, {}).brokers.empty()) << "nothing to reach them for";
}

}  // namespace
}  // namespace weir::client
