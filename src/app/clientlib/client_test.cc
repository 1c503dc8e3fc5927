#include "weir/client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>

#include "app/clientlib/configuration.h"
#include "weir/admin.h"
#include "weir/consumer.h"
#include "weir/producer.h"
#include "weir/testing/broker.h"

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr const char* nobody = "192.0.2.1:9092";

TEST(PublicClient, refuses_options_that_cannot_be) {
  const auto kind_of = [](ClientOptions options) {
    const auto client = Client::create(std::move(options));
    return client ? std::nullopt : std::optional(client.error().kind());
  };
  using Kind = Failure::Kind;
  EXPECT_EQ(kind_of({}), Kind::invalid);
  EXPECT_EQ(kind_of({.bootstrap_servers = "a:b"}), Kind::invalid);
  EXPECT_EQ(kind_of({.bootstrap_servers = nobody, .request_timeout = -1ms}), Kind::invalid);
  EXPECT_EQ(kind_of({.bootstrap_servers = nobody, .properties = {{"client.ip", "a"}}}),
            Kind::not_found);
  EXPECT_EQ(kind_of({.bootstrap_servers = nobody, .properties = {{"security.protocol", "SSL"}}}),
            Kind::unsupported);
  EXPECT_EQ(kind_of({.bootstrap_servers = nobody, .properties = {{"sasl.mechanism", "PLAIN"}}}),
            Kind::unsupported);
  EXPECT_EQ(kind_of({.bootstrap_servers = nobody,
                     .on_statistics = [](const Statistics&) {},
                     .statistics_interval = 0ms}),
            Kind::invalid);
  EXPECT_EQ(kind_of({.properties = {{"bootstrap.servers", nobody}}}), std::nullopt);
}

TEST(PublicClient, names_the_property_that_was_meant) {
  const auto client = Client::create(
      {.bootstrap_servers = nobody, .properties = {{"bootstrap.server", "localhost"}}});
  ASSERT_FALSE(client);
  EXPECT_NE(client.error().message().find("bootstrap.servers"), std::string::npos)
      << client.error().message();
}

TEST(PublicClient, may_go_before_what_was_made_of_it) {
  const auto broker = test::Broker::start();
  auto client = Client::create({.bootstrap_servers = broker->address()});
  auto producer = client->producer();
  {
    const auto gone = std::move(client);
  }
  EXPECT_TRUE(producer->send({.topic = "orders", .value = "a"}).get());
}

TEST(PublicClient, tells_statistics_of_all_that_was_made_of_it) {
  const auto broker = test::Broker::start();
  std::mutex mutex;
  std::promise<Statistics> told;
  bool is_told = false;
  auto client = Client::create({.bootstrap_servers = broker->address(),
                                .on_statistics =
                                    [&](const Statistics& now) {
                                      const std::lock_guard lock(mutex);
                                      if (is_told || now.producers.empty() ||
                                          now.producers[0].records_delivered == 0) {
                                        return;
                                      }
                                      is_told = true;
                                      told.set_value(now);
                                    },
                                .statistics_interval = 1ms});
  auto producer = client->producer();
  auto consumer = client->consumer();
  ASSERT_TRUE(producer->send({.topic = "orders", .value = "abc"}).get());
  const Statistics statistics = told.get_future().get();
  EXPECT_EQ(statistics.producers[0].records_taken, 1u);
  EXPECT_EQ(statistics.producers[0].bytes_taken, 3u);
  EXPECT_EQ(statistics.consumers.size(), 1u);
}

// A program's signals are its own threads' business, and SIGPIPE, which a connection that is gone
// raises in the thread that writes, is nobody's.
TEST(PublicClient, has_threads_that_no_signal_reaches) {
  const auto broker = test::Broker::start();
  auto client = Client::create({.bootstrap_servers = broker->address()});
  ASSERT_TRUE(client->producer()->send({.topic = "orders", .value = "a"}).get());
  int threads = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream status(task.path() / "status");
    std::string name;
    std::uint64_t blocked = 0;
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("Name:")) name = line.substr(6);
      if (line.starts_with("SigBlk:")) blocked = std::stoull(line.substr(8), nullptr, 16);
    }
    if (!name.starts_with("weir-")) continue;
    ++threads;
    for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGCHLD}) {
      EXPECT_TRUE(blocked >> (signal - 1) & 1) << name << ", signal " << signal;
    }
  }
  EXPECT_GE(threads, 2);
}

