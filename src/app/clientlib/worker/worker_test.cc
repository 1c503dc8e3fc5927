#include "weir/worker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "weir/admin.h"
#include "weir/testing/broker.h"

namespace weir {
namespace {

using namespace std::chrono_literals;

const TopicPartition orders{"orders", 0};

class PublicWorker : public testing::Test {
 protected:
  PublicWorker()
      : broker(test::Broker::start()),
        client(Client::create({.bootstrap_servers = broker->address(),
                               .properties = {{"auto.offset.reset", "earliest"}}})),
        admin(client->admin()),
        producer(client->producer()) {
    EXPECT_TRUE(admin->create_topic({.name = "orders", .partitions = 1}).get());
  }

  static WorkerOptions options() {
    return {.group = "billing", .topics = {"orders"}, .reject_topic = "rejected"};
  }
  void produce(const std::string& key, const std::string& value) {
    ASSERT_TRUE(producer->send({.topic = "orders", .key = key, .value = value}).get());
  }
  std::int64_t committed() {
    const auto offsets = admin->committed_offsets("billing").get();
    const auto at = offsets ? offsets->find(orders) : decltype(offsets->end()){};
    return offsets && at != offsets->end() && at->second ? at->second->offset : -1;
  }

  // What handlers did, in order.
  void note(const std::string& what) {
    const std::lock_guard lock(mutex);
    noted.push_back(what);
    changed.notify_all();
  }
  bool wait_for(std::size_t count) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, 10s, [&] { return noted.size() >= count; });
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> noted;
  std::expected<test::Broker, Failure> broker;
  std::expected<Client, Failure> client;
  std::expected<Admin, Failure> admin;
  std::expected<Producer, Failure> producer;
};

TEST_F(PublicWorker, needs_a_heartbeat_that_is_faster_than_its_session) {
  auto wrong = options();
  wrong.consumer.session_timeout = 3s;
  wrong.consumer.heartbeat_interval = 3s;
  const auto worker = client->worker(wrong, [](const Job&) { return Handled::ack(); });
  ASSERT_FALSE(worker);
  EXPECT_EQ(worker.error().kind(), Failure::Kind::invalid);
}

TEST_F(PublicWorker, cannot_be_made_without_a_place_for_what_is_rejected) {
  const auto ack = [](const Job&) { return Handled::ack(); };
  auto without = options();
  without.reject_topic.clear();
  const auto refused = client->worker(without, ack);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), Failure::Kind::invalid);
  EXPECT_NE(refused.error().message().find("reject_topic"), std::string::npos);
  auto circle = options();
  circle.reject_topic = "orders";
  EXPECT_FALSE(client->worker(circle, ack));
  EXPECT_FALSE(client->worker({.group = "g", .reject_topic = "r"}, ack));
  EXPECT_FALSE(client->worker({.topics = {"t"}, .reject_topic = "r"}, ack));
  auto idle = options();
  idle.concurrency = 0;
  EXPECT_FALSE(client->worker(idle, ack));
}

TEST_F(PublicWorker, commits_what_it_has_done_when_it_is_stopped) {
  for (int i = 0; i < 20; ++i) produce(std::to_string(i % 3), std::to_string(i));
  auto worker = client->worker(options(), [&](const Job& job) {
    note(job.record->value.str());
    return Handled::ack();
  });
  ASSERT_TRUE(worker) << worker.error().message();
  std::stop_source stop;
  auto running = worker->run(stop.get_token());
  ASSERT_TRUE(wait_for(20));
  stop.request_stop();
  const auto ended = running.get();
  ASSERT_TRUE(ended) << ended.error().message();
  EXPECT_EQ(committed(), 20);
  EXPECT_EQ(worker->statistics().acknowledged, 20u);
  EXPECT_EQ(worker->run().get().error().kind(), Failure::Kind::invalid);
}

TEST_F(PublicWorker, retries_in_time_and_blocks_the_key_alone) {
  produce("a", "a1");
  produce("a", "a2");
  produce("b", "b1");
  std::atomic<std::chrono::steady_clock::rep> first{0}, second{0};
  auto worker = client->worker(options(), [&](const Job& job) {
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    if (job.record->value.text() == "a1" && job.attempt == 1) {
      first = now;
      return Handled::retry(100ms);
    }
    if (job.record->value.text() == "a1") second = now;
    note(job.record->value.str());
    return Handled::ack();
  });
  std::stop_source stop;
  auto running = worker->run(stop.get_token());
  ASSERT_TRUE(wait_for(3));
  EXPECT_EQ(noted, (std::vector<std::string>{"b1", "a1", "a2"}));
  EXPECT_GE(std::chrono::steady_clock::duration(second - first), 100ms);
  stop.request_stop();
  ASSERT_TRUE(running.get());
  EXPECT_EQ(worker->statistics().retried, 1u);
  EXPECT_EQ(committed(), 3);
}

