// A client's way to the brokers, on a whole node that comes and goes.

#include "client/cluster/cluster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/node/one_node_test_support.h"

namespace weir::sim {
namespace {

using client::Cluster;
using client::ClusterOptions;
using client::Outcome;
using std::chrono::seconds;
using testing::AllOf;
using testing::HasSubstr;

ClusterOptions options_for(std::vector<env::Address> bootstrap) {
  ClusterOptions options;
  options.bootstrap = std::move(bootstrap);
  return options;
}

template <class T>
Result<T> as_result(Outcome<T> outcome) {
  if (!outcome) return weir::fail(Errc::io, outcome.error().message());
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return *std::move(outcome);
  }
}

TEST(ClusterDriver, any_address_that_answers_will_do) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    Cluster cluster(here.env(), options_for({{"nobody", 1}, {"broker", 1}, here.node.address()}));
    auto finding = cluster.topic("t", in(here, seconds(30)));
    const auto topic = co_await std::move(finding);
    EXPECT_TRUE(topic.has_value()) << (topic ? "" : topic.error().message());
    if (topic) EXPECT_EQ(topic->partitions.size(), 1u);
    EXPECT_FALSE(cluster.view()->cluster_id.empty());
    auto first = cluster.connection(1, in(here, seconds(5)));
    auto again = cluster.any_connection(in(here, seconds(5)));
    const auto direct = co_await std::move(first);
    const auto any = co_await std::move(again);
    EXPECT_EQ(*direct, *any);
    auto grouping = cluster.connection(1, in(here, seconds(5)), client::Lane::group);
    EXPECT_NE(*direct, *co_await std::move(grouping));
    auto stranger = cluster.connection(77, in(here, seconds(5)));
    EXPECT_EQ((co_await std::move(stranger)).error().cause.code, Errc::not_found);
    auto closing = cluster.close();
    co_await std::move(closing);
    EXPECT_FALSE((*direct)->is_open());
    co_return Result<>{};
  });
}

TEST(ClusterDriver, every_address_that_failed_is_named) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    Cluster cluster(here.env(), options_for({{"nobody", 1}, {"broker", 77}}));
    auto readying = cluster.ready(in(here, seconds(3)));
    const auto ready = co_await std::move(readying);
    EXPECT_FALSE(ready);
    if (!ready) {
      EXPECT_EQ(ready.error().cause.code, Errc::timed_out);
      EXPECT_THAT(ready.error().message(), AllOf(HasSubstr("nobody:1"), HasSubstr("broker:77")));
    }
    EXPECT_EQ(here.env().clock.now() >= env::Instant{} + seconds(3), true);
    auto closing = cluster.close();
    co_await std::move(closing);
    co_return Result<>{};
  });
}

TEST(ClusterDriver, a_topic_is_waited_for_until_it_is_there) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    Cluster cluster(here.env(), options_for({here.node.address()}));
    auto missing = cluster.topic("later", in(here, seconds(2)));
    const auto not_there = co_await std::move(missing);
    EXPECT_FALSE(not_there);
    if (!not_there) {
      EXPECT_EQ(not_there.error().answer, wire::ErrorCode::unknown_topic_or_partition);
    }
    auto bad = cluster.topic("not/a/name", in(here, seconds(1'000)));
    EXPECT_EQ((co_await std::move(bad)).error().answer, wire::ErrorCode::invalid_topic_exception);
    RawClient client = here.client();
    auto connecting = client.connect();
    CO_TRY(co_await std::move(connecting));
    auto creating = create_topic(client, "later", 3);
    CO_TRY(co_await std::move(creating));
    auto finding = cluster.topic("later", in(here, seconds(10)));
    CO_TRY_ASSIGN(const auto topic, as_result(co_await std::move(finding)));
    EXPECT_EQ(topic.partitions.size(), 3u);
    auto closing = cluster.close();
    co_await std::move(closing);
    co_return Result<>{};
  });
}

Task<> use(Cluster& cluster, std::vector<Outcome<Cluster::Connection>>& got,
           env::Instant deadline) {
  auto connecting = cluster.any_connection(deadline);
  got.push_back(co_await std::move(connecting));
}