TEST(PublicClient, hands_its_log_lines_to_the_sink) {
  std::mutex mutex;
  std::string told;
  {
    auto client = Client::create({.bootstrap_servers = "127.0.0.1:1",
                                  .log = [&](LogLevel, std::string_view, std::string_view text) {
                                    const std::lock_guard lock(mutex);
                                    told += std::string(text) + "\n";
                                  }});
    EXPECT_FALSE(client->admin({.timeout = 100ms})->describe_cluster().get());
  }
  const std::lock_guard lock(mutex);
  EXPECT_NE(told.find("127.0.0.1:1: "), std::string::npos) << told;
}

// The options of an administrator win over the client's, and properties over the field beside them.
TEST(PublicClient, asks_for_as_long_as_it_was_told) {
  const auto call_timeout = [](const Properties& of_client, const AdminOptions& options) {
    const ClientOptions client{.bootstrap_servers = nobody, .properties = of_client};
    return clientlib::configured(*clientlib::configured(client), options)->call_timeout();
  };
  const Properties hour{{"default.api.timeout.ms", "3600000"}};
  const Properties second{{"default.api.timeout.ms", "1000"}};
  EXPECT_EQ(call_timeout({}, {}), 60s);
  EXPECT_EQ(call_timeout(hour, {}), 1h);
  EXPECT_EQ(call_timeout(hour, {.properties = second}), 1s);
  EXPECT_EQ(call_timeout(hour, {.timeout = 2s}), 2s);
  EXPECT_EQ(call_timeout({}, {.timeout = 2s, .properties = hour}), 1h);

  const auto client = Client::create({.bootstrap_servers = "127.0.0.1:1", .properties = hour});
  const auto ended = client->admin({.timeout = 50ms})->describe_cluster().get();
  EXPECT_EQ(ended.error().kind(), Failure::Kind::timed_out);
}

TEST(PublicClient, refuses_a_time_that_is_none_and_takes_the_longest) {
  auto broker = test::Broker::start();
  ASSERT_TRUE(broker);
  auto client = Client::create({.bootstrap_servers = broker->address()});
  EXPECT_EQ(client->admin({.timeout = -1ms}).error().kind(), Failure::Kind::invalid);
  EXPECT_EQ(client->consumer({.timeout = -1ms}).error().kind(), Failure::Kind::invalid);
  const auto forever = std::chrono::milliseconds::max();
  EXPECT_TRUE(client->admin({.timeout = forever})->describe_cluster().get());
  EXPECT_TRUE(client->consumer({.timeout = forever})->end_offsets({}).get());
}

// What a callback waits for that does not end.
struct Blockade {
  std::promise<void> is_inside, may_leave, has_left;
  void enter() {
    is_inside.set_value();
    may_leave.get_future().wait();
    has_left.set_value();
  }
};

TEST(PublicClient, goes_in_time_though_a_callback_of_the_callers_does_not_end) {
  const auto broker = test::Broker::start();
  const auto blockade = std::make_shared<Blockade>();
  auto client = std::make_unique<Client>(*Client::create({.bootstrap_servers = broker->address()}));
  auto producer = std::make_unique<Producer>(*client->producer());
  auto consumer = std::make_unique<Consumer>(*client->consumer());
  auto admin = std::make_unique<Admin>(*client->admin());
  producer->send({.topic = "orders", .value = "a"}, [blockade](const auto&) { blockade->enter(); });
  blockade->is_inside.get_future().wait();
  auto going = std::async(std::launch::async, [&] {
    producer.reset();
    consumer.reset();
    admin.reset();
    client.reset();
  });
  EXPECT_EQ(going.wait_for(60s), std::future_status::ready)
      << "its thread is still in the callback";
  blockade->may_leave.set_value();
  blockade->has_left.get_future().wait();
}

