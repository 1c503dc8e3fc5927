#include "client/cluster/cluster_view.h"

#include <gtest/gtest.h>

#include "client/cluster/leader_hints.h"
#include "wire/message/metadata_response.h"

namespace weir::client {
namespace {

using wire::ErrorCode;
using wire::MetadataResponse;

// One topic with one partition, as one answer tells it.
struct Told {
  std::string name = "a";
  Uuid id{};
  LeaderEpoch epoch = no_epoch;
  BrokerId leader = 1;
  ErrorCode error = ErrorCode::none;
  bool has_partition = true;
};

ClusterView apply(const ClusterView& view, const Told& told, bool complete = false) {
  MetadataResponse::MetadataResponseBroker broker{.node_id = 1, .host = "one", .port = 9092};
  MetadataResponse::MetadataResponsePartition partition{.leader_id = told.leader,
                                                        .leader_epoch = told.epoch};
  MetadataResponse::MetadataResponseTopic topic;
  topic.name = wire::Str(told.name);
  topic.topic_id = told.id;
  topic.error_code = wire::code_of(told.error);
  if (told.has_partition) topic.partitions = {&partition, 1};
  MetadataResponse answer;
  answer.cluster_id = "c";
  answer.controller_id = 1;
  answer.brokers = {&broker, 1};
  answer.topics = {&topic, 1};
  return view.updated(answer, complete);
}

Uuid uuid(std::uint64_t number) { return {number, number}; }

BrokerId leader(const ClusterView& view, const char* topic = "a") {
  const PartitionInfo* partition = view.find({topic, 0});
  return partition ? partition->leader : no_broker;
}

TEST(ClusterView, an_answer_tells_of_brokers_and_topics) {
  const ClusterView view = apply({}, {.epoch = 3});
  EXPECT_EQ(view.cluster_id, "c");
  EXPECT_EQ(view.controller, 1);
  EXPECT_EQ(view.brokers.at(1).address, (env::Address{"one", 9092}));
  EXPECT_EQ(leader(view), 1);
  EXPECT_EQ(view.find({"a", 1}), nullptr);
  EXPECT_EQ(view.find({"a", -1}), nullptr);
  EXPECT_EQ(view.find({"b", 0}), nullptr);
}

TEST(ClusterView, an_older_epoch_does_not_undo_a_newer_one) {
  const ClusterView view = apply({}, {.epoch = 3, .leader = 1});
  EXPECT_EQ(leader(apply(view, {.epoch = 2, .leader = 7})), 1);
  EXPECT_EQ(leader(apply(view, {.epoch = 3, .leader = 7})), 7);
  EXPECT_EQ(leader(apply(view, {.epoch = 4, .leader = 7})), 7);
  EXPECT_EQ(leader(apply(view, {.epoch = no_epoch, .leader = 7})), 7) << "an old broker";
}

TEST(ClusterView, a_topic_that_was_created_anew_forgets_its_epochs) {
  const ClusterView view = apply({}, {.id = uuid(1), .epoch = 9, .leader = 1});
  EXPECT_EQ(leader(apply(view, {.id = uuid(1), .epoch = 0, .leader = 7})), 1);
  EXPECT_EQ(leader(apply(view, {.id = uuid(2), .epoch = 0, .leader = 7})), 7);
  EXPECT_EQ(*apply(view, {.id = uuid(2)}).name_of(uuid(2)), "a");
  EXPECT_EQ(view.name_of(uuid(2)), nullptr);
}

TEST(ClusterView, what_an_answer_leaves_out_stays_unless_it_is_complete) {
  const ClusterView view = apply({}, {.name = "a"});
  EXPECT_EQ(leader(apply(view, {.name = "b"}), "a"), 1);
  EXPECT_EQ(leader(apply(view, {.name = "b"}, true), "a"), no_broker);
}

TEST(ClusterView, a_retriable_error_keeps_what_is_known_and_a_final_one_does_not) {
  const ClusterView view = apply({}, {.epoch = 3});
  const ClusterView late =
      apply(view, {.error = ErrorCode::unknown_topic_or_partition, .has_partition = false});
  EXPECT_EQ(leader(late), 1);
  EXPECT_EQ(late.find_topic("a")->error, ErrorCode::unknown_topic_or_partition);
  const ClusterView gone =
      apply(view, {.error = ErrorCode::topic_authorization_failed, .has_partition = false});
  EXPECT_EQ(leader(gone), no_broker);
  EXPECT_EQ(gone.find_topic("a")->error, ErrorCode::topic_authorization_failed);
}

TEST(ClusterView, partitions_and_ports_that_no_broker_gives_are_left_out) {
  MetadataResponse::MetadataResponseBroker broker{.node_id = 1, .host = "one", .port = 70'000};
  MetadataResponse::MetadataResponsePartition partition{.partition_index = 1 << 30};
  MetadataResponse::MetadataResponseTopic topic;
  topic.name = "a";
  topic.partitions = {&partition, 1};
  MetadataResponse answer;
  answer.brokers = {&broker, 1};
  answer.topics = {&topic, 1};
  const ClusterView view = ClusterView().updated(answer, true);
  EXPECT_TRUE(view.brokers.empty());
  EXPECT_TRUE(view.find_topic("a")->partitions.empty());
}

TEST(ClusterView, what_is_told_beside_an_answer_counts_when_it_is_newer_and_can_be_reached) {
  const ClusterView view = apply({}, {.epoch = 3, .leader = 1});
  const BrokerInfo two{.id = 2, .address = {"two", 9092}, .rack = {}};
  const auto told = [&](BrokerId who, LeaderEpoch epoch, std::vector<BrokerInfo> brokers,
                        const char* topic = "a") {
    return view.with({.leaders = {{{topic, 0}, who, epoch}}, .brokers = std::move(brokers)});
  };
  const auto moved = told(2, 4, {two});
  ASSERT_TRUE(moved);
  EXPECT_EQ(leader(*moved), 2);
  EXPECT_EQ(moved->find({"a", 0})->leader_epoch, 4);
  EXPECT_EQ(moved->brokers.at(2).address, two.address);
  EXPECT_EQ(leader(*told(1, 4, {})), 1) << "a known broker, elected again";
  EXPECT_FALSE(told(2, 3, {two})) << "not newer";
  EXPECT_FALSE(told(2, 4, {})) << "nobody knows where";
  EXPECT_FALSE(told(2, 4, {two}, "b")) << "not asked for";
  EXPECT_FALSE(told(no_broker, 4, {two}));
  EXPECT_FALSE(view.with({}));
}

}  // namespace
}  // namespace weir::client
