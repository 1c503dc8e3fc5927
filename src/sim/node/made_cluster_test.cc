// A client's way to the brokers, where these say what no broker of ours says.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/node/made_broker_test_support.h"
#include "wire/message/metadata_request.h"

namespace weir::sim {
namespace {

using client::Cluster;
using client::ClusterOptions;
using std::chrono::seconds;
using testing::ElementsAre;
using wire::ErrorCode;
using wire::MetadataRequest;
using wire::MetadataResponse;

constexpr std::uint16_t bootstrap_port = 9000;

// A cluster that moves: bootstrap.servers lead to the brokers of `told`.
struct MovingCluster {
  MovingCluster() {
    made.add_broker(bootstrap_port)
        .on<MetadataRequest, MetadataResponse>(
            [this](const auto&, auto& response, wire::Arena& arena) {
              tell_brokers(response, arena, told);
              return at_once;
            });
  }
  Task<> find() {
    auto refreshing = cluster->refresh(made.in(seconds(600)));
    const auto refreshed = co_await std::move(refreshing);
    EXPECT_TRUE(refreshed) << (refreshed ? "" : refreshed.error().message());
  }
  Task<> close() {
    auto closing = cluster->close();
    co_await std::move(closing);
  }
  std::vector<BrokerId> known() const {
    std::vector<BrokerId> ids;
    for (const auto& [id, broker] : cluster->view()->brokers) ids.push_back(id);
    return ids;
  }
  void begin(ClusterOptions options) {
    options.bootstrap = {MadeWorld::address(bootstrap_port)};
    cluster = std::make_unique<Cluster>(made.env(), std::move(options));
  }

