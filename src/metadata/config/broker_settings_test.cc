#include "metadata/config/broker_settings.h"

#include <gtest/gtest.h>

#include "metadata/config/testdata_test_support.h"
#include "metadata/config/topic_settings.h"

namespace weir::metadata {
namespace {

ConfigMap base() {
  return {{"process.roles", "broker,controller"},
          {"node.id", "1"},
          {"controller.quorum.bootstrap.servers", "localhost:9093"},
          {"listeners", "PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093"},
          {"controller.listener.names", "CONTROLLER"},
          {"log.dirs", "/tmp/x"}};
}

ConfigMap with(std::string_view settings) {
  ConfigMap configs = base();
  for (const std::string& setting : split(settings, "; ")) {
    const std::size_t equals = setting.find('=');
    const std::string name = setting.substr(0, equals);
    configs.erase(name);
    if (setting.substr(equals + 1) != "<unset>") configs[name] = setting.substr(equals + 1);
  }
  return configs;
}

Result<BrokerSettings> settings_of(const ConfigMap& file) {
  return broker_settings({.static_broker = &file});
}

// What Weir says of a configuration that Kafka accepts or refuses in its own words; empty: as
// Kafka.
std::string_view own_answer(std::string_view settings) {
  static const std::map<std::string_view, std::string_view> answers = {
      // Kafka would start, Weir does not serve it.
      {"node.id=2", ""},
      {"listener.security.protocol.map=PLAINTEXT:PLAINTEXT,PLAINTEXT:SSL,CONTROLLER:PLAINTEXT",
       "listener PLAINTEXT uses SSL: only PLAINTEXT is served"},
      {"log.dirs=/a,/b", "log.dirs names 2 directories: one is served"},
      {"metadata.log.dir=/z",
       "metadata.log.dir is /z: the metadata log lies beside the data, in /tmp/x"},
      {"controller.quorum.voters=2@localhost:9093; controller.quorum.bootstrap.servers=",
       "controller.quorum.voters names 2@localhost:9093: a quorum of this node alone (id 1) is "
       "served"},
      {"process.roles=broker",
       "process.roles is broker: one process that is broker and controller is served "
       "(process.roles=broker,controller)"},
      {"process.roles=broker,broker",
       "process.roles is broker: one process that is broker and controller is served "
       "(process.roles=broker,controller)"},
      {"listeners=PLAINTEXT://a:1,CONTROLLER://b:2", ""},
      {"listeners=plaintext://a:1,controller://b:2",
       "controller.quorum.bootstrap.servers names localhost:9093, which is not this node's "
       "controller listener (b:2): a quorum of this node alone is served"},
      {"listeners=PLAINTEXT://a:0,CONTROLLER://b:0",
       "controller.quorum.bootstrap.servers names localhost:9093, which is not this node's "
       "controller listener (b:0): a quorum of this node alone is served"},
      // Java takes any number for a port until it opens it.
      {"listeners=PLAINTEXT://a:65536,CONTROLLER://b:0",
       "Error creating broker listeners from '[PLAINTEXT://a:65536, CONTROLLER://b:0]': Unable to "
       "parse PLAINTEXT://a:65536 to a broker endpoint"},
      {"listeners=PLAINTEXT://a:-1,CONTROLLER://b:0",
       "Error creating broker listeners from '[PLAINTEXT://a:-1, CONTROLLER://b:0]': Unable to "
       "parse PLAINTEXT://a:-1 to a broker endpoint"},
      // Weir has a default where Kafka demands a value.
      {"listeners=PLAINTEXT://localhost:9092", ""},
      {"controller.listener.names=<unset>", ""},
      {"process.roles=<unset>", ""},
      {"controller.quorum.bootstrap.servers=", ""},
      // The sentence names the config that was set.
      {"node.id=x", "Invalid value x for configuration node.id: Not a number of type INT"},
      // Checked where groups are described (metadata/config/group_rules.cc), not at the start.
      {"group.consumer.session.timeout.ms=1000", ""},
      {"group.consumer.heartbeat.interval.ms=1000", ""},
      // No Java classes here; the review refuses them by name.
      {"principal.builder.class=foo", ""},
      {"max.connections.per.ip.overrides=a", ""},
  };
  const auto at = answers.find(settings);
  return at == answers.end() ? "as Kafka" : at->second;
}

TEST(BrokerSettings, configurations_get_the_answers_of_kafka) {
  for (const auto& row : read_rows("static_answers.tsv")) {
    SCOPED_TRACE(row[0]);
    const auto settings = settings_of(with(row[0]));
    std::string expected(own_answer(row[0]));
    if (expected == "as Kafka") expected = row[2] == "ok" ? "" : row[3];
    EXPECT_EQ(settings ? "" : settings.error().what, expected);
  }
}

TEST(BrokerSettings, without_configuration_a_node_listens_on_localhost) {
  const auto settings = settings_of({});
  ASSERT_TRUE(settings.has_value()) << settings.error().what;
  EXPECT_EQ(settings->node_id, 1);
  EXPECT_EQ(settings->log_dir, "./weir-data");
  const std::vector<Listener> localhost = {{"PLAINTEXT", "localhost", 9092}};
  EXPECT_EQ(settings->listeners, localhost);
  EXPECT_EQ(settings->advertised_listeners, localhost);
  EXPECT_EQ(settings->controller_listeners,
            (std::vector<Listener>{{"CONTROLLER", "127.0.0.1", 9093}}));
  EXPECT_EQ(settings->inter_broker_listener_name, "PLAINTEXT");
  EXPECT_EQ(settings->group.offsets_topic_replication_factor, std::nullopt);
  EXPECT_EQ(settings->group.offsets_retention_ms, 7 * 24 * 3600 * 1000LL);
  EXPECT_TRUE(settings->controller.auto_create_topics_enable);
  EXPECT_EQ(settings->socket.socket_request_max_bytes, 104857600);
  EXPECT_EQ(settings->fetch.fetch_max_bytes, 57671680);
  EXPECT_TRUE(settings->log.log_cleaner_enable);
}

TEST(BrokerSettings, several_listeners_have_several_advertised_names) {
  const auto settings =
      settings_of({{"listeners", "INSIDE://:9092,OUTSIDE://[::]:9094,CONTROLLER://127.0.0.1:9093"},
                   {"advertised.listeners", "OUTSIDE://kafka.example:443,INSIDE://10.0.0.1:9092"},
                   {"listener.security.protocol.map",
                    "INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT"},
                   {"inter.broker.listener.name", "inside"}});
  ASSERT_TRUE(settings.has_value()) << settings.error().what;
  EXPECT_EQ(settings->listeners,
            (std::vector<Listener>{{"INSIDE", "", 9092}, {"OUTSIDE", "::", 9094}}));
  EXPECT_EQ(
      settings->advertised_listeners,
      (std::vector<Listener>{{"OUTSIDE", "kafka.example", 443}, {"INSIDE", "10.0.0.1", 9092}}));
  EXPECT_EQ(settings->inter_broker_listener_name, "INSIDE");
}

TEST(BrokerSettings, advertised_names_are_names_of_listeners) {
  const auto settings = settings_of(with("advertised.listeners=SSL://h:1"));
  EXPECT_EQ(settings.error().what,
            "requirement failed: advertised.listeners listener names must be equal to or a subset "
            "of the ones defined in listeners. Found SSL. The valid options based on the current "
            "configuration are PLAINTEXT");
}

TEST(BrokerSettings, a_set_replication_factor_is_explicit) {
  EXPECT_EQ(settings_of({{"offsets.topic.replication.factor", "3"}})
                ->group.offsets_topic_replication_factor,
            3);
}

TEST(BrokerSettings, the_quorum_is_this_node) {
  const auto answer = [](std::string_view settings) {
    const auto result = settings_of(with(settings));
    return result ? "" : result.error().what;
  };
  EXPECT_EQ(answer("controller.quorum.voters=1@localhost:9093"), "");
  EXPECT_EQ(answer("controller.quorum.bootstrap.servers=127.0.0.1:9093"), "");
  EXPECT_EQ(answer("listeners=PLAINTEXT://:9092,CONTROLLER://:9093; "
                   "advertised.listeners=PLAINTEXT://me.example:9092; "
                   "controller.quorum.bootstrap.servers=me.example:9093"),
            "");
  for (const char* other :
       {"controller.quorum.bootstrap.servers=localhost:9094",
        "controller.quorum.bootstrap.servers=other:9093",
        "controller.quorum.bootstrap.servers=localhost:9093,other:9093",
        "controller.quorum.voters=1@localhost:9093,2@other:9093", "process.roles=controller"}) {
    const auto result = settings_of(with(other));
    ASSERT_FALSE(result.has_value()) << other;
    EXPECT_EQ(result.error().code, Errc::unsupported) << other;
  }
}

TEST(BrokerSettings, dynamic_values_are_laid_over_the_file) {
  const ConfigMap file = {{"message.max.bytes", "10"}, {"log.cleaner.backoff.ms", "1"}};
  const ConfigMap cluster = {{"log.cleaner.backoff.ms", "2"}, {"node.id", "77"}};
  const ConfigMap own = {{"log.cleaner.backoff.ms", "3"}};
  EXPECT_EQ(broker_settings({nullptr, &cluster, &file})->log.log_cleaner_backoff_ms, 2);
  EXPECT_EQ(broker_settings({&own, &cluster, &file})->log.log_cleaner_backoff_ms, 3);
  EXPECT_EQ(broker_settings({&own, &cluster, &file})->node_id, 1);
}

TEST(StaticReview, says_what_is_wrong_refused_unknown_and_without_effect) {
  const StaticReview review =
      review_static_configs({{"authorizer.class.name", "my.Authorizer"},
                             {"num.io.threads", "12"},
                             {"num.network.threads", "3"},  // the default
                             {"remote.log.storage.system.enable", "true"},
                             {"config.providers", ""},
                             {"leader.replication.throttled.rate", "5"},
                             {"listener.name.plaintext.max.connections", "5"},
                             {"delegation.token.secret.key", "s"},
                             {"zookeeper.connect", "localhost"}});
  EXPECT_TRUE(review.invalid.empty());
  std::vector<std::string> refused;
  for (const ConfigNotice& notice : review.refused) refused.push_back(notice.message);
  EXPECT_EQ(
      refused,
      (std::vector<std::string>{
          "authorizer.class.name: an authorizer is not served, and every client would be let in",
          "delegation.token.secret.key: delegation tokens are not served",
          "remote.log.storage.system.enable: remote storage is not served"}));
  EXPECT_EQ(
      review.without_effect,
      (std::vector<std::string>{"listener.name.plaintext.max.connections", "num.io.threads"}));
  EXPECT_EQ(review.unknown,
            (std::vector<std::string>{"leader.replication.throttled.rate", "zookeeper.connect"}));
}

TEST(StaticReview, bad_values_and_bad_combinations_are_told_apart_from_refused_ones) {
  const StaticReview bad =
      review_static_configs({{"log.retention.ms", "x"}, {"num.partitions", "0"}});
  ASSERT_EQ(bad.invalid.size(), 2u);
  EXPECT_EQ(bad.invalid[1].message,
            "Invalid value 0 for configuration num.partitions: Value must be at least 1");
  EXPECT_EQ(review_static_configs({{"log.retention.ms", "0"}}).invalid.size(), 1u);
  EXPECT_EQ(review_static_configs({{"log.dirs", "/a,/b"}}).refused.size(), 1u);
}

TEST(TopicSettings, come_from_the_topic_then_the_broker_then_the_default) {
  const ConfigMap file = {{"log.segment.bytes", "2097152"},
                          {"log.retention.hours", "1"},
                          {"log.cleanup.policy", "compact"},
                          {"producer.id.expiration.ms", "5"}};
  const ConfigMap topic = {
      {"cleanup.policy", "compact, delete"}, {"compression.type", "zstd"},
      {"compression.zstd.level", "-5"},      {"message.timestamp.type", "LogAppendTime"},
      {"min.cleanable.dirty.ratio", "0.25"}, {"retention.bytes", "junk"}};
  const TopicSettings settings = topic_settings(topic, {.static_broker = &file});
  EXPECT_EQ(settings.log.segment_bytes, 2097152);
  EXPECT_EQ(settings.log.retention_ms, 3600000);
  EXPECT_EQ(settings.log.retention_bytes, -1);
  EXPECT_TRUE(settings.log.cleanup_compact && settings.log.cleanup_delete);
  EXPECT_EQ(settings.log.min_cleanable_dirty_ratio, 0.25);
  EXPECT_EQ(settings.log.producer_id_expiration_ms, 5);
  EXPECT_EQ(settings.log.flush_messages, 1);
  EXPECT_EQ(settings.compression_type, CompressionType::zstd);
  EXPECT_EQ(settings.compression_zstd_level, -5);
  EXPECT_EQ(settings.message_timestamp_type, TimestampType::log_append_time);
  const TopicSettings plain = topic_settings({}, {.static_broker = &file});
  EXPECT_TRUE(plain.log.cleanup_compact && !plain.log.cleanup_delete);
  EXPECT_EQ(plain.compression_type, CompressionType::producer);
  EXPECT_EQ(plain.max_decompressed_message_bytes, 2147483639);
  EXPECT_EQ(
      topic_settings({{"max.decompressed.message.bytes", "7"}}, {}).max_decompressed_message_bytes,
      7);
}

TEST(BrokerSettings, socket_buffers_are_the_systems_unless_they_are_set) {
  const auto unset = broker_settings({});
  ASSERT_TRUE(unset);
  EXPECT_EQ(unset->socket.socket_send_buffer_bytes, -1);
  EXPECT_EQ(unset->socket.socket_receive_buffer_bytes, -1);
  const ConfigMap file{{"socket.send.buffer.bytes", "102400"},
                       {"socket.receive.buffer.bytes", "7000"}};
  const auto set = broker_settings({.static_broker = &file});
  ASSERT_TRUE(set);
  EXPECT_EQ(set->socket.socket_send_buffer_bytes, 102400);
  EXPECT_EQ(set->socket.socket_receive_buffer_bytes, 7000);
}

TEST(TopicSettings, defaults_are_those_of_the_log) {
  const TopicSettings settings = topic_settings({}, {});
  const log::LogConfig standard;
  EXPECT_EQ(settings.log.segment_bytes, standard.segment_bytes);
  EXPECT_EQ(settings.log.segment_index_bytes, standard.segment_index_bytes);
  EXPECT_EQ(settings.log.flush_messages, standard.flush_messages);
  EXPECT_EQ(settings.log.max_message_bytes, standard.max_message_bytes);
  EXPECT_EQ(settings.log.file_delete_delay_ms, standard.file_delete_delay_ms);
  EXPECT_EQ(settings.log.max_compaction_lag_ms, standard.max_compaction_lag_ms);
}

TEST(TopicSettings, tests_may_have_small_segments) {
  EXPECT_EQ(topic_settings({{"internal.segment.bytes", "100"}}, {}).log.segment_bytes, 100);
}

}  // namespace
}  // namespace weir::metadata
