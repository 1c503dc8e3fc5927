#include "weir/consumer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "weir/admin.h"
#include "weir/producer.h"
#include "weir/testing/broker.h"

namespace weir {
namespace {

using namespace std::chrono_literals;

class PublicConsumer : public testing::Test {
 protected:
  PublicConsumer()
      : broker(test::Broker::start()),
        client(Client::create({.bootstrap_servers = broker->address(),
                               .properties = {{"auto.offset.reset", "earliest"}}})),
        admin(client->admin()),
        producer(client->producer()) {
    EXPECT_TRUE(admin->create_topic({.name = "orders", .partitions = 2}).get());
  }

  void produce(int count, std::int32_t partition = 0) {
    for (int i = 0; i < count; ++i) {
      const std::string value = std::to_string(i);
      ASSERT_TRUE(producer->post({.topic = "orders", .partition = partition, .value = value}));
    }
    ASSERT_TRUE(producer->flush().get());
  }

  // The values of so many records, or of those that came within 10 s.
  static std::vector<std::string> read(Consumer& consumer, std::size_t count) {
    std::vector<std::string> values;
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (values.size() < count && std::chrono::steady_clock::now() < until) {
      const auto records = consumer.poll(1s).get();
      EXPECT_TRUE(records) << records.error().message();
      if (!records) break;
      for (const ReceivedRecord& each : *records) values.push_back(each.value.str());
    }
    return values;
  }

