#include "metadata/config/config_definition.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "metadata/config/config_layers.h"
#include "metadata/config/testdata_test_support.h"

namespace weir::metadata {
namespace {

const std::map<std::string, ConfigKind> kinds = {{"topic", ConfigKind::topic},
                                                 {"broker", ConfigKind::broker},
                                                 {"group", ConfigKind::group},
                                                 {"client-metrics", ConfigKind::client_metrics}};

const std::map<std::string, ConfigType> types = {
    {"BOOLEAN", ConfigType::boolean},  {"STRING", ConfigType::string},
    {"INT", ConfigType::int32},        {"SHORT", ConfigType::int16},
    {"LONG", ConfigType::int64},       {"DOUBLE", ConfigType::real},
    {"LIST", ConfigType::list},        {"CLASS", ConfigType::class_name},
    {"PASSWORD", ConfigType::password}};

std::string update_mode(const ConfigDefinition& definition) {
  switch (definition.update) {
    case ConfigUpdate::read_only:
      return "read-only";
    case ConfigUpdate::per_broker:
      return "per-broker";
    case ConfigUpdate::cluster_wide:
      return "cluster-wide";
  }
  return "";
}

TEST(ConfigDefinition, every_config_of_kafka_stands_in_the_tables_with_its_type_and_default) {
  std::map<ConfigKind, std::set<std::string>> seen;
  for (const auto& row : read_rows("definitions.tsv")) {
    SCOPED_TRACE(row[0] + " " + row[1]);
    const ConfigKind kind = kinds.at(row[0]);
    const ConfigDefinition* definition = find_config(kind, row[1]);
    ASSERT_NE(definition, nullptr);
    seen[kind].insert(row[1]);
    EXPECT_EQ(definition->type, types.at(row[2]));
    const bool none = row[3] == "<required>" || row[3] == "null";
    EXPECT_EQ(std::string(definition->kafka_default_value.value_or("<none>")),
              none ? "<none>" : row[3]);
    EXPECT_EQ(definition->is_internal, row[4] == "internal");
    if (kind == ConfigKind::broker) EXPECT_EQ(update_mode(*definition), row[5]);
  }
  for (const auto& [name, kind] : kinds) {
    for (const ConfigDefinition& definition : config_definitions(kind)) {
      EXPECT_TRUE(definition.is_dynamic_only || seen[kind].contains(std::string(definition.name)))
          << definition.name << " is not Kafka's";
    }
  }
}

TEST(ConfigDefinition, tables_are_whole) {
  for (const auto& [label, kind] : kinds) {
    std::set<std::string_view> names;
    for (const ConfigDefinition& definition : config_definitions(kind)) {
      SCOPED_TRACE(definition.name);
      EXPECT_TRUE(names.insert(definition.name).second) << "twice";
      EXPECT_TRUE(definition.documentation.ends_with('.'));
      EXPECT_EQ(definition.effect == ConfigEffect::refused, !definition.reason.empty());
      if (definition.default_value) {
        const auto value = parse_config(definition, *definition.default_value);
        ASSERT_TRUE(value.has_value()) << value.error().what;
        EXPECT_EQ(format_config(*value), std::string(*definition.default_value));
      }
      for (const ConfigSynonym& synonym : definition.broker_synonyms()) {
        EXPECT_NE(find_config(ConfigKind::broker, synonym.name), nullptr) << synonym.name;
      }
    }
  }
}

TEST(ConfigDefinition, our_defaults_differ_from_kafkas_for_stated_reasons_only) {
  std::set<std::string> differ;
  for (const auto& [label, kind] : kinds) {
    for (const ConfigDefinition& definition : config_definitions(kind)) {
      if (definition.default_value != definition.kafka_default_value) {
        differ.insert(std::string(definition.name));
      }
    }
  }
  EXPECT_EQ(differ, (std::set<std::string>{"flush.messages", "log.flush.interval.messages",
                                           "log.flush.offset.checkpoint.interval.ms", "node.id",
                                           "process.roles", "controller.listener.names",
                                           "listeners", "log.dir"}));
}

TEST(ConfigDefinition, a_misspelt_name_finds_its_neighbour) {
  const auto near = [](std::string_view name) {
    return nearest_config_name(ConfigKind::broker, name);
  };
  EXPECT_EQ(near("log.retention.mss"), "log.retention.ms");
  EXPECT_EQ(near("log_retention_ms"), "log.retention.ms");
  EXPECT_EQ(near("lgo.retention.ms"), "log.retention.ms");
  EXPECT_EQ(near("LOG.DIRS"), "log.dirs");
  EXPECT_EQ(near("retention.ms"), "log.retention.ms");  // the topic's name
  EXPECT_EQ(near("max.message.bytes"), "message.max.bytes");
  EXPECT_EQ(near("zookeeper.connect.string.of.old"), "");
  EXPECT_EQ(near(""), "");
  EXPECT_EQ(near(std::string(100000, 'x')), "");
  EXPECT_EQ(nearest_config_name(ConfigKind::topic, "retention.m"), "retention.ms");
}

TEST(ConfigDefinition, a_listeners_own_config_is_the_base_config) {
  EXPECT_EQ(find_broker_config("listener.name.plaintext.max.connections")->name, "max.connections");
  EXPECT_EQ(find_broker_config("listener.name.a.scram-sha-256.sasl.jaas.config")->name,
            "sasl.jaas.config");
  EXPECT_EQ(find_broker_config("listener.name.a.nonsense"), nullptr);
  EXPECT_FALSE(is_listener_config("listener.name.a"));
  EXPECT_FALSE(is_listener_config("listener.name..x"));
  EXPECT_FALSE(is_listener_config("listeners"));
}

TEST(ConfigDefinition, a_kind_without_a_table_knows_nothing) {
  EXPECT_TRUE(config_definitions(ConfigKind::broker_logger).empty());
  EXPECT_EQ(find_config(ConfigKind::broker_logger, "root"), nullptr);
}

}  // namespace
}  // namespace weir::metadata
