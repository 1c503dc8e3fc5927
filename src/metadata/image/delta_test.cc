#include "metadata/image/delta.h"

#include <gtest/gtest.h>

#include "metadata/image/image_test_support.h"

namespace weir::metadata {
namespace {

Image with_topic(Image image, std::string name, const Uuid& id, std::vector<Partition> partitions) {
  Topic topic{.name = name, .id = id};
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    topic.partitions.set(static_cast<PartitionIndex>(i),
                         std::make_shared<const Partition>(partitions[i]));
  }
  image.topic_ids.set(std::move(name), id);
  image.topics.set(id, std::make_shared<const Topic>(std::move(topic)));
  return image;
}

TEST(Delta, equal_images_have_none_even_when_nothing_is_shared) {
  const Image a = with_topic({}, "t", {1, 1}, {Partition{.replicas = {1}}});
  const Image b = with_topic({}, "t", {1, 1}, {Partition{.replicas = {1}}});
  EXPECT_TRUE(delta_between(a, b).empty());
}

TEST(Delta, topics_come_go_and_change) {
  Image before = with_topic({}, "changed", {1, 1}, {Partition{}, Partition{}});
  before = with_topic(before, "deleted", {1, 2}, {Partition{}});
  Image after =
      with_topic(before, "changed", {1, 1}, {Partition{}, Partition{.leader = 4}, Partition{}});
  after.topics.erase({1, 2});
  after = with_topic(after, "created", {1, 3}, {Partition{}});
  const Delta delta = delta_between(before, after);
  ASSERT_EQ(delta.topics.size(), 3u);
  EXPECT_EQ(delta.topics[0].after->name, "changed");
  ASSERT_EQ(delta.topics[0].partitions.size(), 2u);
  EXPECT_EQ(delta.topics[0].partitions[0].index, 1);
  EXPECT_EQ(delta.topics[0].partitions[0].after->leader, 4);
  EXPECT_EQ(delta.topics[0].partitions[1].before, nullptr);
  EXPECT_EQ(delta.topics[1].before->name, "deleted");
  EXPECT_EQ(delta.topics[1].after, nullptr);
  EXPECT_EQ(delta.topics[1].partitions.size(), 1u);
  EXPECT_EQ(delta.topics[2].before, nullptr);
}

TEST(Delta, configs_brokers_and_features_are_told) {
  Image before, after;
  after.features.metadata_version = 33;
  after.configs.set({ConfigKind::topic, "t"},
                    std::make_shared<const ConfigMap>(ConfigMap{{"a", "b"}}));
  after.brokers.set(1, std::make_shared<const Broker>(Broker{.id = 1}));
  const Delta delta = delta_between(before, after);
  EXPECT_TRUE(delta.features_changed);
  ASSERT_EQ(delta.configs.size(), 1u);
  EXPECT_EQ(delta.configs[0].resource.name, "t");
  EXPECT_EQ(delta.configs[0].before, nullptr);
  ASSERT_EQ(delta.brokers.size(), 1u);
  EXPECT_EQ(delta.brokers[0].after->id, 1);
  EXPECT_EQ(delta_between(after, before).brokers[0].after, nullptr);
}

// A step of one record at a time over a whole life: applying the deltas to a copy keeps it equal.
TEST(Delta, the_deltas_of_a_life_add_up) {
  Replay replay;
  Image last;
  std::map<std::string, std::map<PartitionIndex, Partition>> mirror;
  for (const auto& record : records_of_log(test_file("kafka-standalone-life.log"))) {
    ASSERT_TRUE(replay.apply(Bytes(record.value), record.offset));
    const Delta delta = delta_between(last, replay.image());
    for (const auto& topic : delta.topics) {
      if (topic.after == nullptr) {
        mirror.erase(topic.before->name);
        continue;
      }
      auto& partitions = mirror[topic.after->name];
      for (const auto& partition : topic.partitions) partitions[partition.index] = *partition.after;
    }
    last = replay.image();
  }
  ASSERT_EQ(mirror.size(), last.topics.size());
  for (const auto& [name, partitions] : mirror) {
    ASSERT_EQ(partitions.size(), last.topic(name)->partitions.size());
    for (const auto& [index, partition] : partitions)
      EXPECT_EQ(partition, *last.partition(name, index));
  }
}

}  // namespace
}  // namespace weir::metadata
