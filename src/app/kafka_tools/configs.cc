// kafka-configs (Kafka's ConfigCommand).

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/kafka_tools/all_tools.h"
#include "app/kafka_tools/java_text.h"

namespace weir::app::kafka {
namespace {

using client::ConfigResource;
using client::ConfigResourceType;
using client::ConfigSource;

// A kind of thing that has configs: --entity-type NAME --entity-name ..., or --FLAG ...
struct EntityType {
  std::string_view name;
  std::string_view flag;
  std::string_view defaults_flag;  // of all of them; empty: there is none
  ConfigResourceType type = ConfigResourceType::unknown;
  ConfigSource own = ConfigSource::unknown;  // of configs of its own; unknown: all are
};
constexpr EntityType entity_types[] = {
    {"topics", "topic", "", ConfigResourceType::topic, ConfigSource::dynamic_topic},
    {"brokers", "broker", "broker-defaults", ConfigResourceType::broker,
     ConfigSource::dynamic_broker},
    {"broker-loggers", "broker-logger", "", ConfigResourceType::broker_logger,
     ConfigSource::unknown},
    {"client-metrics", "client-metrics", "", ConfigResourceType::client_metrics,
     ConfigSource::dynamic_client_metrics},
    {"groups", "group", "", ConfigResourceType::group, ConfigSource::dynamic_group},
};
// What Kafka has configs for and this program does not.
constexpr std::string_view refused_types[] = {"users", "clients", "ips"};
constexpr std::string_view refusal = "quotas and SCRAM credentials are not built yet";

const EntityType* find_type(std::string_view name) {
  const auto* const found = std::ranges::find(entity_types, name, &EntityType::name);
  return found == std::end(entity_types) ? nullptr : found;
}

std::string_view singular(const EntityType& type) {
  return type.name.substr(0, type.name.size() - 1);
}

// Splits where no bracket is open.
std::vector<std::string> split_outside_brackets(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  int open = 0;
  for (const char letter : text) {
    open += letter == '[' ? 1 : letter == ']' && open > 0 ? -1 : 0;
    if (letter == separator && open == 0) {
      parts.emplace_back();
    } else {
      parts.back() += letter;
    }
  }
  return parts;
}

class Configs final : public ClientTool {
 public:
  std::string_view name() const override { return "kafka-configs"; }

 private:
  std::string_view about() const override {
    return "Shows and changes configs of topics, brokers, groups and client metrics.";
  }

  void describe(ArgumentParser& parser) const override {
    add_connection(parser);
    parser.refuse("bootstrap-controller", Takes::value,
                  "controllers are reached by way of brokers");
    parser.flag("describe", "Show configs");
    parser.flag("alter", "Change configs");
    parser.flag("all", "Show also those that are not its own");
    parser.option("entity-type", "topics, brokers, broker-loggers, client-metrics or groups");
    parser.option("entity-name", "Which one");
    parser.flag("entity-default", "The default of all brokers");
    parser.option("add-config", "name=value,name=[value,value]");
    parser.option("add-config-file", "A file of properties");
    parser.option("delete-config", "Names, with commas between").splits = true;
    for (const EntityType& type : entity_types) {
      parser.option(std::string(type.flag),
                    fmt::format("--entity-type {} --entity-name", type.name));
    }
    parser.flag("broker-defaults", "--entity-type brokers --entity-default");
    for (const char* const flag : {"user", "client", "ip"}) {
      parser.refuse(flag, Takes::value, std::string(refusal));
      parser.refuse(fmt::format("{}-defaults", flag), Takes::nothing, std::string(refusal));
    }
  }

  Ran<> check(const Arguments& given, Console&) override {
    if (given.has("alter") == given.has("describe")) {
      return bad_usage("Command must include exactly one action: --describe, --alter");
    }
    TRY(forbid_with(given, "describe", {"alter", "add-config", "delete-config"}));
    std::vector<std::string> types = given.values("entity-type");
    for (const EntityType& type : entity_types) {
      const bool has_defaults = !type.defaults_flag.empty() && given.has(type.defaults_flag);
      if (given.has(type.flag) || has_defaults) types.emplace_back(type.name);
    }
    TRY(check_types(given, types));
    TRY(read_name(given));
    TRY(check_name(given));
    return given.has("alter") ? check_changes(given) : Ran<>();
  }

