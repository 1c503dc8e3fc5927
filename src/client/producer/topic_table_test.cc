#include "client/producer/topic_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/producer/produce_exchange.h"

namespace weir::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using wire::Blob;
using wire::ErrorCode;

struct TopicTableTest : testing::Test {
  void SetUp() override { make({}); }
  void make(PartitionOptions options) {
    accumulator.emplace(AccumulatorOptions{.batch_size = 200, .linger_adapts = false});
    sender.emplace(SenderOptions{}, *accumulator, random);
    table.emplace(std::move(options), *accumulator, *sender, random);
  }
  // Partition i is led by leaders[i].
  void learn(const std::string& topic, const std::vector<BrokerId>& leaders, Uuid id = {1, 2}) {
    TopicInfo& info = view.topics[topic];
    info.id = id;
    info.partitions.assign(leaders.size(), {});
    for (std::size_t i = 0; i < leaders.size(); ++i) info.partitions[i].leader = leaders[i];
    table->apply(view);
  }
  SeededRandom random{1};
  std::optional<Accumulator> accumulator;
  std::optional<Sender> sender;
  std::optional<TopicTable> table;
  ClusterView view;
};

TEST_F(TopicTableTest, a_record_waits_for_its_topic_and_for_its_partition) {
  TopicTable::Topic& topic = table->get("t");
  EXPECT_EQ(*table->choose(topic, {}), std::nullopt);
  learn("t", {1, 2});
  EXPECT_EQ(*table->choose(topic, {.partition = 1}), 1);
  EXPECT_EQ(*table->choose(topic, {.partition = 2}), std::nullopt);
  learn("t", {1, 2, 3});
  EXPECT_EQ(*table->choose(topic, {.partition = 2}), 2);
  EXPECT_FALSE(table->choose(topic, {.partition = -1}));
}

TEST_F(TopicTableTest, a_topic_that_is_refused_for_good_ends_its_records) {
  TopicTable::Topic& topic = table->get("t");
  view.topics["t"].error = ErrorCode::unknown_topic_or_partition;
  table->apply(view);
  EXPECT_EQ(*table->choose(topic, {}), std::nullopt);
  view.topics["t"].error = ErrorCode::topic_authorization_failed;
  table->apply(view);
  EXPECT_EQ(table->choose(topic, {}).error().answer, ErrorCode::topic_authorization_failed);
}

TEST_F(TopicTableTest, what_is_known_survives_a_view_without_it) {
  TopicTable::Topic& topic = table->get("t");
  learn("t", {1});
  view.topics.clear();
  table->apply(view);
  EXPECT_EQ(*table->choose(topic, {}), 0);
  EXPECT_EQ(topic.id, (Uuid{1, 2}));
}

TEST_F(TopicTableTest, keys_and_own_rules_choose) {
  TopicTable::Topic& topic = table->get("t");
  learn("t", {1, 1, 1, 1, 1});
  const ProducerRecord keyed{.key = Blob(as_bytes("key"))};
  const auto first = *table->choose(topic, keyed);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(*table->choose(topic, keyed), first);
  std::optional<PartitionIndex> chosen = 3;
  make({.own = [&](const ProducerRecord&, PartitionIndex) { return chosen; }});
  TopicTable::Topic& again = table->get("t");
  learn("t", {1, 1, 1, 1, 1});
  EXPECT_EQ(*table->choose(again, keyed), 3);
  chosen = std::nullopt;
  EXPECT_TRUE(table->choose(again, keyed)->has_value()) << "the sticky one";
  for (const PartitionIndex outside : {-1, 5}) {
    chosen = outside;
    EXPECT_THAT(table->choose(again, keyed).error().message(), HasSubstr("partitioner"));
  }
}

