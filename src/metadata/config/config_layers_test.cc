#include "metadata/config/config_layers.h"

#include <gtest/gtest.h>

#include <map>

#include "metadata/config/testdata_test_support.h"

namespace weir::metadata {
namespace {

// The server, and what was changed in it, when testdata/describe.tsv was taken from Apache
// Kafka 4.4.0.
const ConfigMap static_broker = {
    {"process.roles", "broker,controller"},
    {"node.id", "1"},
    {"broker.id", "1"},
    {"controller.quorum.bootstrap.servers", "localhost:29093"},
    {"listeners", "PLAINTEXT://localhost:29092,CONTROLLER://localhost:29093"},
    {"inter.broker.listener.name", "PLAINTEXT"},
    {"advertised.listeners", "PLAINTEXT://localhost:29092"},
    {"controller.listener.names", "CONTROLLER"},
    {"listener.security.protocol.map",
     "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:"
     "SASL_SSL"},
    {"log.dirs", "/var/lib/data"},
    {"offsets.topic.replication.factor", "1"},
    {"transaction.state.log.replication.factor", "1"},
    {"transaction.state.log.min.isr", "1"},
    {"share.coordinator.state.topic.replication.factor", "1"},
    {"share.coordinator.state.topic.min.isr", "1"},
    {"log.retention.hours", "168"},
    {"log.retention.minutes", "120"},
    {"log.roll.hours", "24"},
    {"log.roll.jitter.ms", "77"},
    {"log.flush.scheduler.interval.ms", "5000"},
    {"my.own.setting", "5"},
    {"log.initial.task.delay.ms", "1000"},
    {"ssl.keystore.password", "secret"},
    {"group.consumer.session.timeout.ms", "46000"},
    {"message.max.bytes", " 1000000"},
    {"log.cleanup.policy", "compact, delete"},
    {"compression.type", "lz4"},
    {"listener.name.plaintext.max.connections", "77"},
};
const ConfigMap dynamic_default = {{"min.insync.replicas", "1"},
                                   {"log.retention.ms", "777000"},
                                   {"log.flush.interval.messages", "7"},
                                   {"message.max.bytes", "2000000"}};
const ConfigMap dynamic_broker = {{"log.flush.interval.messages", "8"},
                                  {"background.threads", "12"}};
const BrokerLayers layers = {&dynamic_broker, &dynamic_default, &static_broker};

std::string_view name_of(ConfigSource source) {
  switch (source) {
    case ConfigSource::unknown:
      return "UNKNOWN";
    case ConfigSource::dynamic_topic:
      return "DYNAMIC_TOPIC_CONFIG";
    case ConfigSource::dynamic_broker:
      return "DYNAMIC_BROKER_CONFIG";
    case ConfigSource::dynamic_default_broker:
      return "DYNAMIC_DEFAULT_BROKER_CONFIG";
    case ConfigSource::static_broker:
      return "STATIC_BROKER_CONFIG";
    case ConfigSource::default_config:
      return "DEFAULT_CONFIG";
    case ConfigSource::dynamic_broker_logger:
      return "DYNAMIC_BROKER_LOGGER_CONFIG";
    case ConfigSource::dynamic_client_metrics:
      return "DYNAMIC_CLIENT_METRICS_CONFIG";
    case ConfigSource::dynamic_group:
      return "DYNAMIC_GROUP_CONFIG";
  }
  return "";
}

std::string_view name_of(ConfigType type) {
  constexpr std::string_view names[] = {"UNKNOWN", "BOOLEAN", "STRING", "INT",   "SHORT",
                                        "LONG",    "DOUBLE",  "LIST",   "CLASS", "PASSWORD"};
  return names[static_cast<std::size_t>(type)];
}

// An entry as the capture prints it, without its name.
std::string line_of(const ConfigEntry& entry) {
  std::string synonyms;
  for (const ConfigSynonymEntry& synonym : entry.synonyms) {
    if (!synonyms.empty()) synonyms += "|";
    synonyms += synonym.name + "=" + synonym.value.value_or("<null>") + "@";
    synonyms += name_of(synonym.source);
  }
  std::string line = entry.value.value_or("<null>");
  for (const std::string_view part :
       {name_of(entry.source), name_of(entry.type),
        std::string_view(entry.is_read_only ? "ro" : "rw"),
        std::string_view(entry.is_sensitive ? "sensitive" : "-"), std::string_view(synonyms)}) {
    line.append("\t").append(part);
  }
  return line;
}

// Our own default in place of Kafka's, so that the rest can be compared.
std::string with_our_default(std::string line, std::string_view name) {
  for (const ConfigKind kind : {ConfigKind::topic, ConfigKind::broker}) {
    const ConfigDefinition* definition = find_config(kind, name);
    if (definition == nullptr || definition->default_value == definition->kafka_default_value)
      continue;
    if (!definition->kafka_default_value) {  // Kafka has no default: it names no synonym for it
      const std::string ours =
          std::string(name) + "=" + std::string(*definition->default_value) + "@DEFAULT_CONFIG";
      if (line.ends_with("@STATIC_BROKER_CONFIG")) line += "|" + ours;
      continue;
    }
    const std::string kafka(*definition->kafka_default_value);
    for (std::size_t at = line.find(kafka); at != line.npos; at = line.find(kafka)) {
      line.replace(at, kafka.size(), *definition->default_value);
    }
  }
  return line;
}

std::map<std::string, std::string> lines_of(const std::vector<ConfigEntry>& entries) {
  std::map<std::string, std::string> lines;
  for (const ConfigEntry& entry : entries) lines[entry.name] = line_of(entry);
  return lines;
}

TEST(ConfigLayers, descriptions_are_those_of_kafka) {
  const ConfigMap none;
  const ConfigMap group = {{"consumer.session.timeout.ms", "50000"}};
  const ConfigMap own_group = {{"share.auto.offset.reset", "earliest"},
                               {"streams.assignor.name", "sticky"},
                               {"share.assignor.offload.enable", "false"}};
  const ConfigMap own_topic = {{"internal.segment.bytes", "1000"},
                               {"retention.ms", " 55 "},
                               {"cleanup.policy", "compact,  compact"},
                               {"remote.log.copy.disable", "TRUE"}};
  const ConfigMap metrics = {{"interval.ms", "1000"}, {"match", "client_id=a"}};
  std::map<std::string, std::map<std::string, std::string>> ours = {
      {"plain", lines_of(describe_configs(ConfigKind::topic, none, layers))},
      {"topic-own", lines_of(describe_configs(ConfigKind::topic, own_topic, layers))},
      {"broker", lines_of(describe_configs(ConfigKind::broker, none, layers))},
      {"default-broker", lines_of(describe_default_broker_configs(layers))},
      {"group", lines_of(describe_configs(ConfigKind::group, group, layers))},
      {"group-own", lines_of(describe_configs(ConfigKind::group, own_group, layers))},
      {"client-metrics", lines_of(describe_configs(ConfigKind::client_metrics, metrics, layers))},
  };
  for (const auto& row : read_rows("describe.tsv")) {
    SCOPED_TRACE(row[0] + " " + row[1]);
    std::string kafka = row[2];
    for (std::size_t at = 3; at < row.size(); ++at) kafka += "\t" + row[at];
    auto& entries = ours.at(row[0]);
    ASSERT_TRUE(entries.contains(row[1]));
    EXPECT_EQ(entries.at(row[1]), with_our_default(kafka, row[1]));
    entries.erase(row[1]);
  }
  for (const auto& [label, entries] : ours) {
    for (const auto& [name, line] : entries)
      ADD_FAILURE() << label << " " << name << " is not Kafka's";
  }
}

TEST(ConfigLayers, every_description_has_our_documentation) {
  for (const ConfigEntry& entry : describe_configs(ConfigKind::topic, {}, layers)) {
    EXPECT_FALSE(entry.documentation.empty()) << entry.name;
  }
}

TEST(ConfigLayers, a_dynamic_value_takes_away_the_older_names_below_it) {
  const ConfigMap resolved = resolve_broker_configs(layers);
  EXPECT_EQ(resolved.at("log.retention.ms"), "777000");
  EXPECT_FALSE(resolved.contains("log.retention.minutes"));
  EXPECT_FALSE(resolved.contains("log.retention.hours"));
  EXPECT_EQ(resolved.at("log.roll.hours"), "24");
}

TEST(ConfigLayers, what_may_not_be_dynamic_is_passed_over) {
  const ConfigMap bad = {{"node.id", "9"},
                         {"num.io.threads", "many"},
                         {"listeners", "PLAINTEXT://h:1"},
                         {"some.name", "x"}};
  const ConfigMap file = {{"node.id", "4"}};
  const ConfigMap resolved =
      resolve_broker_configs({.dynamic_default_broker = &bad, .static_broker = &file});
  EXPECT_EQ(resolved, (ConfigMap{{"node.id", "4"}, {"some.name", "x"}}));
}

TEST(ConfigLayers, values_fall_back_in_kafkas_order_and_units) {
  const auto inherited = [](ConfigMap file, std::string_view name) {
    return effective_config(ConfigKind::topic, name, {}, file).value_or("<null>");
  };
  EXPECT_EQ(inherited({}, "retention.ms"), "604800000");
  EXPECT_EQ(inherited({{"log.retention.hours", "2"}}, "retention.ms"), "7200000");
  EXPECT_EQ(
      inherited({{"log.retention.hours", "2"}, {"log.retention.minutes", "3"}}, "retention.ms"),
      "180000");
  EXPECT_EQ(inherited({{"log.retention.minutes", "3"}, {"log.retention.ms", "5"}}, "retention.ms"),
            "5");
  EXPECT_EQ(inherited({{"log.retention.hours", "-1"}}, "retention.ms"), "-1");
  EXPECT_EQ(inherited({{"log.retention.ms", "-7"}}, "retention.ms"), "-1");
  EXPECT_EQ(inherited({}, "flush.ms"), "9223372036854775807");
  EXPECT_EQ(inherited({{"log.flush.scheduler.interval.ms", "9"}}, "flush.ms"), "9");
  EXPECT_EQ(inherited({}, "internal.segment.bytes"), "<null>");
  EXPECT_EQ(inherited({}, "nonsense"), "<null>");
}

TEST(ConfigLayers, an_override_that_does_not_parse_counts_as_not_set) {
  EXPECT_EQ(
      effective_config(ConfigKind::topic, "segment.bytes", {{"segment.bytes", "14"}}, ConfigMap{}),
      "1073741824");
}

TEST(ConfigLayers, a_groups_assignor_is_the_brokers_first) {
  EXPECT_EQ(effective_config(ConfigKind::group, "streams.assignor.name", {},
                             ConfigMap{{"group.streams.assignors", "mine,sticky"}}),
            "mine");
}

}  // namespace
}  // namespace weir::metadata
