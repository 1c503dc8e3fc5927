#include "metadata/config/config_change.h"

#include <gtest/gtest.h>

#include <set>

#include "metadata/config/testdata_test_support.h"

namespace weir::metadata {
namespace {

const ConfigMap kafka_properties = {
    {"process.roles", "broker,controller"},
    {"node.id", "1"},
    {"controller.quorum.bootstrap.servers", "localhost:29093"},
    {"listeners", "PLAINTEXT://localhost:29092,CONTROLLER://localhost:29093"},
    {"inter.broker.listener.name", "PLAINTEXT"},
    {"advertised.listeners", "PLAINTEXT://localhost:29092"},
    {"controller.listener.names", "CONTROLLER"},
    {"log.dirs", "/var/lib/data"},
};

struct Answer {
  std::string exception, message;
  bool operator==(const Answer&) const = default;
};

Answer answer_of(const Error& error) {
  return {
      error.code == Errc::unsupported ? "InvalidRequestException" : "InvalidConfigurationException",
      error.what};
}

ConfigOp op_of(std::string_view word) {
  if (word == "SET") return ConfigOp::set;
  if (word == "DELETE") return ConfigOp::erase;
  return word == "APPEND" ? ConfigOp::append : ConfigOp::subtract;
}

// What Weir says to the operations of one row: "SET\tname\tvalue;;...".
Answer our_answer(ConfigKind kind, const std::string& resource, const std::string& operations) {
  ConfigMap configs;
  if (resource == "over") {
    configs = {{"retention.ms", "1234"},
               {"cleanup.policy", "compact,delete"},
               {"segment.bytes", "2097152"},
               {"compression.type", "gzip"}};
  }
  for (const std::string& operation : split(operations, ";;")) {
    const auto parts = split(operation, "\t");
    const auto at = configs.find(parts[1]);
    const auto current =
        at == configs.end() ? std::nullopt : std::optional<std::string_view>(at->second);
    const auto next =
        apply_config_op(kind, parts[1], op_of(parts[0]), parts.size() > 2 ? parts[2] : "", current);
    if (!next) return answer_of(next.error());
    if (kind == ConfigKind::broker) {
      const auto elr = check_elr_change(resource, parts[1], *next);
      if (!elr) return answer_of(elr.error());
    }
    configs.erase(parts[1]);
    if (*next) configs[parts[1]] = **next;
  }
  const ConfigMap cluster = {{"min.insync.replicas", "1"}};
  const auto result =
      validate_configs(kind, resource, configs,
                       {.dynamic_default_broker = &cluster, .static_broker = &kafka_properties});
  return result ? Answer{"ok", ""} : answer_of(result.error());
}

// Why an answer may differ from Kafka's; empty: it may not.
std::string_view reason_to_differ(const std::string& config, const Answer& kafka) {
  if (kafka.message.find("Invalid dynamic configuration") != std::string::npos) {
    return "Kafka's thread pools; they have no counterpart";
  }
  static const std::set<std::string> not_served = {"cordoned.log.dirs", "config.providers",
                                                   "principal.builder.class", "listeners",
                                                   "listener.security.protocol.map"};
  if (not_served.contains(config) ||
      kafka.message.find("broker listeners from") != std::string::npos)
    return "not served, or not while the broker runs";
  if (config == "max.connections.per.ip.overrides" || config == "metric.reporters") {
    return "without effect, so not read";
  }
  if (kafka.message.find("could not be found") != std::string::npos) return "no Java classes here";
  return {};
}

TEST(ConfigChange, changes_get_the_answers_of_kafka) {
  const std::map<std::string, ConfigKind> kinds = {{"TOPIC", ConfigKind::topic},
                                                   {"GROUP", ConfigKind::group},
                                                   {"BROKER", ConfigKind::broker},
                                                   {"CLIENT_METRICS", ConfigKind::client_metrics}};
  int compared = 0;
  for (const auto& row : read_rows("alter_answers.tsv")) {
    const auto arrow = std::find(row.begin(), row.end(), "=>");
    ASSERT_NE(arrow, row.end());
    std::string operations;
    for (auto at = row.begin() + 2; at != arrow; ++at) {
      operations += (at == row.begin() + 2 ? "" : "\t") + *at;
    }
    if (operations.find("<null>") != operations.npos) continue;  // the API layer's to answer
    if (operations == "SET\tretention.ms\t5;;SET\tretention.ms\t6") continue;  // likewise
    const Answer kafka{arrow[1], arrow[2]};
    if (!reason_to_differ(row[3], kafka).empty()) continue;
    const std::string resource = row[1] == "<default>" ? "" : row[1];
    const Answer ours = our_answer(kinds.at(row[0]), resource, operations);
    EXPECT_EQ(ours.exception, kafka.exception) << row[0] << " " << row[1] << " " << operations;
    EXPECT_EQ(ours.message, kafka.message) << row[0] << " " << row[1] << " " << operations;
    ++compared;
  }
  EXPECT_GT(compared, 1000);
}

TEST(ConfigChange, append_starts_from_the_default_and_subtract_may_leave_nothing) {
  const auto apply = [](ConfigOp op, std::string_view operand,
                        std::optional<std::string_view> current) {
    return *apply_config_op(ConfigKind::topic, "cleanup.policy", op, operand, current);
  };
  EXPECT_EQ(apply(ConfigOp::append, "compact", std::nullopt), "delete,compact");
  EXPECT_EQ(apply(ConfigOp::append, "delete,compact", "compact"), "compact,delete");
  EXPECT_EQ(apply(ConfigOp::subtract, "delete", std::nullopt), "");
  EXPECT_EQ(apply(ConfigOp::subtract, "compact", "compact,delete"), "delete");
  EXPECT_EQ(apply(ConfigOp::append, "compact", ""), "compact");
  EXPECT_EQ(apply(ConfigOp::append, "compact,,", "delete"), "delete,compact");
  EXPECT_EQ(apply(ConfigOp::append, ",", "delete"), "delete");
  EXPECT_EQ(apply(ConfigOp::set, "x", "y"), "x");
  EXPECT_EQ(apply(ConfigOp::erase, "", "y"), std::nullopt);
}

TEST(ConfigChange, what_is_not_served_is_refused_with_its_reason) {
  const auto change = [](const std::string& name, const std::string& value) {
    return validate_configs(ConfigKind::broker, "1", {{name, value}},
                            {.static_broker = &kafka_properties});
  };
  EXPECT_EQ(change("config.providers", "file").error().what,
            "config.providers: configuration providers are not served, and their references would "
            "be taken as plain values");
  EXPECT_TRUE(change("config.providers", "").has_value());
  EXPECT_EQ(change("listeners", "PLAINTEXT://localhost:1").error().what,
            "listeners cannot be changed while the broker runs: set it in the configuration and "
            "restart");
  EXPECT_TRUE(change("listeners", kafka_properties.at("listeners")).has_value());
  EXPECT_EQ(validate_configs(ConfigKind::broker_logger, "1", {}).error().code, Errc::unsupported);
}

TEST(ConfigChange, a_broker_resource_is_a_number) {
  const auto name = [](std::string_view resource) {
    return validate_configs(ConfigKind::broker, resource, {}, {.static_broker = &kafka_properties});
  };
  EXPECT_TRUE(name("").has_value());
  EXPECT_TRUE(name("7").has_value());
  EXPECT_EQ(name("x").error().what, "Unable to parse broker name as a base 10 number.");
  EXPECT_EQ(name("-1").error().what, "Invalid negative broker ID.");
}

TEST(ConfigChange, a_topic_is_checked_against_the_brokers_configs) {
  ConfigMap broker = kafka_properties;
  broker["log.cleaner.max.compaction.lag.ms"] = "5";
  const auto result = validate_configs(ConfigKind::topic, "t", {{"min.compaction.lag.ms", "10"}},
                                       {.static_broker = &broker});
  EXPECT_EQ(result.error().what,
            "conflict topic config setting min.compaction.lag.ms (10) > max.compaction.lag.ms (5)");
}

TEST(ConfigChange, a_group_is_checked_against_the_brokers_limits) {
  ConfigMap broker = kafka_properties;
  broker["group.consumer.min.session.timeout.ms"] = "100";
  broker["group.consumer.max.heartbeat.interval.ms"] = "100000";
  const auto check = [&](ConfigMap configs) {
    return validate_configs(ConfigKind::group, "g", configs, {.static_broker = &broker});
  };
  EXPECT_TRUE(check({{"consumer.session.timeout.ms", "6000"}}).has_value());
  EXPECT_EQ(check({{"consumer.session.timeout.ms", "5000"}}).error().what,
            "consumer.session.timeout.ms must be greater than consumer.heartbeat.interval.ms");
  EXPECT_EQ(check({{"consumer.session.timeout.ms", "60001"}}).error().what,
            "consumer.session.timeout.ms must be in the range 100 to 60000 inclusive.");
}

}  // namespace
}  // namespace weir::metadata
