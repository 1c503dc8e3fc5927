#include "weir/admin.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "weir/testing/broker.h"

namespace weir {
namespace {

using namespace std::chrono_literals;

class PublicAdmin : public testing::Test {
 protected:
  PublicAdmin()
      : broker(test::Broker::start()),
        client(Client::create({.bootstrap_servers = broker->address()})),
        admin(client->admin()) {}

  std::expected<test::Broker, Failure> broker;
  std::expected<Client, Failure> client;
  std::expected<Admin, Failure> admin;
};

TEST(TestBroker, refuses_settings_that_do_not_exist) {
  const auto broker = test::Broker::start({.settings = {{"num.partition", "3"}}});
  ASSERT_FALSE(broker);
  EXPECT_EQ(broker.error().kind(), Failure::Kind::invalid);
  EXPECT_NE(broker.error().message().find("num.partition"), std::string::npos);
}

TEST_F(PublicAdmin, creates_describes_and_deletes_a_topic) {
  const auto created = admin->create_topic({.name = "orders", .partitions = 3}).get();
  ASSERT_TRUE(created) << created.error().message();
  EXPECT_EQ(created->partitions, 3);
  EXPECT_EQ(created->id.size(), 22u);
  const auto again = admin->create_topic({.name = "orders"}).get();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind(), Failure::Kind::answered);
  EXPECT_EQ(again.error().kafka_name(), "TOPIC_ALREADY_EXISTS");
  EXPECT_EQ(again.error().kafka_code(), 36);
  EXPECT_FALSE(again.error().is_retriable());

  const auto listed = admin->list_topics().get();
  ASSERT_TRUE(listed);
  EXPECT_EQ(listed->at("orders").partitions, 3);
  const auto described = admin->describe_topics({"orders", "missing"}).get();
  ASSERT_TRUE(described);
  ASSERT_TRUE(described->at("orders"));
  EXPECT_EQ(described->at("orders")->partitions[2].leader, 1);
  EXPECT_EQ(described->at("missing").error().kafka_name(), "UNKNOWN_TOPIC_OR_PARTITION");
  const std::string stranger = "AAAAAAAAAAAAAAAAAAAAAg";
  const std::string zeros = "AAAAAAAAAAAAAAAAAAAAAA";
  const auto by_id = admin->describe_topics_by_id({created->id, stranger, zeros}).get();
  ASSERT_TRUE(by_id && by_id->at(created->id));
  EXPECT_EQ(by_id->at(created->id)->name, "orders");
  EXPECT_EQ(by_id->at(created->id)->partitions.size(), 3u);
  EXPECT_EQ(by_id->at(stranger).error().kafka_name(), "UNKNOWN_TOPIC_ID");
  EXPECT_EQ(by_id->at(zeros).error().kind(), Failure::Kind::invalid);
  EXPECT_EQ(admin->describe_topics_by_id({"orders"}).get().error().kind(), Failure::Kind::invalid);

  EXPECT_TRUE(admin->delete_topic("orders").get());
  EXPECT_FALSE(admin->list_topics().get()->contains("orders"));
}

TEST_F(PublicAdmin, changes_and_reads_configs) {
  ASSERT_TRUE(admin->create_topic({.name = "orders"}).get());
  const ConfigResource topic{.name = "orders"};
  const auto altered =
      admin->alter_configs({{topic, {{.name = "retention.ms", .value = "1000"}}}}).get();
  ASSERT_TRUE(altered && altered->at(topic));
  const auto configs = admin->describe_configs({topic}, {"retention.ms"}).get();
  ASSERT_TRUE(configs && configs->at(topic));
  const ConfigEntry& entry = configs->at(topic)->front();
  EXPECT_EQ(entry.value, "1000");
  EXPECT_EQ(entry.source, "DYNAMIC_TOPIC_CONFIG");
  EXPECT_FALSE(entry.is_default);
}

TEST_F(PublicAdmin, keeps_offsets_of_groups) {
  ASSERT_TRUE(admin->create_topic({.name = "orders"}).get());
  const TopicPartition partition{"orders", 0};
  const auto offsets = admin->alter_offsets("billing", {{partition, {.offset = 0}}}).get();
  ASSERT_TRUE(offsets && offsets->at(partition));
  const auto committed = admin->committed_offsets("billing").get();
  ASSERT_TRUE(committed && committed->at(partition));
  EXPECT_EQ(committed->at(partition)->offset, 0);
  EXPECT_EQ(admin->list_groups().get()->at("billing").state, "Empty");
  EXPECT_TRUE(admin->delete_groups({"billing"}).get()->at("billing"));
}

TEST_F(PublicAdmin, tells_of_the_cluster) {
  const auto cluster = admin->describe_cluster().get();
  ASSERT_TRUE(cluster);
  ASSERT_EQ(cluster->brokers.size(), 1u);
  EXPECT_EQ(cluster->brokers[0].port, broker->port());
  EXPECT_TRUE(admin->describe_quorum().get());
  const auto disks = admin->describe_log_dirs().get();
  ASSERT_TRUE(disks && disks->at(1));
  EXPECT_TRUE(disks->at(1)->begin()->second.error.empty());
  const auto ends = admin->list_offsets({{{"missing", 0}, OffsetSpec::latest()}}).get();
  ASSERT_TRUE(ends);
  EXPECT_FALSE(ends->begin()->second);
}

TEST_F(PublicAdmin, goes_on_after_a_restart_of_the_broker) {
  ASSERT_TRUE(admin->create_topic({.name = "orders"}).get());
  ASSERT_TRUE(broker->restart());
  EXPECT_TRUE(admin->list_topics().get()->contains("orders"));
}

Future<std::string> name_of_first_topic(Admin& admin) {
  auto listed = co_await admin.list_topics();
  if (!listed) co_return std::unexpected(listed.error());
  co_return listed->begin()->first;
}

TEST_F(PublicAdmin, is_awaited_in_coroutines) {
  ASSERT_TRUE(admin->create_topic({.name = "orders"}).get());
  EXPECT_EQ(name_of_first_topic(*admin).get(), "orders");
}

TEST_F(PublicAdmin, calls_back_on_the_clients_thread_where_nothing_may_block) {
  std::promise<std::thread::id> thread;
  std::promise<Failure> refused;
  admin->list_topics().then([&](const auto& listed) {
    ASSERT_TRUE(listed);
    thread.set_value(std::this_thread::get_id());
    refused.set_value(admin->list_topics().get().error());
  });
  EXPECT_NE(thread.get_future().get(), std::this_thread::get_id());
  EXPECT_EQ(refused.get_future().get().kind(), Failure::Kind::invalid);
}

TEST_F(PublicAdmin, does_not_hold_up_its_end_by_a_call_under_way) {
  auto silent = Client::create({.bootstrap_servers = "192.0.2.1:9092"});  // nobody answers there
  auto waiting = silent->admin({.timeout = 24h})->list_topics();
  {
    const auto gone = std::move(silent);
  }
  const auto outcome = waiting.get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind(), Failure::Kind::closed);
}

}  // namespace
}  // namespace weir