  std::expected<test::Broker, Failure> broker;
  std::expected<Client, Failure> client;
  std::expected<Admin, Failure> admin;
  std::expected<Producer, Failure> producer;
};

const TopicPartition first_partition{"orders", 0};

TEST_F(PublicConsumer, reads_a_record_as_it_was_written) {
  const Timestamp then{1'700'000'000'000ms};
  ASSERT_TRUE(producer
                  ->send({.topic = "orders",
                          .partition = 0,
                          .key = std::string_view("o\0", 2),
                          .value = "",
                          .headers = {{"by", "ada"}, {"none", nullptr}, {"by", "grace"}},
                          .timestamp = then})
                  .get());
  auto consumer = client->consumer();
  ASSERT_TRUE(consumer->assign({first_partition}).get());
  Records kept;
  std::shared_ptr<const ReceivedRecord> shared;
  {
    const auto records = consumer->poll(10s).get();
    ASSERT_TRUE(records && records->size() == 1);
    kept = *records;
    shared = records->share(0);
  }
  {
    const auto gone = std::move(consumer);
  }
  const ReceivedRecord& record = kept[0];
  EXPECT_EQ(record.topic, "orders");
  EXPECT_EQ(record.partition, 0);
  EXPECT_EQ(record.offset, 0);
  EXPECT_EQ(record.leader_epoch, 0);
  EXPECT_EQ(record.timestamp, then);
  EXPECT_FALSE(record.is_log_append_time);
  EXPECT_EQ(record.key.text(), std::string_view("o\0", 2));
  EXPECT_TRUE(record.value.empty());
  EXPECT_FALSE(record.value.is_null());
  ASSERT_EQ(record.headers.size(), 3u);
  std::vector<std::string_view> names;
  for (const Header& each : record.headers) names.push_back(each.name);
  EXPECT_EQ(names, (std::vector<std::string_view>{"by", "none", "by"}));
  EXPECT_EQ(record.headers.find("by")->text(), "grace");
  EXPECT_TRUE(record.headers.find("none")->is_null());
  EXPECT_FALSE(record.headers.find("to"));
  kept = {};
  EXPECT_EQ(shared->key.size(), 2u);
}

TEST_F(PublicConsumer, goes_on_where_its_group_committed) {
  produce(10);
  {
    auto consumer = client->consumer({.group = "billing", .auto_commit = false});
    ASSERT_TRUE(consumer->subscribe({"orders"}).get());
    EXPECT_EQ(read(*consumer, 10).size(), 10u);
    ASSERT_TRUE(consumer->commit(Offsets{{first_partition, {.offset = 7}}}).get());
    EXPECT_EQ(consumer->committed({first_partition, {"orders", 1}}).get()->size(), 1u);
    EXPECT_TRUE(consumer->close(10s).get());
  }
  auto consumer = client->consumer({.group = "billing"});
  ASSERT_TRUE(consumer->subscribe({"orders"}).get());
  EXPECT_EQ(read(*consumer, 3), (std::vector<std::string>{"7", "8", "9"}));
}

TEST_F(PublicConsumer, commits_what_is_finished_and_no_more) {
  produce(5);
  {
    auto consumer = client->consumer({.group = "billing", .finishes_by_hand = true});
    ASSERT_TRUE(consumer->subscribe({"orders"}).get());
    const auto records = consumer->poll(10s).get();
    ASSERT_TRUE(records && records->size() == 5);
    ASSERT_TRUE(consumer->finished((*records)[1]).get());
    EXPECT_TRUE(consumer->close(10s).get());
  }
  EXPECT_EQ(admin->committed_offsets("billing").get()->at(first_partition)->offset, 2);
}

TEST_F(PublicConsumer, seeks_pauses_and_tells_its_lag) {
  produce(10);
  auto consumer = client->consumer({.poll_records_max = 4});
  ASSERT_TRUE(consumer->assign({first_partition}).get());
  EXPECT_FALSE(consumer->lag(first_partition).get()->has_value());
  EXPECT_EQ(consumer->poll(10s).get()->size(), 4u);
  EXPECT_EQ(consumer->lag(first_partition).get().value()->records, 6);
  EXPECT_EQ(consumer->position(first_partition).get()->offset, 4);
  ASSERT_TRUE(consumer->seek(first_partition, Position{9}).get());
  EXPECT_EQ(read(*consumer, 1), std::vector<std::string>{"9"});
  ASSERT_TRUE(consumer->seek(first_partition, OffsetSpec::earliest()).get());
  EXPECT_EQ(read(*consumer, 1)[0], "0");
  ASSERT_TRUE(consumer->pause({first_partition}).get());
  EXPECT_TRUE(consumer->poll(1ms).get()->empty());
  ASSERT_TRUE(consumer->resume({first_partition}).get());
  EXPECT_EQ(read(*consumer, 1)[0], "4");
  EXPECT_EQ(consumer->beginning_offsets({first_partition}).get()->at(first_partition).offset, 0);
  EXPECT_EQ(consumer->end_offsets({first_partition}).get()->at(first_partition).offset, 10);
  EXPECT_EQ(
      consumer->offsets_at({{first_partition, Timestamp{}}}).get()->at(first_partition).offset, 0);
  const auto foreign = consumer->seek({"orders", 1}, Position{0}).get();
  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().kind(), Failure::Kind::invalid);
}

TEST_F(PublicConsumer, is_interrupted_by_wakeup_and_by_a_stop_token) {
  auto consumer = client->consumer();
  ASSERT_TRUE(consumer->assign({first_partition}).get());
  consumer->wakeup();  // counts for the next poll
  EXPECT_EQ(consumer->poll(60s).get().error().kind(), Failure::Kind::interrupted);
  auto waiting = consumer->poll(60s);
  consumer->wakeup();
  EXPECT_EQ(waiting.get().error().kind(), Failure::Kind::interrupted);
  std::stop_source stop;
  waiting = consumer->poll(60s, stop.get_token());
  std::jthread stopper([&] { stop.request_stop(); });
  EXPECT_EQ(waiting.get().error().kind(), Failure::Kind::interrupted);
  EXPECT_EQ(consumer->poll(60s, stop.get_token()).get().error().kind(), Failure::Kind::interrupted);
  // Neither has left anything behind.
  produce(1);
  EXPECT_EQ(consumer->poll(10s).get()->size(), 1u);
}

TEST_F(PublicConsumer, ends_a_poll_for_calls_that_say_what_is_read) {
  produce(1, 1);
  auto consumer = client->consumer();
  ASSERT_TRUE(consumer->assign({first_partition}).get());
  auto waiting = consumer->poll(60s);
  ASSERT_TRUE(consumer->assign({{"orders", 1}}).get());
  EXPECT_TRUE(waiting.get()->empty());
  EXPECT_EQ(read(*consumer, 1).size(), 1u);
  EXPECT_EQ(consumer->assignment().get()->at(0).partition, 1);
  ASSERT_TRUE(consumer->unsubscribe().get());
  EXPECT_TRUE(consumer->assignment().get()->empty());
}

TEST_F(PublicConsumer, tells_of_partitions_that_come_and_go) {
  produce(1);
  std::atomic<int> assigned = 0, revoked = 0;
  auto consumer = client->consumer(
      {.group = "billing",
       .listener = {.assigned = [&](const Partitions& all) { assigned += all.size(); },
                    .revoked = [&](const Partitions& all) { revoked += all.size(); }}});
  ASSERT_TRUE(consumer->subscribe({"orders"}).get());
  EXPECT_EQ(read(*consumer, 1).size(), 1u);
  EXPECT_EQ(assigned, 2);
  EXPECT_EQ(revoked, 0);
  ASSERT_TRUE(consumer->close(10s).get());
  EXPECT_EQ(revoked, 2);
  EXPECT_EQ(consumer->statistics().rebalances, 2u);
  const auto late = consumer->poll(1s).get();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind(), Failure::Kind::closed);
  EXPECT_TRUE(consumer->close(10s).get());
}

Future<> seek_to_third(Consumer* consumer, const Partitions& partitions) {
  for (const TopicPartition& each : partitions) {
    const auto sought = co_await consumer->seek(each, Position{2});
    if (!sought) co_return std::unexpected(sought.error());
  }
  co_return {};
}