TEST_F(PublicWorker, never_commits_past_a_record_that_is_not_done) {
  produce("a", "a1");
  produce("b", "b1");
  auto worker = client->worker(options(), [&](const Job& job) {
    note(job.record->value.str());
    return job.record->key.text() == "a" ? Handled::retry(1h) : Handled::ack();
  });
  std::stop_source stop;
  auto running = worker->run(stop.get_token());
  ASSERT_TRUE(wait_for(2));
  while (worker->statistics().held == 0) std::this_thread::yield();
  stop.request_stop();
  ASSERT_TRUE(running.get());
  EXPECT_LE(committed(), 0);
}

TEST_F(PublicWorker, writes_what_is_rejected_elsewhere_before_it_is_done) {
  ASSERT_TRUE(producer
                  ->send({.topic = "orders",
                          .key = "a",
                          .value = "bad",
                          .headers = {{"by", "ada"}},
                          .timestamp = Timestamp{1'000ms}})
                  .get());
  auto worker = client->worker(options(), [&](const Job& job) {
    return job.attempt == 1 ? Handled::retry(1ms) : Handled::reject("no such customer");
  });
  std::stop_source stop;
  auto running = worker->run(stop.get_token());
  auto reader = client->consumer();
  while (worker->statistics().rejected == 0) std::this_thread::yield();
  ASSERT_TRUE(reader->assign({{"rejected", 0}}).get());
  const auto records = reader->poll(10s).get();
  ASSERT_TRUE(records && records->size() == 1);
  const ReceivedRecord& rejected = (*records)[0];
  EXPECT_EQ(rejected.key.text(), "a");
  EXPECT_EQ(rejected.value.text(), "bad");
  EXPECT_EQ(rejected.timestamp, Timestamp{1'000ms});
  std::map<std::string, std::string> headers;
  for (const Header& each : rejected.headers) headers.emplace(each.name, each.value.str());
  EXPECT_EQ(headers,
            (std::map<std::string, std::string>{{"by", "ada"},
                                                {"__dlq.errors.topic", "orders"},
                                                {"__dlq.errors.partition", "0"},
                                                {"__dlq.errors.offset", "0"},
                                                {"__dlq.errors.group", "billing"},
                                                {"__dlq.errors.delivery.count", "2"},
                                                {"__dlq.errors.message", "no such customer"}}));
  stop.request_stop();
  ASSERT_TRUE(running.get());
  EXPECT_EQ(committed(), 1);
}

TEST_F(PublicWorker, is_not_done_with_what_cannot_be_written_elsewhere) {
  auto strict = test::Broker::start({.settings = {{"auto.create.topics.enable", "false"}}});
  std::atomic<int> failures = 0;
  auto own =
      Client::create({.bootstrap_servers = strict->address(),
                      .properties = {{"auto.offset.reset", "earliest"}, {"max.block.ms", "20"}},
                      .on_error = [&](const Failure&) { ++failures; }});
  auto own_admin = own->admin();
  ASSERT_TRUE(own_admin->create_topic({.name = "orders"}).get());
  ASSERT_TRUE(own->producer({.block_max = 10s})->send({.topic = "orders", .value = "bad"}).get());
  auto slow = options();
  slow.failure_backoff = 10ms;
  slow.drain_time = 10ms;
  auto worker = own->worker(slow, [](const Job&) { return Handled::reject("bad"); });
  std::stop_source stop;
  auto running = worker->run(stop.get_token());
  while (failures < 2) std::this_thread::yield();
  EXPECT_EQ(worker->statistics().unfinished, 1u);
  ASSERT_TRUE(own_admin->create_topic({.name = "rejected"}).get());
  while (worker->statistics().rejected == 0) std::this_thread::yield();
  stop.request_stop();
  ASSERT_TRUE(running.get());
  EXPECT_EQ(own_admin->committed_offsets("billing").get()->at(orders)->offset, 1);
}

Future<Handled> settle(Producer* producer, Job job) {
  const Record record{.topic = "settled", .value = job.record->value.text()};
  const auto sent = co_await producer->send(record);
  if (!sent) co_return std::unexpected(sent.error());
  co_return Handled::ack();
}

TEST_F(PublicWorker, awaits_handlers_that_are_coroutines) {
  for (int i = 0; i < 10; ++i) produce(std::to_string(i), std::to_string(i));
  auto worker = client->worker(options(), [&](const Job& job) { return settle(&*producer, job); });
  std::stop_source stop;
  auto running = worker->run(stop.get_token());
  while (worker->statistics().acknowledged < 10) std::this_thread::yield();
  stop.request_stop();
  ASSERT_TRUE(running.get());
  const TopicPartition settled{"settled", 0};
  EXPECT_EQ(admin->list_offsets({{settled, OffsetSpec::latest()}}).get()->at(settled)->offset, 10);
}

TEST_F(PublicWorker, takes_no_more_than_it_may_hold) {
  for (int i = 0; i < 50; ++i) produce("a", std::to_string(i));
  auto small = options();
  small.records_max = 5;
  small.consumer.poll_records_max = 5;
  std::atomic<std::uint64_t> most = 0;
  std::expected<Worker, Failure> worker = client->worker(small, [&](const Job& job) {
    most = std::max(most.load(), worker->statistics().unfinished);
    note(job.record->value.str());
    return Handled::ack();
  });
  std::stop_source stop;
  auto running = worker->run(stop.get_token());
  ASSERT_TRUE(wait_for(50));
  stop.request_stop();
  ASSERT_TRUE(running.get());
  EXPECT_LT(most, 10u);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(noted[i], std::to_string(i));
}

TEST_F(PublicWorker, shares_a_topic_and_hands_over_what_is_done) {
  ASSERT_TRUE(admin->create_topic({.name = "many", .partitions = 4}).get());
  auto both = options();
  both.topics = {"many"};
  const auto handler = [&](const Job& job) {
    note(job.record->value.str());
    return Handled::ack();
  };
  auto first = client->worker(both, handler);
  std::stop_source stop_first, stop_second;
  auto running_first = first->run(stop_first.get_token());
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(producer->post({.topic = "many", .key = std::to_string(i), .value = "1"}));
  }
  ASSERT_TRUE(wait_for(100));
  auto second = client->worker(both, handler);
  auto running_second = second->run(stop_second.get_token());
  while (second->statistics().acknowledged == 0) {
    ASSERT_TRUE(producer->send({.topic = "many", .key = "x", .value = "2"}).get());
    ASSERT_TRUE(producer->send({.topic = "many", .key = "y", .value = "2"}).get());
    ASSERT_TRUE(producer->send({.topic = "many", .key = "z", .value = "2"}).get());
    ASSERT_TRUE(producer->send({.topic = "many", .key = "w", .value = "2"}).get());
  }
  stop_first.request_stop();
  stop_second.request_stop();
  EXPECT_TRUE(running_first.get());
  EXPECT_TRUE(running_second.get());
  // Nothing came twice: what was done was committed before it went.
  EXPECT_EQ(std::ranges::count(noted, "1"), 100);
}

TEST_F(PublicWorker, goes_on_through_a_restart_of_the_broker) {
  auto worker = client->worker(options(), [&](const Job& job) {
    note(job.record->value.str());
    return job.attempt == 1 ? Handled::retry(1ms) : Handled::ack();
  });
  std::stop_source stop;
  auto running = worker->run(stop.get_token());
  for (int i = 0; i < 20; ++i) {
    produce(std::to_string(i), std::to_string(i));
    if (i % 10 == 4) ASSERT_TRUE(broker->restart());
  }
  ASSERT_TRUE(wait_for(40));
  while (worker->statistics().unfinished > 0) std::this_thread::yield();
  stop.request_stop();
  const auto ended = running.get();
  ASSERT_TRUE(ended) << ended.error().message();
  EXPECT_EQ(std::set(noted.begin(), noted.end()).size(), 20u);
  EXPECT_EQ(committed(), 20);
}

TEST_F(PublicWorker, does_not_wait_at_its_end_for_a_handler_that_hangs) {
  produce("a", "a1");
  auto hangs = std::make_shared<std::promise<void>>();
  auto goes_on = std::make_shared<std::promise<void>>();
  auto worker = client->worker(options(),
                               [hangs, goes_on, going = goes_on->get_future().share()](const Job&) {
                                 hangs->set_value();
                                 going.wait();
                                 return Handled::ack();
                               });
  auto running = worker->run();
  hangs->get_future().wait();
  {
    const auto gone = std::move(worker);
  }
  EXPECT_EQ(running.get().error().kind(), Failure::Kind::closed);
  goes_on->set_value();
  EXPECT_LE(committed(), 0);
}

}  // namespace
}  // namespace weir