  Ran<> check_types(const Arguments& given, const std::vector<std::string>& types) {
    const bool has_server = given.has("bootstrap-server");
    std::set<std::string> seen;
    for (const std::string& type : types) {
      if (!seen.insert(type).second) {
        return illegal_argument(fmt::format("Duplicate entity type(s) specified: {}", type));
      }
    }
    for (const std::string& type : types) {
      if (std::ranges::find(refused_types, type) != std::end(refused_types)) {
        return illegal_argument(
            fmt::format("--entity-type {} is not supported: {}", type, refusal));
      }
      if (!find_type(type)) {
        return illegal_argument(fmt::format(
            "Invalid entity type {}, the entity type must be one of topics, clients, users, "
            "brokers, ips, client-metrics, groups, broker-loggers with a --bootstrap-server or "
            "--bootstrap-controller argument",
            type));
      }
    }
    if (types.empty()) return illegal_argument("At least one entity type must be specified");
    if (types.size() > 1) {
      return illegal_argument("Only 'users' and 'clients' entity types may be specified together");
    }
    type_ = find_type(types.front());
    const bool is_named_by_type =
        given.has("entity-type") || given.has("entity-name") || given.has("entity-default");
    if (is_named_by_type && !given.has("entity-type")) {
      return illegal_argument(
          "--entity-{type,name,default} should not be used in conjunction with specific entity "
          "flags");
    }
    if (!has_server) {
      return illegal_argument(
          "Either --bootstrap-server or --bootstrap-controller must be specified.");
    }
    return {};
  }

  Ran<> read_name(const Arguments& given) {
    TRY_ASSIGN(const auto by_flag, given.value(type_->flag));
    TRY_ASSIGN(const auto by_name, given.value("entity-name"));
    name_ = by_flag ? by_flag : by_name;
    const bool has_defaults = !type_->defaults_flag.empty() && given.has(type_->defaults_flag);
    if (!name_ && (given.has("entity-default") || has_defaults)) name_ = "";
    return {};
  }

  Ran<> check_name(const Arguments& given) const {
    const bool is_broker = type_->type == ConfigResourceType::broker ||
                           type_->type == ConfigResourceType::broker_logger;
    if (is_broker && name_ && !name_->empty() && !parse_int(*name_)) {
      return illegal_argument(
          fmt::format("The entity name for {} must be a valid integer broker id, but it is: {}",
                      type_->name, *name_));
    }
    const bool has_default = type_->type == ConfigResourceType::broker;
    if (given.has("describe")) {
      if (!has_default && given.has("entity-default")) {
        return illegal_argument(fmt::format(
            "--entity-default must not be specified with --describe of {}", type_->name));
      }
      if (type_->type == ConfigResourceType::broker_logger && (!name_ || name_->empty())) {
        return illegal_argument(
            fmt::format("An entity name must be specified with --describe of {}", type_->name));
      }
      return {};
    }
    if (has_default && !name_) {
      return illegal_argument(
          "An entity-name or default entity must be specified with --alter of users, clients, "
          "brokers or ips");
    }
    if (!has_default && (!name_ || name_->empty())) {
      return illegal_argument(
          fmt::format("An entity name must be specified with --alter of {}", type_->name));
    }
    return {};
  }

  Ran<> check_changes(const Arguments& given) const {
    if (given.has("add-config") && given.has("add-config-file")) {
      return illegal_argument("Only one of --add-config or --add-config-file must be specified");
    }
    if (!given.has("add-config") && !given.has("add-config-file") && !given.has("delete-config")) {
      return illegal_argument(
          "At least one of --add-config, --add-config-file, or --delete-config must be specified "
          "with --alter");
    }
    return {};
  }

