#include "metadata/image/replay.h"

#include <gtest/gtest.h>

#include "metadata/image/image_test_support.h"
#include "metadata/image/record_list.h"
#include "metadata/image/replay_record.h"
#include "wire/message/abort_transaction_record.h"
#include "wire/message/begin_transaction_record.h"
#include "wire/message/end_transaction_record.h"
#include "wire/message/no_op_record.h"

namespace weir::metadata {
namespace {

template <class M>
std::vector<std::byte> encoded(const M& record, std::int16_t version = 0) {
  RecordList list;
  list.add(record, version);
  return list.take()[0];
}
template <class M>
Result<> apply(Replay& replay, const M& record, std::int16_t version = 0, Offset offset = 0) {
  return replay.apply(Bytes(encoded(record, version)), offset);
}

wire::TopicRecord topic(std::string_view name, const Uuid& id) {
  wire::TopicRecord record;
  record.name = name;
  record.topic_id = id;
  return record;
}

TEST(Replay, a_whole_life_of_kafka_gives_the_state_that_kafka_showed) {
  const Image image = image_of(records_of_log(test_file("kafka-standalone-life.log")));
  EXPECT_EQ(image.features.metadata_version, 33);
  EXPECT_TRUE(image.features.elr_enabled());
  EXPECT_EQ(image.features.levels.at("share.version"), 2);
  ASSERT_NE(image.topic("t1"), nullptr);
  EXPECT_EQ(image.topic("t1")->partitions.size(), 3u);
  EXPECT_EQ(image.topic("__consumer_offsets")->partitions.size(), 50u);
  EXPECT_EQ(image.topic("gone"), nullptr);
  EXPECT_EQ(image.topics.size(), 2u);
  EXPECT_EQ(image.config(ConfigKind::topic, "t1"), (ConfigMap{{"retention.ms", "123456789"}}));
  EXPECT_EQ(image.config(ConfigKind::broker, "1"), (ConfigMap{{"log.cleaner.threads", "2"}}));
  EXPECT_EQ(image.config(ConfigKind::broker, ""),
            (ConfigMap{{"log.retention.ms", "700000000"}, {"min.insync.replicas", "1"}}));
  EXPECT_EQ(image.config(ConfigKind::group, "g1"),
            (ConfigMap{{"consumer.session.timeout.ms", "50000"}}));
  EXPECT_EQ(image.next_producer_id, 1000);
  ASSERT_NE(image.broker(1), nullptr);
  const Broker& broker = *image.broker(1);
  EXPECT_EQ(broker.epoch, 298);
  EXPECT_EQ(broker.registration_offset, 351);
  EXPECT_TRUE(broker.fenced);
  EXPECT_TRUE(broker.in_controlled_shutdown);
  EXPECT_EQ(broker.cordoned_log_dirs, std::vector<Uuid>{});
  EXPECT_EQ(broker.endpoints, (std::vector<Endpoint>{{"PLAINTEXT", "127.0.0.1", 15481, 0}}));
  EXPECT_EQ(image.controllers.size(), 1u);
  // It went through a clean stop, a kill -9 with an unclean election, and a clean stop again.
  const Partition& partition = *image.partition("t1", 0);
  EXPECT_EQ(partition.leader, no_broker);
  EXPECT_TRUE(partition.isr.empty());
  EXPECT_EQ(partition.elr, std::vector<BrokerId>{1});
  EXPECT_EQ(partition.last_known_elr, std::vector<BrokerId>{1});
  EXPECT_EQ(partition.leader_epoch, 5);
  EXPECT_EQ(partition.partition_epoch, 6);
}

TEST(Replay, every_record_alone_survives_decoding_and_encoding) {
  for (const auto name : {"kafka-standalone-life.log", "kafka-static-life.log"}) {
    Replay replay;
    for (const auto& record : records_of_log(test_file(name))) {
      ASSERT_TRUE(replay.apply(Bytes(record.value), record.offset)) << record.offset;
      // What is cut off is found out, never read past.
      for (std::size_t size = 0; size < record.value.size(); ++size) {
        Replay other = replay;
        EXPECT_FALSE(other.apply(Bytes(record.value).first(size), record.offset) && size < 3);
      }
    }
  }
}

TEST(Replay, an_unknown_type_version_or_frame_stops) {
  Replay replay;
  const auto code = [&](std::vector<std::uint8_t> value) {
    const auto applied = replay.apply(std::as_bytes(std::span(value)), 0);
    return applied ? Errc::exists : applied.error().code;
  };
  EXPECT_EQ(code({1, 20, 0, 0}), Errc::exists);       // NoOp: fine
  EXPECT_EQ(code({1, 30, 0, 0}), Errc::unsupported);  // nobody knows type 30
  EXPECT_EQ(code({1, 6, 0, 0}), Errc::unsupported);   // unused
  EXPECT_EQ(code({1, 20, 1, 0}), Errc::unsupported);  // NoOp has one version
  EXPECT_EQ(code({0, 20, 0, 0}), Errc::unsupported);  // frame version
  EXPECT_EQ(code({1, 20, 0, 0, 0}), Errc::corrupt);   // something left over
  EXPECT_EQ(code({1, 20}), Errc::corrupt);
  EXPECT_EQ(code({}), Errc::corrupt);
}

TEST(Replay, a_feature_beyond_what_is_supported_stops) {
  const struct {
    std::string_view name;
    std::int16_t level;
    bool fine;
  } cases[] = {
      {"metadata.version", 6, false}, {"metadata.version", 7, true},
      {"metadata.version", 33, true}, {"metadata.version", 34, false},
      {"share.version", 3, false},    {"no.such.feature", 1, false},
      {"no.such.feature", 0, true},   {"kraft.version", 1, true},
  };
  for (const auto& c : cases) {
    Replay replay;
    wire::FeatureLevelRecord record;
    record.name = c.name;
    record.feature_level = c.level;
    const auto applied = apply(replay, record);
    EXPECT_EQ(applied.has_value(), c.fine) << c.name << c.level;
    if (!applied) EXPECT_EQ(applied.error().code, Errc::unsupported);
  }
}

TEST(Replay, a_transaction_counts_whole_or_not_at_all) {
  Replay replay;
  EXPECT_FALSE(apply(replay, wire::EndTransactionRecord{}));
  EXPECT_FALSE(apply(replay, wire::AbortTransactionRecord{}));
  ASSERT_TRUE(apply(replay, topic("before", {1, 1})));
  ASSERT_TRUE(apply(replay, wire::BeginTransactionRecord{}, 0, 5));
  EXPECT_EQ(replay.transaction_start(), 5);
  EXPECT_FALSE(apply(replay, wire::BeginTransactionRecord{}));
  ASSERT_TRUE(apply(replay, topic("within", {1, 2})));
  ASSERT_TRUE(apply(replay, wire::AbortTransactionRecord{}));
  EXPECT_FALSE(replay.in_transaction());
  EXPECT_NE(replay.image().topic("before"), nullptr);
  EXPECT_EQ(replay.image().topic("within"), nullptr);
  ASSERT_TRUE(apply(replay, wire::BeginTransactionRecord{}));
  ASSERT_TRUE(apply(replay, topic("within", {1, 2})));
  ASSERT_TRUE(apply(replay, wire::EndTransactionRecord{}));
  EXPECT_NE(replay.image().topic("within"), nullptr);
}

TEST(Replay, records_that_contradict_the_state_stop) {
  const auto refused = [](const auto& record, std::int16_t version = 0) {
    Replay replay;
    EXPECT_TRUE(apply(replay, topic("known", {1, 1})));
    const auto applied = apply(replay, record, version);
    return !applied && applied.error().code == Errc::corrupt;
  };
  EXPECT_TRUE(refused(topic("known", {1, 2})));
  EXPECT_TRUE(refused(topic("other", {1, 1})));
  EXPECT_TRUE(refused(wire::RemoveTopicRecord{.topic_id = {9, 9}}));
  EXPECT_TRUE(refused(wire::PartitionRecord{.topic_id = {9, 9}}));
  EXPECT_TRUE(refused(wire::PartitionChangeRecord{.partition_id = 0, .topic_id = {1, 1}}));
  EXPECT_TRUE(refused(wire::FenceBrokerRecord{.id = 1}));
  EXPECT_TRUE(refused(wire::UnregisterBrokerRecord{.broker_id = 1}));
  EXPECT_TRUE(refused(wire::BrokerRegistrationChangeRecord{.broker_id = 1}));
  EXPECT_TRUE(refused(wire::UnregisterControllerRecord{.controller_id = 1}));
  EXPECT_TRUE(refused(wire::RemoveAccessControlEntryRecord{.id = {5, 5}}));
  EXPECT_TRUE(refused(wire::ClearElrRecord{.topic_name = "unknown"}));
  EXPECT_TRUE(refused(wire::ProducerIdsRecord{.next_producer_id = -1}));
  std::vector<Uuid> directories(2);
  wire::PartitionRecord odd{.topic_id = {1, 1}};
  odd.directories = directories;
  EXPECT_TRUE(refused(odd, 2));
  EXPECT_TRUE(refused(wire::PartitionRecord{.topic_id = {1, 1}, .leader_recovery_state = 7}));
}

TEST(Replay, old_fence_records_of_33_still_work) {
  Replay replay;
  ASSERT_TRUE(apply(replay, wire::RegisterBrokerRecord{.broker_id = 4, .broker_epoch = 9}, 1));
  EXPECT_TRUE(replay.image().broker(4)->fenced);
  ASSERT_TRUE(apply(replay, wire::UnfenceBrokerRecord{.id = 4, .epoch = 9}));
  EXPECT_FALSE(replay.image().broker(4)->fenced);
  ASSERT_TRUE(apply(replay, wire::FenceBrokerRecord{.id = 4, .epoch = 9}));
  EXPECT_TRUE(replay.image().broker(4)->fenced);
}

TEST(Replay, a_partition_change_raises_the_epochs_that_it_implies) {
  Replay replay;
  ASSERT_TRUE(apply(replay, topic("t", {1, 1})));
  std::vector<std::int32_t> replicas{1, 2};
  wire::PartitionRecord created{.partition_id = 0, .topic_id = {1, 1}};
  created.replicas = replicas;
  created.isr = replicas;
  created.leader = 1;
  created.leader_epoch = 3;
  created.partition_epoch = 5;
  ASSERT_TRUE(apply(replay, created));
  EXPECT_EQ(replay.image().partition("t", 0)->directories,
            (std::vector<Uuid>{directory_migrating, directory_migrating}));
  wire::PartitionChangeRecord change{.partition_id = 0, .topic_id = {1, 1}};
  std::vector<std::int32_t> isr{1};
  change.isr = isr;
  ASSERT_TRUE(apply(replay, change));
  EXPECT_EQ(replay.image().partition("t", 0)->leader_epoch, 3);
  EXPECT_EQ(replay.image().partition("t", 0)->partition_epoch, 6);
  change.leader = 1;  // the same leader again: a new epoch all the same
  ASSERT_TRUE(apply(replay, change));
  EXPECT_EQ(replay.image().partition("t", 0)->leader_epoch, 4);
  EXPECT_EQ(replay.image().partition("t", 0)->partition_epoch, 7);
}

TEST(Replay, clearing_the_elr_touches_those_that_have_one) {
  Image image = image_of(records_of_log(test_file("kafka-standalone-life.log")));
  Replay replay(image);
  ASSERT_TRUE(apply(replay, wire::ClearElrRecord{.topic_name = "t1"}));
  EXPECT_TRUE(replay.image().partition("t1", 1)->elr.empty());
  EXPECT_EQ(replay.image().partition("__consumer_offsets", 1)->elr.size(), 1u);
  ASSERT_TRUE(apply(replay, wire::ClearElrRecord{}));
  EXPECT_TRUE(replay.image().partition("__consumer_offsets", 1)->elr.empty());
}

}  // namespace
}  // namespace weir::metadata