  MadeWorld made;
  std::map<BrokerId, std::uint16_t> told;
  std::unique_ptr<Cluster> cluster;
};

// Two brokers of which the one that is asked first says REBOOTSTRAP_REQUIRED; the other one has not
// heard of that and would answer.
struct LeftBehind : MovingCluster {
  LeftBehind() {
    told = {{1, 9001}, {2, 9002}};
    for (const auto& [id, port] : told) {
      made.add_broker(port).on<MetadataRequest, MetadataResponse>(
          [this](const auto&, auto& response, wire::Arena& arena) {
            tell_brokers(response, arena, {{1, 9001}, {2, 9002}});
            if (++asked == 1) {
              response.error_code = wire::code_of(ErrorCode::rebootstrap_required);
            }
            return at_once;
          });
    }
  }
  int asked = 0;
};

Task<> leave_the_old_cluster(LeftBehind& here) {
  auto finding = here.find();
  co_await std::move(finding);
  EXPECT_THAT(here.known(), ElementsAre(1, 2));
  here.told = {{3, 9003}};
  auto again = here.find();
  co_await std::move(again);
  EXPECT_THAT(here.known(), ElementsAre(3));
  EXPECT_EQ(here.asked, 1) << "those who are left behind are asked no more";
  auto closing = here.close();
  co_await std::move(closing);
}

TEST(MadeCluster, whom_a_broker_tells_to_rebootstrap_leaves_all_old_brokers_alone) {
  LeftBehind here;
  here.begin({});
  here.made.run(leave_the_old_cluster(here));
}

Task<> stay_in_the_old_cluster(LeftBehind& here) {
  auto finding = here.find();
  co_await std::move(finding);
  here.told = {{3, 9003}};
  auto again = here.find();
  co_await std::move(again);
  EXPECT_THAT(here.known(), ElementsAre(1, 2));
  EXPECT_EQ(here.asked, 2) << "the other one has answered";
  auto closing = here.close();
  co_await std::move(closing);
}

TEST(MadeCluster, with_metadata_recovery_strategy_none_nobody_rebootstraps) {
  LeftBehind here;
  here.begin({.rebootstraps = false});
  here.made.run(stay_in_the_old_cluster(here));
}

// Five brokers that take connections and answer nothing.
struct Silent : MovingCluster {
  Silent() {
    for (BrokerId id = 1; id <= 5; ++id) {
      told[id] = static_cast<std::uint16_t>(bootstrap_port + id);
      made.add_broker(told[id]).on<MetadataRequest, MetadataResponse>(
          [](const auto&, auto&, wire::Arena&) { return never; });
    }
  }
};

Task<> lose_all_brokers(Silent& here, seconds trigger) {
  auto finding = here.find();
  co_await std::move(finding);
  EXPECT_THAT(here.known(), ElementsAre(1, 2, 3, 4, 5));
  here.told = {{6, 9006}};
  const env::Instant before = here.made.env().clock.now();
  auto again = here.find();
  co_await std::move(again);
  EXPECT_THAT(here.known(), ElementsAre(6));
  const env::Duration taken = here.made.env().clock.now() - before;
  const auto request_timeout = here.cluster->options().connection.request_timeout;
  EXPECT_GE(taken, trigger);
  EXPECT_LE(taken, trigger + request_timeout + seconds(2));
  auto closing = here.close();
  co_await std::move(closing);
}

TEST(MadeCluster, brokers_that_say_nothing_are_given_up_after_the_rebootstrap_trigger) {
  for (const seconds trigger : {seconds(40), seconds(100)}) {
    Silent here;
    here.begin({.rebootstrap_after = trigger});
    here.made.run(lose_all_brokers(here, trigger));
  }
}

// --- versions ---

Task<> talk_to_an_older_broker(MovingCluster& here, MadeBroker& broker, std::int16_t second) {
  auto finding = here.find();
  co_await std::move(finding);
  EXPECT_THAT(broker.versions_asked<wire::ApiVersionsRequest>(),
              ElementsAre(wire::ApiVersionsRequest::max_version, second));
  auto connecting = here.cluster->connection(1, here.made.in(seconds(5)));
  const auto connection = co_await std::move(connecting);
  EXPECT_TRUE(connection.has_value());
  EXPECT_THAT(broker.versions_asked<MetadataRequest>(), ElementsAre(9));
  auto closing = here.close();
  co_await std::move(closing);
}

TEST(MadeCluster, a_broker_that_does_not_know_our_api_versions_is_asked_again_in_its_own) {
  struct Older {
    std::int16_t knows;
    bool names_it;
  };
  for (const Older older : {Older{2, true}, Older{0, true}, Older{0, false}}) {
    SCOPED_TRACE(older.knows);
    MovingCluster here;
    MadeBroker& broker = here.made.add_broker(9100);
    broker.on<MetadataRequest, MetadataResponse>(
        [](const auto&, auto& response, wire::Arena& arena) {
          tell_brokers(response, arena, {{1, 9100}});
          return at_once;
        },
        9);
    broker.knows_api_versions(older.knows, older.names_it);
    here.cluster = std::make_unique<Cluster>(
        here.made.env(), ClusterOptions{.bootstrap = {MadeWorld::address(9100)}});
    here.made.run(talk_to_an_older_broker(here, broker, older.knows));
  }
}

// --- who asks ---

Task<> ask_as_somebody(MovingCluster& here, MadeBroker& broker) {
  auto finding = here.find();
  co_await std::move(finding);
  EXPECT_EQ(broker.asked.size(), 2u) << "ApiVersions and Metadata";
  for (const auto& each : broker.asked) EXPECT_EQ(each.client_id, "somebody");
  auto closing = here.close();
  co_await std::move(closing);
}

TEST(MadeCluster, every_request_carries_client_id) {
  MovingCluster here;
  MadeBroker& broker = here.made.add_broker(9100);
  broker.on<MetadataRequest, MetadataResponse>([](const auto&, auto& response, wire::Arena& arena) {
    tell_brokers(response, arena, {{1, 9100}});
    return at_once;
  });
  here.cluster = std::make_unique<Cluster>(here.made.env(),
                                           ClusterOptions{.bootstrap = {MadeWorld::address(9100)},
                                                          .connection = {.client_id = "somebody"}});
  here.made.run(ask_as_somebody(here, broker));
}

}  // namespace
}  // namespace weir::sim