TEST(TestBroker, hands_its_log_lines_to_the_sink) {
  std::atomic<int> lines = 0;
  auto broker =
      test::Broker::start({.log = [&](LogLevel, std::string_view component, std::string_view) {
        if (!component.empty()) ++lines;
      }});
  ASSERT_TRUE(broker);
  ASSERT_TRUE(broker->stop());
  EXPECT_GT(lines, 0);
}

class TestBrokerPlace : public testing::Test {
 protected:
  TestBrokerPlace() {
    auto one = test::Broker::start();
    port = one->port();  // one that is free, once it has gone
    directory = std::filesystem::temp_directory_path() / ("weir-place-" + std::to_string(port));
  }
  ~TestBrokerPlace() override { std::filesystem::remove_all(directory); }
  auto start() { return test::Broker::start({.directory = directory.string(), .port = port}); }

  std::uint16_t port = 0;
  std::filesystem::path directory;
};

TEST_F(TestBrokerPlace, is_where_it_was_told_to_be_and_its_data_stay_there) {
  for (int life = 0; life < 2; ++life) {
    auto broker = start();
    ASSERT_TRUE(broker) << broker.error().message();
    EXPECT_EQ(broker->port(), port);
    EXPECT_EQ(broker->address(), "127.0.0.1:" + std::to_string(port));
    EXPECT_EQ(broker->directory(), directory);
    auto client = Client::create({.bootstrap_servers = broker->address()});
    const auto sent = client->producer()->send({.topic = "orders", .value = "a"}).get();
    ASSERT_TRUE(sent) << sent.error().message();
    EXPECT_EQ(sent->offset, life);
  }
  EXPECT_TRUE(std::filesystem::exists(directory / "orders-0"));
}

TEST_F(TestBrokerPlace, says_that_somebody_else_is_there) {
  auto first = start();
  ASSERT_TRUE(first) << first.error().message();
  const auto same_port = test::Broker::start({.port = port});
  ASSERT_FALSE(same_port);
  EXPECT_EQ(same_port.error().kind(), Failure::Kind::exists) << same_port.error().message();
  const auto same_directory = test::Broker::start({.directory = directory.string()});
  ASSERT_FALSE(same_directory);
  EXPECT_EQ(same_directory.error().kind(), Failure::Kind::busy) << same_directory.error().message();
}

TEST_F(TestBrokerPlace, takes_a_directory_of_its_own_with_it) {
  std::filesystem::path own;
  {
    const auto broker = test::Broker::start();
    own = broker->directory();
    EXPECT_TRUE(std::filesystem::exists(own));
  }
  EXPECT_FALSE(std::filesystem::exists(own));
}

TEST(PublicFuture, gives_its_outcome_once) {
  auto future = Future<int>::ready(7);
  EXPECT_TRUE(future.is_ready());
  EXPECT_EQ(future.get(), 7);
  EXPECT_EQ(future.get().error().kind(), Failure::Kind::invalid);
  Future<int> of_nothing;
  EXPECT_FALSE(of_nothing.is_ready());
  EXPECT_FALSE(of_nothing.wait_for(1ms));
  EXPECT_EQ(of_nothing.get().error().kind(), Failure::Kind::invalid);
}

TEST(PublicFuture, can_be_waited_for_again_after_a_stop) {
  auto state = std::make_shared<detail::FutureState<int>>();
  Future<int> future(state);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(future.get(stop.get_token()).error().kind(), Failure::Kind::interrupted);
  EXPECT_FALSE(future.wait_for(1ms));
  EXPECT_FALSE(state->complete(3));
  EXPECT_TRUE(future.wait_for(0ms));
  EXPECT_EQ(future.get(), 3);
}

}  // namespace
}  // namespace weir