TEST(ClusterDriver, callers_share_an_attempt_and_close_ends_those_who_wait) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    std::vector<Outcome<Cluster::Connection>> got;
    {
      Cluster cluster(here.env(), options_for({here.node.address()}));
      for (int i = 0; i < 3; ++i) here.scope.spawn(use(cluster, got, in(here, seconds(5))));
      while (got.size() < 3) co_await sleep_for(here.env(), std::chrono::milliseconds(1));
      EXPECT_EQ(*got[0], *got[1]);
      EXPECT_EQ(*got[1], *got[2]);
      auto closing = cluster.close();
      co_await std::move(closing);
    }
    got.clear();
    Cluster lost(here.env(), options_for({{"broker", 5}}));
    for (int i = 0; i < 3; ++i) here.scope.spawn(use(lost, got, in(here, seconds(5'000))));
    co_await sleep_for(here.env(), seconds(1));
    EXPECT_TRUE(got.empty());
    auto closing = lost.close();
    co_await std::move(closing);
    while (got.size() < 3) co_await sleep_for(here.env(), std::chrono::milliseconds(1));
    for (const auto& each : got) EXPECT_EQ(each.error().cause.code, Errc::closed);
    co_return Result<>{};
  });
}

// Holds a client through the end of its broker and its return.
struct Survivor {
  std::unique_ptr<Cluster> cluster;
  bool found = false;
  static Task<> find(OneNode& here, Survivor& self) {
    auto connecting = self.cluster->any_connection(in(here, seconds(600)));
    const auto connection = co_await std::move(connecting);
    EXPECT_TRUE(connection.has_value()) << (connection ? "" : connection.error().message());
    self.found = true;
  }
  static Task<> close(Survivor& self) {
    auto closing = self.cluster->close();
    co_await std::move(closing);
    self.found = false;
  }
};

TEST(ClusterDriver, a_broker_that_comes_back_is_found_again) {
  OneNode one;
  Survivor self;
  self.cluster = std::make_unique<Cluster>(one.env(), options_for({one.node.address()}));
  one.scope.spawn(Survivor::find(one, self));
  ASSERT_TRUE(one.world.run_until([&] { return self.found; }, seconds(60)));
  one.node.crash(Crash::process);
  one.world.run_until([] { return false; }, seconds(1));  // the connection is seen to be lost
  self.found = false;
  one.scope.spawn(Survivor::find(one, self));
  EXPECT_FALSE(one.world.run_until([&] { return self.found; }, seconds(60)));
  one.node.start();
  EXPECT_TRUE(one.world.run_until([&] { return self.found; }, seconds(60)));
  one.scope.spawn(Survivor::close(self));
  EXPECT_TRUE(one.world.run_until([&] { return !self.found; }, seconds(60)));
}

TEST(ClusterDriver, a_topic_that_was_never_asked_for_is_asked_for_at_once) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    Cluster cluster(here.env(), options_for({here.node.address()}));
    auto readying = cluster.ready(in(here, seconds(10)));
    CO_TRY(as_result(co_await std::move(readying)));
    const env::Instant before = here.env().clock.now();
    auto finding = cluster.topic("t", in(here, seconds(10)));
    CO_TRY(as_result(co_await std::move(finding)));
    EXPECT_LT(here.env().clock.now() - before, cluster.options().retry_backoff / 2);
    auto closing = cluster.close();
    co_await std::move(closing);
    co_return Result<>{};
  });
}

TEST(ClusterDriver, only_topics_that_records_come_from_or_go_to_are_made_by_asking) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    using IfMissing = Cluster::IfMissing;
    const std::vector<std::string> wanted{"wanted"}, never{"never"};
    Cluster cluster(here.env(), options_for({here.node.address()}));
    cluster.want(wanted, IfMissing::create);
    auto asking = cluster.topic("asked", in(here, seconds(2)));
    EXPECT_FALSE(co_await std::move(asking));
    auto finding = cluster.topic("wanted", in(here, seconds(10)));
    CO_TRY(as_result(co_await std::move(finding)));
    cluster.want_all();
    const std::vector<std::string> later{"later"};
    cluster.want(later, IfMissing::create);
    auto waiting = cluster.topic("later", in(here, seconds(10)));
    CO_TRY(as_result(co_await std::move(waiting)));
    EXPECT_EQ(cluster.view()->topics.size(), 3u);
    auto closing = cluster.close();
    co_await std::move(closing);
    auto options = options_for({here.node.address()});
    options.creates_topics = false;
    Cluster careful(here.env(), options);
    careful.want(never, IfMissing::create);
    auto nothing = careful.topic("never", in(here, seconds(2)));
    EXPECT_FALSE(co_await std::move(nothing));
    auto ending = careful.close();
    co_await std::move(ending);
    co_return Result<>{};
  });
}

Task<Result<>> close_while_connecting(OneNode& here, env::Address address) {
  Cluster cluster(here.env(), options_for({std::move(address)}));
  cluster.ask_again();
  co_await sleep_for(here.env(), seconds(2));
  const env::Instant before = here.env().clock.now();
  auto closing = cluster.close();
  co_await std::move(closing);
  EXPECT_LT(here.env().clock.now() - before, std::chrono::milliseconds(100));
  co_return Result<>{};
}

TEST(ClusterDriver, closing_ends_attempts_to_connect) {
  OneNode one;
  one.world.add_host({.name = "asleep"}).crash(Crash::power_keep_none);
  one.run([](OneNode& here) { return close_while_connecting(here, {"asleep", 1}); });
  one.run([](OneNode& here) -> Task<Result<>> {
    CO_TRY_ASSIGN(const auto mute, here.env().network.listen({"", 7}, 10));
    auto closing = close_while_connecting(here, {"clients", 7});
    CO_TRY(co_await std::move(closing));
    co_return Result<>{};
  });
}

}  // namespace
}  // namespace weir::sim
