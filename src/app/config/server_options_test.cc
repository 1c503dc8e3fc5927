#include "app/config/server_options.h"

#include <gtest/gtest.h>

namespace weir::app {
namespace {

// What the combined server.properties of an Apache Kafka 4.4 installation sets.
constexpr std::string_view stock = R"(
process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=localhost:9093
listeners=PLAINTEXT://:9092,CONTROLLER://:9093
inter.broker.listener.name=PLAINTEXT
advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL
num.network.threads=3
num.io.threads=8
socket.send.buffer.bytes=102400
socket.receive.buffer.bytes=102400
socket.request.max.bytes=104857600
log.dirs=/tmp/kraft-combined-logs
num.partitions=1
num.recovery.threads.per.data.dir=1
offsets.topic.replication.factor=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
log.retention.hours=168
log.segment.bytes=1073741824
log.retention.check.interval.ms=300000
)";

Result<ServerOptions> from(std::string path, std::string_view content) {
  return read_server_options({.file = ConfigFile{std::move(path), std::string(content)}});
}

std::string problem(std::string path, std::string_view content) {
  const auto options = from(std::move(path), content);
  return options ? "" : options.error().what;
}

TEST(ServerOptions, nothing_at_all_is_a_good_configuration) {
  const auto options = read_server_options({});
  ASSERT_TRUE(options.has_value());
  EXPECT_EQ(options->settings.log_dir, "./weir-data");
  EXPECT_TRUE(options->static_config.empty());
  EXPECT_TRUE(options->warnings.empty());
}

TEST(ServerOptions, the_stock_file_of_kafka_is_taken_as_it_is) {
  const auto options = from("server.properties", stock);
  ASSERT_TRUE(options.has_value()) << options.error().what;
  EXPECT_EQ(options->settings.log_dir, "/tmp/kraft-combined-logs");
  EXPECT_EQ(options->settings.advertised_listeners,
            (std::vector<metadata::Listener>{{"PLAINTEXT", "localhost", 9092}}));
  EXPECT_EQ(options->static_config.at("broker.id"), "1");
  EXPECT_EQ(
      options->warnings,
      (std::vector<std::string>{"settings without effect yet: num.recovery.threads.per.data.dir, "
                                "share.coordinator.state.topic.min.isr, "
                                "share.coordinator.state.topic.replication.factor, "
                                "transaction.state.log.min.isr, "
                                "transaction.state.log.replication.factor"}));
}

TEST(ServerOptions, toml_has_kafkas_names_as_quoted_keys_and_our_own) {
  const auto options = from("weir.toml", R"(
data = "/var/lib/weir"
listen = "0.0.0.0:1"
shards = 3
"advertised.listeners" = "PLAINTEXT://h:1"
"log.cleanup.policy" = ["compact", "delete"]
"auto.create.topics.enable" = false
"log.cleaner.min.cleanable.ratio" = 0.25
[log]
retention.ms = 5000
)");
  ASSERT_TRUE(options.has_value()) << options.error().what;
  EXPECT_EQ(options->settings.log_dir, "/var/lib/weir");
  EXPECT_EQ(options->shards, 3u);
  EXPECT_EQ(options->settings.listeners,
            (std::vector<metadata::Listener>{{"PLAINTEXT", "0.0.0.0", 1}}));
  EXPECT_FALSE(options->settings.controller.auto_create_topics_enable);
  EXPECT_EQ(options->static_config.at("log.cleanup.policy"), "compact,delete");
  EXPECT_EQ(options->static_config.at("log.retention.ms"), "5000");
}

TEST(ServerOptions, an_unknown_name_is_an_error_with_a_guess_or_a_warning) {
  EXPECT_EQ(problem("weir.toml", "\n\"log.retention.mss\" = 5"),
            "weir.toml:2: unknown setting log.retention.mss: did you mean log.retention.ms?");
  const auto warned = from("server.properties", "log.retention.mss=5\nmy.plugin.colour=red");
  ASSERT_TRUE(warned.has_value());
  EXPECT_EQ(warned->warnings,
            (std::vector<std::string>{
                "server.properties:1: unknown setting log.retention.mss: did you mean "
                "log.retention.ms?",
                "server.properties:2: unknown setting my.plugin.colour"}));
  EXPECT_EQ(read_server_options({.set = {{"retention.ms", "5"}}}).error().what,
            "--set: unknown setting retention.ms: did you mean log.retention.ms?");
}

TEST(ServerOptions, bad_and_refused_values_name_their_place) {
  EXPECT_EQ(problem("server.properties", "\nnum.partitions=0"),
            "server.properties:2: Invalid value 0 for configuration num.partitions: Value must be "
            "at least 1");
  EXPECT_EQ(problem("server.properties", "authorizer.class.name=x"),
            "server.properties:1: authorizer.class.name: an authorizer is not served, and every "
            "client would be let in");
  EXPECT_EQ(from("server.properties", "authorizer.class.name=x").error().code, Errc::unsupported);
  EXPECT_EQ(problem("server.properties", "log.dirs=/a,/b"),
            "log.dirs names 2 directories: one is served");
  EXPECT_EQ(problem("server.properties", "a=\\u1"),
            "server.properties: line 1: \\u needs four hexadecimal digits");
  EXPECT_TRUE(problem("weir.toml", "a = = b").starts_with("weir.toml: line 1: "));
  EXPECT_TRUE(problem("weir.toml", "[(x]").starts_with("weir.toml: line 1: "));
  EXPECT_EQ(problem("weir.toml", "\"num.partitions\" = [[1]]"),
            "weir.toml: line 1: num.partitions needs a text, a number, true, false or a list of "
            "these");
}

TEST(ServerOptions, each_source_is_laid_over_the_one_before) {
  OptionSources sources;
  sources.file = ConfigFile{"server.properties", std::string(stock)};
  sources.environment = {{"WEIR_NUM_PARTITIONS", "2"},
                         {"WEIR_FETCH_MAX_BYTES", "2000"},
                         {"WEIR_CONFIG", "x"},
                         {"WEIR_BROKERS", "localhost:1"},
                         {"WEIR_PROFILE", "home"},
                         {"WEIR_SHARDS", "2"},
                         {"HOME", "/root"}};
  sources.set = {{"num.partitions", "3"}};
  sources.data = "/data";
  sources.listen = "[::1]:9999";
  const auto options = read_server_options(sources);
  ASSERT_TRUE(options.has_value()) << options.error().what;
  EXPECT_EQ(options->settings.controller.num_partitions, 3);
  EXPECT_EQ(options->settings.fetch.fetch_max_bytes, 2000);
  EXPECT_EQ(options->settings.log_dir, "/data");
  EXPECT_EQ(options->shards, 2u);
  EXPECT_EQ(options->settings.listeners,
            (std::vector<metadata::Listener>{{"PLAINTEXT", "::1", 9999}}));
  EXPECT_EQ(options->settings.controller_listeners,
            (std::vector<metadata::Listener>{{"CONTROLLER", "", 9093}}));
}

TEST(ServerOptions, flags_are_checked) {
  EXPECT_EQ(read_server_options({.listen = "9092"}).error().what,
            "--listen: listen is 9092: HOST:PORT is expected");
  EXPECT_EQ(read_server_options({.shards = 0}).error().what,
            "--shards: shards is 0: a number from 1 to 1024 is expected");
  EXPECT_EQ(read_server_options({.environment = {{"WEIR_SHARDS", "many"}}}).error().what,
            "WEIR_SHARDS: shards is many: a number from 1 to 1024 is expected");
}

TEST(ServerOptions, the_process_log_is_set_from_every_source) {
  using runtime::LogSettings;
  const auto toml = from("weir.toml", "[log]\nlevel = \"debug\"\nformat = \"json\"\nfile = \"/l\"");
  ASSERT_TRUE(toml.has_value()) << toml.error().what;
  EXPECT_EQ(toml->log.level, env::Level::debug);
  EXPECT_EQ(toml->log.form, LogSettings::Form::json);
  EXPECT_EQ(toml->log.file, "/l");
  EXPECT_TRUE(toml->static_config.empty()) << "they are no settings of Kafka's";
  const auto variable = read_server_options({.environment = {{"WEIR_LOG_LEVEL", "warning"}}});
  EXPECT_EQ(variable->log.level, env::Level::warning);
  const auto flags = read_server_options(
      {.environment = {{"WEIR_LOG_LEVEL", "warning"}}, .log_level = "trace", .log_format = "text"});
  EXPECT_EQ(flags->log.level, env::Level::trace);
  EXPECT_EQ(flags->log.form, LogSettings::Form::text);
  EXPECT_EQ(read_server_options({.log_level = "loud"}).error().what,
            "--log-level: log.level is loud: trace, debug, info, warning or error is expected");
  EXPECT_EQ(read_server_options({.log_format = "xml"}).error().what,
            "--log-format: log.format is xml: text or json is expected");
}

TEST(ServerOptions, node_id_and_broker_id_stand_for_each_other) {
  EXPECT_EQ(from("a.properties", "broker.id=7")->settings.node_id, 7);
  EXPECT_TRUE(problem("a.properties", "broker.id=7\nnode.id=8").starts_with("`node.id` and"));
}

}  // namespace
}  // namespace weir::app
