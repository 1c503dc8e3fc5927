#include "client/properties.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Properties, are_kafkas_names) {
  ClientConfig config;
  EXPECT_TRUE(set_property(config, "client.id", "me"));
  EXPECT_TRUE(set_property(config, "request.timeout.ms", "1500"));
  EXPECT_TRUE(set_property(config, "metadata.recovery.strategy", "none"));
  EXPECT_TRUE(set_property(config, "allow.auto.create.topics", "false"));
  EXPECT_TRUE(set_property(config, "bootstrap.servers", "a:1,b:2"));
  EXPECT_TRUE(set_property(config, "security.protocol", "PLAINTEXT"));
  EXPECT_EQ(config.cluster.connection.client_id, "me");
  EXPECT_EQ(config.cluster.connection.request_timeout, std::chrono::milliseconds(1500));
  EXPECT_FALSE(config.cluster.rebootstraps);
  EXPECT_FALSE(config.cluster.creates_topics);
  EXPECT_TRUE(ClientConfig().cluster.creates_topics);
  EXPECT_EQ(config.cluster.bootstrap.size(), 2u);
  EXPECT_TRUE(set_property(config, "metadata.max.age.ms", "9223372036854775807"));  // never
}

TEST(Properties, nothing_is_ignored) {
  ClientConfig config;
  for (const auto& [name, value, code, words] :
       {std::tuple{"client.idd", "x", Errc::not_found, "did you mean client.id?"},
        {"no.such.thing.at.all", "x", Errc::not_found, "unknown property"},
        {"request.timeout.ms", "soon", Errc::invalid, "a number of milliseconds"},
        {"request.timeout.ms", "-1", Errc::invalid, "a number of milliseconds"},
        {"allow.auto.create.topics", "yes", Errc::invalid, "true or false"},
        {"metadata.recovery.strategy", "x", Errc::invalid, "rebootstrap or none"},
        {"security.protocol", "SSL", Errc::unsupported, "not built yet"},
        {"sasl.mechanism", "PLAIN", Errc::unsupported, "not built yet"},
        {"transactional.id", "t", Errc::unsupported, "not built yet"},
        {"client.dns.lookup", "resolve_canonical_bootstrap_servers_only", Errc::unsupported,
         "only use_all_dns_ips"},
        {"key.serializer", "org.X", Errc::unsupported, "a class of Java's"}}) {
    const auto set = set_property(config, name, value);
    ASSERT_FALSE(set) << name;
    EXPECT_EQ(set.error().code, code) << name;
    EXPECT_THAT(set.error().what, HasSubstr(words));
    EXPECT_THAT(set.error().what, HasSubstr(name));
  }
}

TEST(Properties, what_only_tunes_javas_client_is_taken) {
  ClientConfig config;
  for (const auto& [name, value] : {std::pair{"metrics.num.samples", "2"},
                                    {"enable.metrics.push", "true"},
                                    {"receive.buffer.bytes", "65536"},
                                    {"client.dns.lookup", "use_all_dns_ips"},
                                    {"exclude.internal.topics", "true"}}) {
    EXPECT_TRUE(set_property(config, name, value)) << name;
  }
}

using Settings = std::vector<std::pair<std::string_view, std::string_view>>;

Result<ClientConfig> settled(const Settings& settings) {
  ClientConfig config;
  for (const auto& [name, value] : settings) TRY(set_property(config, name, value));
  TRY(settle_properties(config));
  return config;
}

TEST(Properties, idempotence_that_nobody_asked_for_gives_way) {
  const auto is_idempotent = [](const Settings& settings) {
    const auto config = settled(settings);
    EXPECT_TRUE(config) << config.error().what;
    return config && config->producer.delivery.idempotent;
  };
  EXPECT_TRUE(is_idempotent({}));
  EXPECT_TRUE(is_idempotent({{"acks", "-1"}, {"retries", "1"}}));
  EXPECT_FALSE(is_idempotent({{"acks", "1"}}));
  EXPECT_FALSE(is_idempotent({{"acks", "0"}}));
  EXPECT_FALSE(is_idempotent({{"retries", "0"}}));
  EXPECT_FALSE(is_idempotent(
      {{"enable.idempotence", "false"}, {"max.in.flight.requests.per.connection", "100"}}));
  EXPECT_EQ(settled({{"retries", "3"}})->producer.delivery.retries, 3);
}