  int fail(const JavaError& error, const Program& program, Console& console) const override {
    if (error.type == "java.lang.IllegalArgumentException" || is_option_error(error)) {
      return refuse(error, program, console);
    }
    console.err_line(fmt::format("Error while executing config command with args '{}'",
                                 joined(program.arguments, " ")));
    console.err_line(error.text());
    return 1;
  }

  Task<Ran<>> play(ToolRun& run) override {
    auto playing = run.given.has("alter") ? alter(run) : describe(run);
    co_return co_await std::move(playing);
  }

  // --- alter ---
  static Ran<std::vector<client::ConfigAlteration>> changes(const Arguments& given) {
    Properties added;
    TRY_ASSIGN(const auto path, given.value("add-config-file"));
    if (path) TRY(added.add_file(*path));
    TRY_ASSIGN(const auto text, given.value("add-config"));
    if (text) {
      for (const std::string& word : split_outside_brackets(*text, ',')) {
        std::vector<std::string> pair = split_outside_brackets(word, '=');
        if (pair.size() != 2) {
          return illegal_argument(
              "requirement failed: Invalid entity config: all configs to be added must be in the "
              "format \"key=val\" or  \"key=[val1,val2]\" to group values which contain commas.");
        }
        std::erase_if(pair[1], [](char letter) { return letter == '[' || letter == ']'; });
        added.set(std::string(trimmed(pair[0])), std::string(trimmed(pair[1])));
      }
    }
    std::vector<client::ConfigAlteration> all;
    for (const Properties::Entry& entry : added.entries()) {
      const bool is_good = std::ranges::all_of(entry.name, [](unsigned char letter) {
        return std::isalnum(letter) != 0 || letter == '$' || letter == '.' || letter == '_' ||
               letter == '-';
      });
      if (!is_good) {
        return illegal_argument(
            fmt::format("Invalid character found for config key: {}", entry.name));
      }
      all.push_back({entry.name, client::AlterOperation::set, entry.value});
    }
    for (const std::string& name : given.values("delete-config")) {
      all.push_back({std::string(trimmed(name)), client::AlterOperation::remove, ""});
    }
    return all;
  }

  static Task<Ran<>> check_loggers(ToolRun& run, ConfigResource of,
                                   const std::vector<client::ConfigAlteration>& all) {
    auto asking = run.admin.describe_configs({of}, {.synonyms = true}, run.deadline());
    const auto described = co_await std::move(asking);
    const auto& known = described.at(of);
    if (!known) co_return std::unexpected(JavaError(known.error()).in_execution());
    std::vector<std::string> unknown;
    for (const client::ConfigAlteration& each : all) {
      const bool is_known =
          std::ranges::find(*known, each.name, &client::ConfigEntry::name) != known->end();
      if (!is_known) unknown.push_back(each.name);
    }
    if (unknown.empty()) co_return Ran<>();
    run.console.err_line("Invalid broker logger(s): " + joined(unknown, ","));
    co_return std::unexpected(JavaError::ended(1));
  }

  Task<Ran<>> alter(ToolRun& run) {
    CO_TRY_ASSIGN(auto all, changes(run.given));
    std::map<ConfigResource, std::vector<client::ConfigAlteration>> wanted;
    const ConfigResource resource{type_->type, *name_};
    if (type_->type == ConfigResourceType::broker_logger) {
      auto checking = check_loggers(run, resource, all);
      CO_TRY(co_await std::move(checking));
    }
    wanted[resource] = std::move(all);
    auto altering = run.admin.alter_configs(std::move(wanted), false, run.deadline());
    const auto altered = co_await std::move(altering);
    const auto& outcome = altered.at(resource);
    if (!outcome) co_return std::unexpected(JavaError(outcome.error()).in_execution());
    run.console.out_line(
        name_->empty()
            ? fmt::format("Completed updating default config for {} in the cluster.", type_->name)
            : fmt::format("Completed updating config for {} {}.", singular(*type_), *name_));
    co_return Ran<>();
  }

