// A topic that is deleted and made again under the same name, at once: the new one has nothing of
// the old one's, also after a crash, and what was under way to the old one ends.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "sim/node/one_node_test_support.h"
#include "wire/error_code.h"
#include "wire/message/delete_records_request.h"
#include "wire/message/delete_records_response.h"
#include "wire/message/describe_topic_partitions_request.h"
#include "wire/message/describe_topic_partitions_response.h"
#include "wire/message/metadata_request.h"
#include "wire/message/metadata_response.h"

namespace weir::sim {
namespace {

using wire::ErrorCode;

constexpr std::int16_t number_of(ErrorCode code) { return static_cast<std::int16_t>(code); }

Task<Result<std::int16_t>> delete_records(RawClient& client, std::string name, Offset before) {
  wire::DeleteRecordsRequest::DeleteRecordsPartition partition;
  partition.partition_index = 0;
  partition.offset = before;
  wire::DeleteRecordsRequest::DeleteRecordsTopic topic;
  topic.name = name;
  topic.partitions = {&partition, 1};
  wire::DeleteRecordsRequest request;
  request.topics = {&topic, 1};
  request.timeout_ms = 10'000;
  auto calling = client.call<wire::DeleteRecordsResponse>(request, std::int16_t{2});
  CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
  co_return answer->topics[0].partitions[0].error_code;
}

// Until the partition is there: NOT_LEADER_OR_FOLLOWER is what clients ask again after.
Task<Result<Appended>> produce_first(OneNode& one, RawClient& client, TopicPartition to) {
  const std::vector<std::string> values{"first"};
  for (int attempt = 0;; ++attempt) {
    auto producing = produce(client, to, batch_of(values, one.env().clock.wall_ms()));
    CO_TRY_ASSIGN(const Appended appended, co_await std::move(producing));
    if (appended.error_code != number_of(ErrorCode::not_leader_or_follower) || attempt == 1000) {
      co_return appended;
    }
    co_await sleep_until(one.env(), one.env().clock.now() + std::chrono::milliseconds(1));
  }
}

constexpr int lives = 150;
constexpr int under_way = 12;

Task<Result<>> live_again_and_again(OneNode& one) {
  RawClient producer = one.client(), deleter = one.client();
  for (RawClient* const client : {&producer, &deleter}) {
    auto connecting = client->connect();
    CO_TRY(co_await std::move(connecting));
  }
  for (int life = 0; life < lives; ++life) {
    auto creating = create_topic(deleter, "came", 2);
    CO_TRY_ASSIGN(const auto created, co_await std::move(creating));
    EXPECT_EQ(created, 0);
    for (const PartitionIndex partition : {0, 1}) {
      auto producing = produce_first(one, producer, {"came", partition});
      CO_TRY_ASSIGN(const Appended appended, co_await std::move(producing));
      EXPECT_EQ(appended.error_code, 0) << "life " << life;
      EXPECT_EQ(appended.base_offset, 0) << "life " << life;
    }
    // Some are written, some are staged, some come too late.
    for (int i = 0; i < under_way; ++i) {
      const std::vector<std::string> values{"more"};
      CO_TRY(
          add_produce(producer, {"came", i % 2}, batch_of(values, one.env().clock.wall_ms()), -1));
    }
    auto flushing = producer.flush();
    CO_TRY(co_await std::move(flushing));
    auto deleting = delete_topic(deleter, "came");
    CO_TRY_ASSIGN(const auto deleted, co_await std::move(deleting));
    EXPECT_EQ(deleted, 0);
    for (int i = 0; i < under_way; ++i) {
      auto waiting = next_appended(producer);
      CO_TRY_ASSIGN(const Appended appended, co_await std::move(waiting));
      EXPECT_THAT(appended.error_code,
                  testing::AnyOf(0, number_of(ErrorCode::not_leader_or_follower),
                                 number_of(ErrorCode::unknown_topic_or_partition)));
    }
  }
  co_return Result<>{};
}

TEST(TopicLives, a_topic_that_is_made_again_at_once_is_served_from_a_folder_of_its_own) {
  for (const env::ShardId shards : {env::ShardId{1}, env::ShardId{3}}) {
    OneNode one(shards);
    one.run(live_again_and_again);
    EXPECT_EQ(one.log_lines_with("is offline"), 0);
  }
}

Task<Result<>> live_twice(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  auto creating = create_topic(client, "came", 1);
  CO_TRY_ASSIGN(const auto created, co_await std::move(creating));
  EXPECT_EQ(created, 0);
  for (int i = 0; i < 9; ++i) {
    auto producing = produce_first(one, client, {"came", 0});
    CO_TRY_ASSIGN(const Appended appended, co_await std::move(producing));
    EXPECT_EQ(appended.error_code, 0);
  }
  auto trimming = delete_records(client, "came", 7);
  CO_TRY_ASSIGN(const auto trimmed, co_await std::move(trimming));
  EXPECT_EQ(trimmed, 0);
  auto deleting = delete_topic(client, "came");
  CO_TRY_ASSIGN(const auto deleted, co_await std::move(deleting));
  EXPECT_EQ(deleted, 0);
  auto again = create_topic(client, "came", 1);
  CO_TRY_ASSIGN(const auto recreated, co_await std::move(again));
  EXPECT_EQ(recreated, 0);
  co_return Result<>{};
}

Task<Result<>> write_one(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  auto producing = produce_first(one, client, {"came", 0});
  CO_TRY_ASSIGN(const Appended appended, co_await std::move(producing));
  EXPECT_EQ(appended.error_code, 0);
  EXPECT_EQ(appended.base_offset, 0);
  co_return Result<>{};
}

Task<Result<>> find_one(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  auto asking = list_offset(client, {"came", 0}, earliest_timestamp);
  CO_TRY_ASSIGN(const ListedOffset start, co_await std::move(asking));
  EXPECT_EQ(start.offset, 0);
  auto reading = read_all(client, {"came", 0});
  CO_TRY_ASSIGN(const auto records, co_await std::move(reading));
  EXPECT_EQ(records, (std::vector<FetchedRecord>{{0, "first"}}));
  co_return Result<>{};
}

// Checkpoints know a partition by its name only.
TEST(TopicLives, a_crash_applies_nothing_of_an_earlier_topic_to_the_next_one) {
  for (const Crash crash : {Crash::process, Crash::power_keep_none, Crash::power_keep_some}) {
    OneNode one(2);
    one.run(live_twice);
    one.run(write_one);
    one.node.crash(crash);
    ASSERT_TRUE(one.node.start_and_wait().has_value());
    one.run(find_one);
  }
}

// The crash comes when the next topic is in the metadata and has no folder yet; and again later.
TEST(TopicLives, a_crash_before_the_next_topic_has_a_folder_leaves_nothing_of_the_earlier_one) {
  for (const Crash crash : {Crash::process, Crash::power_keep_none, Crash::power_keep_some}) {
    OneNode one(2);
    one.run(live_twice);
    one.node.crash(crash);
    ASSERT_TRUE(one.node.start_and_wait().has_value());
    one.run(write_one);
    one.node.crash(crash);
    ASSERT_TRUE(one.node.start_and_wait().has_value());
    one.run(find_one);
  }
}

Task<Result<>> live_thrice(OneNode& one) {
  auto living = live_twice(one);
  CO_TRY(co_await std::move(living));
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  auto deleting = delete_topic(client, "came");
  CO_TRY_ASSIGN(const auto deleted, co_await std::move(deleting));
  EXPECT_EQ(deleted, 0);
  auto again = create_topic(client, "came", 1);
  CO_TRY_ASSIGN(const auto recreated, co_await std::move(again));
  EXPECT_EQ(recreated, 0);
  co_return Result<>{};
}

// Found by the swarm: a topic that waits for the folder of the one before it has no log yet, and a
// stop in that moment did not count as a clean one.
TEST(TopicLives, a_stop_before_a_topic_has_a_folder_is_clean) {
  for (const OneNode::Scenario scenario : {live_twice, live_thrice}) {
    OneNode one(2);
    one.run(scenario);
    ASSERT_TRUE(one.node.stop_and_wait());
    const auto started = one.node.start_and_wait();
    ASSERT_TRUE(started.has_value());
    EXPECT_TRUE(started->after_clean_stop);
    EXPECT_EQ(started->bytes_checked, 0u);
    one.run(write_one);
    one.run(find_one);
  }
}

Task<Result<std::int16_t>> look_up_topic(RawClient& client, std::string name) {
  wire::MetadataRequest::MetadataRequestTopic topic;
  topic.name = wire::Str(name);
  wire::MetadataRequest request;
  request.topics = {&topic, 1};
  request.allow_auto_topic_creation = false;
  auto calling = client.call<wire::MetadataResponse>(request, std::int16_t{9});
  CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
  co_return answer->topics[0].error_code;
}

Task<Result<std::int16_t>> describe_topic(RawClient& client, std::string name) {
  wire::DescribeTopicPartitionsRequest::TopicRequest topic;
  topic.name = name;
  wire::DescribeTopicPartitionsRequest request;
  request.topics = {&topic, 1};
  auto calling = client.call<wire::DescribeTopicPartitionsResponse>(request, std::int16_t{0});
  CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
  co_return answer->topics[0].error_code;
}

// A connection each for the shards, some more than once.
Task<Result<>> make_and_look_up_elsewhere(OneNode& one) {
  RawClient maker = one.client();
  auto connecting = maker.connect();
  CO_TRY(co_await std::move(connecting));
  std::vector<std::unique_ptr<RawClient>> others;
  for (int i = 0; i < 6; ++i) {
    others.push_back(std::make_unique<RawClient>(one.client()));
    auto joining = others.back()->connect();
    CO_TRY(co_await std::move(joining));
  }
  for (int i = 0; i < 100; ++i) {
    const std::string name = "made" + std::to_string(i);
    auto creating = create_topic(maker, name, 1);
    CO_TRY_ASSIGN(const auto created, co_await std::move(creating));
    EXPECT_EQ(created, 0);
    for (std::size_t c = 0; c < others.size(); ++c) {
      auto looking = (static_cast<std::size_t>(i) + c) % 2 == 0 ? look_up_topic(*others[c], name)
                                                                : describe_topic(*others[c], name);
      CO_TRY_ASSIGN(const auto found, co_await std::move(looking));
      EXPECT_EQ(found, 0) << name;
    }
  }
  co_return Result<>{};
}

// Messages between the shards are late here: the image comes behind the next request.
TEST(TopicLives, a_topic_is_known_on_every_shard_once_its_maker_was_answered) {
  OneNode one(3);
  one.world.find_host("broker")->slow_messages(std::chrono::milliseconds(20));
  one.run(make_and_look_up_elsewhere);
}

}  // namespace
}  // namespace weir::sim