TEST_F(TopicTableTest, records_without_a_key_stay_together_and_move_on) {
  TopicTable::Topic& topic = table->get("t");
  learn("t", {1, no_broker, 1, 1});
  std::vector<int> counts(4);
  const std::string value(20, 'x');
  const ProducerRecord record{.value = Blob(as_bytes(value))};
  PartitionIndex last = -1;
  int changes = 0;
  for (int i = 0; i < 10'000; ++i) {
    const PartitionIndex partition = **table->choose(topic, record);
    changes += std::exchange(last, partition) != partition;
    ++counts[static_cast<std::size_t>(partition)];
    table->appended(topic, record, partition);
  }
  EXPECT_LT(changes, 1'500) << "about one in fourteen";
  EXPECT_EQ(counts[1], 0) << "it has no leader";
  for (const std::size_t i : {0u, 2u, 3u}) EXPECT_GT(counts[i], 2'500);
}

TEST_F(TopicTableTest, only_topics_in_use_are_named) {
  table->get("a").used = env::Instant(std::chrono::seconds(1));
  table->get("b").used = env::Instant(std::chrono::seconds(9));
  EXPECT_THAT(table->names(env::Instant(std::chrono::seconds(5))), ElementsAre("b"));
}

TEST_F(TopicTableTest, a_request_is_by_topic_and_its_answer_finds_the_parts) {
  table->get("b");
  table->get("a");
  learn("a", {1}, {7, 1});
  learn("b", {1, 1}, {7, 2});
  const Bytes bytes = as_bytes("batch");
  const PartitionSlot a0 = table->get("a").slots[0];
  const PartitionSlot b0 = table->get("b").slots[0], b1 = table->get("b").slots[1];
  const ProduceCall call{.parts = {{b1, bytes}, {a0, bytes}, {b0, bytes}}};
  const ProduceExchange exchange(call, *table, -1, std::chrono::seconds(3));
  const wire::ProduceRequest& request = exchange.request();
  EXPECT_EQ(request.timeout_ms, 3'000);
  ASSERT_EQ(request.topic_data.size(), 2u);
  EXPECT_EQ(request.topic_data[0].name.view(), "a");
  EXPECT_EQ(request.topic_data[1].partition_data.size(), 2u);
  EXPECT_EQ(exchange.unanswered().size(), 3u);

  for (const bool by_id : {true, false}) {
    wire::ProduceResponse::PartitionProduceResponse parts[3];
    parts[0].index = 0;
    parts[0].error_code = 87;
    parts[1].index = 5;  // nobody asked
    parts[2].index = 1;
    parts[2].base_offset = 44;
    wire::ProduceResponse::TopicProduceResponse topic;
    if (by_id) topic.topic_id = {7, 2};
    if (!by_id) topic.name = "b";
    topic.partition_responses = {parts, 3};
    wire::ProduceResponse answer;
    answer.responses = {&topic, 1};
    const auto results = exchange.results(answer);
    ASSERT_EQ(results.size(), 2u);
    EXPECT_EQ(results[0].slot, b0);
    EXPECT_EQ(results[0].error, ErrorCode::invalid_record);
    EXPECT_EQ(results[1].slot, b1);
    EXPECT_EQ(results[1].base_offset, 44);
  }
}

TEST_F(TopicTableTest, an_answer_tells_who_leads_instead) {
  learn("a", {1, 1}, {7, 1});
  const Bytes bytes = as_bytes("batch");
  table->get("a");
  learn("a", {1, 1}, {7, 1});
  const auto& slots = table->get("a").slots;
  const ProduceCall call{.parts = {{slots[0], bytes}, {slots[1], bytes}}};
  const ProduceExchange exchange(call, *table, -1, std::chrono::seconds(3));
  wire::ProduceResponse::PartitionProduceResponse parts[3];
  parts[0].index = 0;
  parts[1].index = 1;
  parts[1].error_code = wire::code_of(ErrorCode::not_leader_or_follower);
  parts[1].current_leader = {.leader_id = 2, .leader_epoch = 5};
  parts[2].index = 9;  // nobody asked
  parts[2].current_leader = {.leader_id = 2, .leader_epoch = 5};
  wire::ProduceResponse::TopicProduceResponse topic;
  topic.topic_id = {7, 1};
  topic.partition_responses = {parts, 3};
  wire::ProduceResponse::NodeEndpoint nodes[2];
  nodes[0] = {.node_id = 2, .host = "two", .port = 9'092, .rack = "r"};
  nodes[1] = {.node_id = 3, .host = "three", .port = 70'000};
  wire::ProduceResponse answer;
  answer.responses = {&topic, 1};
  answer.node_endpoints = {nodes, 2};
  const LeaderHints hints = exchange.leader_hints(answer);
  ASSERT_EQ(hints.leaders.size(), 1u);
  EXPECT_EQ(hints.leaders[0].partition, (TopicPartition{"a", 1}));
  EXPECT_EQ(hints.leaders[0].leader, 2);
  EXPECT_EQ(hints.leaders[0].epoch, 5);
  ASSERT_EQ(hints.brokers.size(), 1u);
  EXPECT_EQ(hints.brokers[0].address, (env::Address{"two", 9'092}));
  EXPECT_EQ(hints.brokers[0].rack, "r");
}

}  // namespace
}  // namespace weir::client