  // --- describe ---
  // All that there are of the type; the default of brokers is "".
  Task<Ran<std::vector<std::string>>> existing(ToolRun& run) {
    std::vector<std::string> names;
    if (type_->type == ConfigResourceType::topic) {
      auto listing = run.admin.list_topics(true, run.deadline());
      const auto topics = co_await std::move(listing);
      if (!topics) co_return std::unexpected(JavaError(topics.error()).in_execution());
      for (const auto& [topic, listed] : *topics) names.push_back(topic);
      sort_as_hash_map(names);
      co_return names;
    }
    if (type_->type == ConfigResourceType::broker ||
        type_->type == ConfigResourceType::broker_logger) {
      auto asking = run.admin.describe_cluster(false, run.deadline());
      const auto cluster = co_await std::move(asking);
      if (!cluster) co_return std::unexpected(JavaError(cluster.error()).in_execution());
      for (const auto& broker : cluster->brokers) names.push_back(std::to_string(broker.id));
      names.emplace_back();
      co_return names;
    }
    std::set<std::string> found;
    if (type_->type == ConfigResourceType::group) {
      auto listing = run.admin.list_groups({}, run.deadline());
      const auto groups = co_await std::move(listing);
      if (!groups) co_return std::unexpected(JavaError(groups.error()).in_execution());
      for (const auto& [group, listed] : *groups) found.insert(group);
    }
    auto listing = run.admin.list_config_resources({type_->type}, run.deadline());
    const auto resources = co_await std::move(listing);
    if (!resources) co_return std::unexpected(JavaError(resources.error()).in_execution());
    for (const ConfigResource& resource : *resources) found.insert(resource.name);
    co_return std::vector<std::string>(found.begin(), found.end());
  }

  Task<Ran<>> describe(ToolRun& run) {
    auto finding = existing(run);
    CO_TRY_ASSIGN(std::vector<std::string> names, co_await std::move(finding));
    if (name_) {
      if (std::ranges::find(names, *name_) == names.end()) {
        run.console.out_line(
            fmt::format("The {} '{}' doesn't exist and doesn't have dynamic config.",
                        singular(*type_), *name_));
        co_return Ran<>();
      }
      names = {*name_};
    }
    const bool shows_all = run.given.has("all");
    for (const std::string& name : names) {
      run.console.out_line(
          name.empty() ? fmt::format("Default configs for {} in the cluster are:", type_->name)
                       : fmt::format("{} configs for {} {} are:", shows_all ? "All" : "Dynamic",
                                     singular(*type_), name));
      const ConfigResource resource{type_->type, name};
      auto asking = run.admin.describe_configs({resource}, {.synonyms = true}, run.deadline());
      const auto described = co_await std::move(asking);
      const auto& entries = described.at(resource);
      if (!entries) co_return std::unexpected(JavaError(entries.error()).in_execution());
      print(run.console, name, *entries, shows_all);
    }
    co_return Ran<>();
  }

  void print(Console& console, const std::string& name, std::vector<client::ConfigEntry> entries,
             bool shows_all) const {
    const bool is_default = type_->type == ConfigResourceType::broker && name.empty();
    const ConfigSource own = is_default ? ConfigSource::dynamic_default_broker : type_->own;
    std::ranges::sort(entries, {}, &client::ConfigEntry::name);
    for (const client::ConfigEntry& entry : entries) {
      if (!shows_all && own != ConfigSource::unknown && entry.source != own) continue;
      std::vector<std::string> synonyms;
      for (const client::ConfigSynonym& synonym : entry.synonyms) {
        synonyms.push_back(fmt::format("{}:{}={}", client::name_of(synonym.source), synonym.name,
                                       synonym.value.value_or("null")));
      }
      console.out_line(fmt::format("  {}={} sensitive={} synonyms={{{}}}", entry.name,
                                   entry.value.value_or("null"), entry.sensitive,
                                   joined(synonyms, ", ")));
    }
  }

  const EntityType* type_ = nullptr;
  std::optional<std::string> name_;  // empty: the default of all
};

}  // namespace

std::unique_ptr<Tool> configs_tool() { return std::make_unique<Configs>(); }

}  // namespace weir::app::kafka
