#include "weir/client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>

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

// Of a broker that nobody is: what the call names, else default.api.timeout.ms.
TEST(PublicClient, asks_for_as_long_as_it_was_told) {
  const auto ends = [](const Properties& properties, const AdminOptions& options) {
    auto client = Client::create({.bootstrap_servers = "127.0.0.1:1", .properties = properties});
    return client->admin(options)->describe_cluster().get().error().kind();
  };
  EXPECT_EQ(ends({{"default.api.timeout.ms", "50"}}, {}), Failure::Kind::timed_out);
  EXPECT_EQ(ends({}, {.properties = {{"default.api.timeout.ms", "50"}}}), Failure::Kind::timed_out);
  EXPECT_EQ(ends({{"default.api.timeout.ms", "3600000"}}, {.timeout = 50ms}),
            Failure::Kind::timed_out);
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
