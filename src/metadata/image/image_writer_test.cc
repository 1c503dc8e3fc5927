#include "metadata/image/image_writer.h"

#include <gtest/gtest.h>

#include "metadata/image/image_test_support.h"

namespace weir::metadata {
namespace {

Image reloaded(const Image& image) {
  const auto records = records_of(image);
  EXPECT_TRUE(records) << records.error().message();
  Replay replay;
  for (const auto& record : records->values()) EXPECT_TRUE(replay.apply(Bytes(record), 7));
  return replay.image();
}

TEST(ImageWriter, what_kafka_wrote_comes_back_from_its_snapshot) {
  for (const auto name : {"kafka-standalone-life.log", "kafka-static-life.log"}) {
    const Image image = image_of(records_of_log(test_file(name)));
    EXPECT_TRUE(same_content(image, reloaded(image)));
    EXPECT_EQ(*reloaded(image).partition("t1", 2), *image.partition("t1", 2));
  }
}

// Everything that a record can say, once.
Image full_image() {
  Image image;
  image.features.metadata_version = 33;
  image.features.levels["eligible.leader.replicas.version"] = 1;
  Broker broker{.id = 1, .epoch = 5, .incarnation_id = {1, 2}};
  broker.endpoints = {{"PLAINTEXT", "h", 1, 0}, {"SSL", "h", 2, 1}};
  broker.features["metadata.version"] = {7, 33};
  broker.rack = "r";
  broker.fenced = false;
  broker.log_dirs = {{3, 4}};
  broker.cordoned_log_dirs = {{{3, 4}}};
  image.brokers.set(1, std::make_shared<const Broker>(broker));
  Controller controller{.id = 3, .incarnation_id = {5, 6}};
  controller.endpoints = {{"CONTROLLER", "h", 3, 0}};
  controller.features["kraft.version"] = {0, 1};
  image.controllers.set(3, std::make_shared<const Controller>(controller));
  Topic topic{.name = "t", .id = {9, 9}};
  Partition partition{.replicas = {1, 2, 3}, .directories = {{3, 4}, {}, directory_lost}};
  partition.isr = {1};
  partition.adding_replicas = {3};
  partition.removing_replicas = {2};
  partition.elr = {2};
  partition.last_known_elr = {3};
  partition.leader = 1;
  partition.leader_recovery = LeaderRecovery::recovering;
  partition.leader_epoch = 4;
  partition.partition_epoch = 8;
  topic.partitions.set(0, std::make_shared<const Partition>(partition));
  image.topic_ids.set("t", topic.id);
  image.topics.set(topic.id, std::make_shared<const Topic>(topic));
  image.configs.set({ConfigKind::topic, "t"},
                    std::make_shared<const ConfigMap>(ConfigMap{{"a", "1"}, {"b", ""}}));
  QuotaEntity entity;
  entity.parts = {{"user", "u"}, {"client-id", std::nullopt}};
  image.client_quotas.set(entity, std::make_shared<const std::map<std::string, double>>(
                                      std::map<std::string, double>{{"request_percentage", 1.5}}));
  image.next_producer_id = 2000;
  image.acls.set({7, 7}, std::make_shared<const AccessControlEntry>(
                             AccessControlEntry{{7, 7}, 2, "t", 3, "User:u", "*", 3, 3}));
  image.scram.set({1, "u"}, std::make_shared<const ScramCredential>(ScramCredential{
                                {std::byte{1}}, {std::byte{2}}, {std::byte{3}}, 4096}));
  image.delegation_tokens.set("id", std::make_shared<const DelegationToken>(DelegationToken{
                                        "User:o", "User:r", {"User:x"}, 1, 2, 3, "id"}));
  return image;
}

TEST(ImageWriter, everything_a_record_can_say_comes_back) {
  const Image image = full_image();
  const Image again = reloaded(image);
  EXPECT_EQ(again.features, image.features);
  Broker broker = *again.broker(1);
  EXPECT_EQ(broker.registration_offset, 7);
  broker.registration_offset = no_offset;
  EXPECT_EQ(broker, *image.broker(1));
  EXPECT_EQ(**again.controllers.find(3), **image.controllers.find(3));
  EXPECT_EQ(*again.partition("t", 0), *image.partition("t", 0));
  EXPECT_EQ(again.config(ConfigKind::topic, "t"), image.config(ConfigKind::topic, "t"));
  EXPECT_EQ(again.client_quotas.begin()->first, image.client_quotas.begin()->first);
  EXPECT_EQ(*again.client_quotas.begin()->second, *image.client_quotas.begin()->second);
  EXPECT_EQ(again.next_producer_id, 2000);
  EXPECT_EQ(**again.acls.find(Uuid{7, 7}), **image.acls.find(Uuid{7, 7}));
  EXPECT_EQ(**again.scram.find(ScramKey{1, "u"}), **image.scram.find(ScramKey{1, "u"}));
  EXPECT_EQ(**again.delegation_tokens.find("id"), **image.delegation_tokens.find("id"));
}

TEST(ImageWriter, record_versions_follow_the_metadata_version) {
  Image image;
  image.features.metadata_version = 7;
  Broker broker{.id = 1, .epoch = 5};
  image.brokers.set(1, std::make_shared<const Broker>(broker));
  Topic topic{.name = "t", .id = {9, 9}};
  topic.partitions.set(0, std::make_shared<const Partition>(Partition{
                              .replicas = {1}, .directories = {directory_migrating}, .isr = {1}}));
  image.topic_ids.set("t", topic.id);
  image.topics.set(topic.id, std::make_shared<const Topic>(topic));
  const struct {
    std::int16_t level, broker, partition;
  } cases[] = {{7, 1, 0}, {8, 2, 0}, {17, 3, 1}, {23, 3, 2}, {30, 4, 2}, {33, 4, 2}};
  for (const auto& c : cases) {
    image.features.metadata_version = c.level;
    const auto records = records_of(image);
    ASSERT_TRUE(records);
    EXPECT_EQ(wire::read_metadata_record(Bytes(records->values()[1]))->version, c.broker);
    EXPECT_EQ(wire::read_metadata_record(Bytes(records->values()[3]))->version, c.partition);
  }
}

TEST(ImageWriter, what_the_level_cannot_say_is_an_error_and_not_a_loss) {
  Image image = full_image();
  image.features.metadata_version = 14;
  const auto records = records_of(image);
  ASSERT_FALSE(records);
  EXPECT_EQ(records.error().code, Errc::unsupported);
}

}  // namespace
}  // namespace weir::metadata