TEST(Properties, what_contradicts_idempotence_is_refused_in_any_order) {
  for (const auto& [setting, words] :
       {std::pair{Settings::value_type{"acks", "1"}, "acks: must be set to all"},
        {{"acks", "0"}, "acks: must be set to all"},
        {{"retries", "0"}, "retries: must be set to non-zero"},
        {{"max.in.flight.requests.per.connection", "6"}, "at most 5"}}) {
    for (const Settings& settings : {Settings{{"enable.idempotence", "true"}, setting},
                                     Settings{setting, {"enable.idempotence", "true"}}}) {
      const auto config = settled(settings);
      ASSERT_FALSE(config) << setting.first;
      EXPECT_EQ(config.error().code, Errc::invalid);
      EXPECT_THAT(config.error().what, HasSubstr(words));
    }
  }
  // Here Kafka's producer does not give way, since 4.0.
  EXPECT_FALSE(settled({{"max.in.flight.requests.per.connection", "6"}}));
  EXPECT_FALSE(settled({{"max.in.flight.requests.per.connection", "6"}, {"acks", "1"}}));
}

TEST(Properties, a_heartbeat_is_faster_than_a_session) {
  EXPECT_FALSE(settled({{"group.id", "g"}, {"session.timeout.ms", "3000"}}));
  EXPECT_TRUE(settled({{"group.id", "g"}, {"session.timeout.ms", "3001"}}));
  EXPECT_TRUE(settled({{"session.timeout.ms", "3000"}}));
}

TEST(Properties, a_poll_may_give_a_record_or_more) {
  EXPECT_FALSE(settled({{"max.poll.records", "0"}}));
  EXPECT_EQ(settled({{"max.poll.records", "1"}})->consumer.poll_records_max, 1u);
}

TEST(Properties, positions_without_a_commit_may_be_so_long_ago) {
  const auto reset = settled({{"auto.offset.reset", "by_duration:P1DT0.5S"}})->consumer.reset;
  EXPECT_EQ(reset.to, OffsetReset::by_duration);
  EXPECT_EQ(reset.back, std::chrono::milliseconds(86'400'500));
  for (const char* const bad : {"by_duration:", "by_duration:1h", "by_duration:-PT1S", "newest"}) {
    EXPECT_FALSE(settled({{"auto.offset.reset", bad}})) << bad;
  }
}

TEST(Properties, a_call_may_take_so_long) {
  EXPECT_FALSE(settled({})->api_timeout);
  EXPECT_EQ(settled({{"default.api.timeout.ms", "250"}})->api_timeout,
            std::chrono::milliseconds(250));
  EXPECT_FALSE(settled({{"default.api.timeout.ms", "-1"}}));
}

TEST(Properties, a_connection_may_be_idle_for_ever) {
  const auto idle = [](const char* value) {
    return settled({{"connections.max.idle.ms", value}})->cluster.connection.idle_time_max;
  };
  EXPECT_EQ(idle("1000"), std::chrono::seconds(1));
  EXPECT_GT(idle("-1"), std::chrono::hours(24 * 365));
  EXPECT_FALSE(settled({{"connections.max.idle.ms", "-2"}}));
}

TEST(Properties, brokers_are_hosts_with_ports) {
  EXPECT_THAT(*parse_bootstrap("a, b:1 ,[::1]:2,[fe80::1],PLAINTEXT://c:3"),
              ElementsAre(env::Address{"a", 9092}, env::Address{"b", 1}, env::Address{"::1", 2},
                          env::Address{"fe80::1", 9092}, env::Address{"c", 3}));
  for (const char* bad :
       {"", ",", "a:", ":1", "a:b", "a:0", "a:65536", "::1", "[::1", "[::1]x", "[::1]:"}) {
    EXPECT_FALSE(parse_bootstrap(bad)) << bad;
  }
}

}  // namespace
}  // namespace weir::client