TEST_F(PublicConsumer, waits_for_what_a_callback_does_with_it) {
  produce(3);
  Consumer* self = nullptr;
  auto consumer = client->consumer(
      {.group = "billing",
       .listener = {.assigned = [&](const Partitions& all) { return seek_to_third(self, all); }}});
  self = &*consumer;
  ASSERT_TRUE(consumer->subscribe({"orders"}).get());
  EXPECT_EQ(read(*consumer, 1), std::vector<std::string>{"2"});
}

TEST_F(PublicConsumer, does_not_wait_at_its_end_for_a_callback_that_hangs) {
  produce(1);
  std::promise<void> hangs;
  std::vector<std::move_only_function<void()>> never_run;
  std::optional<Future<Records>> waiting;
  {
    auto own = Client::create({.bootstrap_servers = broker->address(),
                               .executor = [&](std::move_only_function<void()> work) {
                                 never_run.push_back(std::move(work));
                                 hangs.set_value();
                               }});
    auto consumer = own->consumer({.group = "billing", .listener = {.assigned = [](auto&) {}}});
    auto subscribed = consumer->subscribe({"orders"});
    waiting = consumer->poll(24h);
    hangs.get_future().wait();
  }
  const auto records = waiting->get();  // before its day is over
  ASSERT_TRUE(records) << records.error().message();
  EXPECT_TRUE(records->empty());
}

TEST_F(PublicConsumer, reads_topics_by_a_pattern) {
  produce(1);
  auto consumer = client->consumer({.group = "billing"});
  const auto bad = consumer->subscribe_matching("or(ders").get();
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().kind(), Failure::Kind::invalid);
  ASSERT_TRUE(consumer->subscribe_matching("ord.*").get());
  EXPECT_EQ(read(*consumer, 1).size(), 1u);
}

TEST_F(PublicConsumer, shares_partitions_with_the_other_members_of_its_group) {
  produce(100, 0);
  produce(100, 1);
  std::mutex mutex;
  std::multiset<std::string> seen;
  std::stop_source stop;
  std::vector<std::jthread> members;
  for (int i = 0; i < 2; ++i) {
    members.emplace_back([&] {
      auto consumer = client->consumer({.group = "billing"});
      ASSERT_TRUE(consumer->subscribe({"orders"}).get());
      while (const auto records = consumer->poll(1s, stop.get_token()).get()) {
        const std::lock_guard lock(mutex);
        for (const ReceivedRecord& each : *records) {
          seen.insert(std::to_string(each.partition) + each.value.str());
        }
        if (std::set(seen.begin(), seen.end()).size() == 200) stop.request_stop();
      }
      EXPECT_TRUE(consumer->close(10s).get());
    });
  }
  members.clear();
  EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), 200u);
}

Future<std::string> first_value(Consumer& consumer) {
  Partitions partitions{first_partition};
  const auto assigned = co_await consumer.assign(partitions);
  if (!assigned) co_return std::unexpected(assigned.error());
  const auto records = co_await consumer.poll(10s);
  if (!records) co_return std::unexpected(records.error());
  co_return (*records)[0].value.str();
}

TEST_F(PublicConsumer, is_awaited_in_coroutines_and_calls_back) {
  produce(2);
  auto consumer = client->consumer({.poll_records_max = 1});
  EXPECT_EQ(first_value(*consumer).get(), "0");
  std::promise<std::string> told;
  consumer->poll(10s).then([&](const std::expected<Records, Failure>& records) {
    told.set_value((*records)[0].value.str());
  });
  EXPECT_EQ(told.get_future().get(), "1");
}

TEST_F(PublicConsumer, tells_on_error_of_a_commit_that_failed) {
  produce(1);
  std::promise<Failure> told;
  auto own = Client::create({.bootstrap_servers = broker->address(),
                             .properties = {{"auto.offset.reset", "earliest"}},
                             .on_error = [&, once = std::make_shared<bool>()](const Failure& why) {
                               if (!std::exchange(*once, true)) told.set_value(why);
                             }});
  auto consumer = own->consumer({.group = "billing", .commit_interval = 1ms});
  ASSERT_TRUE(consumer->subscribe({"orders"}).get());
  EXPECT_EQ(read(*consumer, 1).size(), 1u);
  ASSERT_TRUE(broker->stop());
  auto waiting = consumer->poll(10s);
  EXPECT_NE(told.get_future().get().message(), "");
}

TEST_F(PublicConsumer, judges_fields_and_properties_alike) {
  EXPECT_EQ(client->consumer({.properties = {{"group.protocol", "consumer"}}}).error().kind(),
            Failure::Kind::unsupported);
  EXPECT_EQ(client->consumer({.properties = {{"group.idd", "a"}}}).error().kind(),
            Failure::Kind::not_found);
  EXPECT_FALSE(client->consumer({.poll_records_max = -1}));
  EXPECT_FALSE(client->consumer({.reset_back = -1ms}));
  auto groupless = client->consumer();
  EXPECT_EQ(groupless->subscribe({"orders"}).get().error().kind(), Failure::Kind::invalid);
  EXPECT_EQ(groupless->commit().get().error().kind(), Failure::Kind::invalid);
}

}  // namespace
}  // namespace weir
