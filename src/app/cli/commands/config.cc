// weir config get, set, unset, list.

#include <fmt/format.h>

#include <array>

#include "app/cli/commands/changes.h"
#include "app/cli/commands/commands.h"

namespace weir::app {
namespace {

using client::ConfigResource;
using client::ConfigResourceType;

struct TypeName {
  std::string_view word;
  ConfigResourceType type;
};
constexpr auto type_names =
    std::to_array<TypeName>({{"topic", ConfigResourceType::topic},
                             {"broker", ConfigResourceType::broker},
                             {"group", ConfigResourceType::group},
                             {"client-metrics", ConfigResourceType::client_metrics},
                             {"broker-logger", ConfigResourceType::broker_logger}});

std::string_view word_of(ConfigResourceType type) {
  for (const TypeName& each : type_names) {
    if (each.type == type) return each.word;
  }
  return "unknown";
}

// "topic/orders", "broker/1", "broker" (the default of all brokers), "group/g".
Result<ConfigResource> parse_resource(std::string_view word) {
  const std::size_t slash = word.find('/');
  const std::string_view kind = word.substr(0, slash);
  for (const TypeName& each : type_names) {
    if (each.word != kind) continue;
    ConfigResource resource{each.type,
                            slash == word.npos ? "" : std::string(word.substr(slash + 1))};
    if (resource.name.empty() && each.type != ConfigResourceType::broker) break;
    return resource;
  }
  return fail(Errc::invalid, fmt::format("'{}' names no configuration; expected is topic/NAME, "
                                         "broker/ID, broker (all of them) or group/NAME",
                                         word));
}

constexpr std::string_view resource_help =
    "topic/NAME, broker/ID, broker (the default of all brokers) or group/NAME";

void put_entries(Report& report, const std::vector<client::ConfigEntry>& entries, bool all,
                 const std::vector<std::string>& names) {
  Section& table = report.table(
      "",
      {{"name"}, {"value"}, {"source"}, {"type", true}, {"read_only", true}, {"sensitive", true}});
  for (const client::ConfigEntry& entry : entries) {
    if (!all && names.empty() && entry.is_default()) continue;
    table.add({entry.name, entry.value ? Cell{SettingText{entry.name, *entry.value}} : Cell{},
               std::string(client::name_of(entry.source)), std::string(client::name_of(entry.type)),
               entry.read_only, entry.sensitive});
  }
}

class ConfigGet final : public ClientCommand {
 public:
  std::string_view name() const override { return "config get"; }
  std::string_view summary() const override { return "Shows settings of a topic, broker or group"; }

 private:
  void describe_own(Options& options) override {
    options.argument("RESOURCE", word_, std::string(resource_help));
    options.argument("NAME", names_, "only these settings", false);
    options.flag("-a,--all", all_, "settings that have their default, too");
  }
  Result<> check() override {
    TRY_ASSIGN(resource_, parse_resource(word_));
    return {};
  }

  Task<Exit> run_in(Session& session) override {
    auto describing = session.admin.describe_configs(
        {resource_}, {.names = names_, .synonyms = false, .documentation = false},
        session.deadline());
    const auto described = co_await std::move(describing);
    const auto& entries = described.at(resource_);
    if (!entries) co_return session.complain("", entries.error());
    Report report;
    put_entries(report, *entries, all_, names_);
    auto showing = session.show(report);
    if (!co_await std::move(showing)) co_return Exit::failed;
    for (const std::string& wanted : names_) {
      const bool is_there = std::ranges::any_of(
          *entries, [&](const client::ConfigEntry& entry) { return entry.name == wanted; });
      if (!is_there) {
        co_return session.complain(fmt::format("{} has no setting '{}'", word_, wanted),
                                   Exit::not_found);
      }
    }
    co_return Exit::done;
  }

  std::string word_;
  ConfigResource resource_;
  std::vector<std::string> names_;
  bool all_ = false;
};

// set and unset.
class ConfigChange : public ClientCommand {
 protected:
  Result<> check() override {
    TRY_ASSIGN(resource_, parse_resource(word_));
    return read_changes();
  }
  virtual Result<> read_changes() = 0;

  Task<Exit> run_in(Session& session) override {
    std::map<ConfigResource, std::vector<client::ConfigAlteration>> all{{resource_, changes_}};
    auto altering = session.admin.alter_configs(std::move(all), dry_run_, session.deadline());
    const auto outcomes = co_await std::move(altering);
    const auto& outcome = outcomes.at(resource_);
    if (!outcome) co_return session.complain("", outcome.error());
    Report report;
    put_settings(report.table("", setting_columns("resource")), word_, changes_, !dry_run_);
    auto showing = session.show(report);
    co_return co_await std::move(showing) ? Exit::done : Exit::failed;
  }

  std::string word_;
  std::vector<std::string> words_;
  ConfigResource resource_;
  std::vector<client::ConfigAlteration> changes_;
  bool dry_run_ = false;
};

class ConfigSet final : public ConfigChange {
 public:
  std::string_view name() const override { return "config set"; }
  std::string_view summary() const override {
    return "Changes settings of a topic, broker or group";
  }

 private:
  void describe_own(Options& options) override {
    options.argument("RESOURCE", word_, std::string(resource_help));
    options.argument("NAME=VALUE", words_, "as in retention.ms=7d or segment.bytes=1GiB");
    options.flag("--dry-run", dry_run_, "let the cluster check, and change nothing");
  }
  Result<> read_changes() override {
    TRY_ASSIGN(const auto settings, parse_configs(words_));
    for (const auto& [setting, value] : settings) {
      changes_.push_back({setting, client::AlterOperation::set, value});
    }
    return {};
  }
};

class ConfigUnset final : public ConfigChange {
 public:
  std::string_view name() const override { return "config unset"; }
  std::string_view summary() const override { return "Gives settings their default back"; }

 private:
  void describe_own(Options& options) override {
    options.argument("RESOURCE", word_, std::string(resource_help));
    options.argument("NAME", words_, "the settings");
    options.flag("--dry-run", dry_run_, "let the cluster check, and change nothing");
  }
  Result<> read_changes() override {
    for (const std::string& setting : words_) {
      changes_.push_back({setting, client::AlterOperation::remove, ""});
    }
    return {};
  }
};

class ConfigList final : public ClientCommand {
 public:
  std::string_view name() const override { return "config list"; }
  std::string_view summary() const override { return "Lists what has settings of its own"; }

 private:
  void describe_own(Options& options) override {
    options.argument("TYPE", type_, "topic, broker, group, client-metrics or broker-logger", false);
  }
  Result<> check() override {
    if (type_.empty()) return {};
    for (const TypeName& each : type_names) {
      if (each.word == type_) types_ = {each.type};
    }
    if (types_.empty())
      return fail(Errc::invalid, fmt::format("'{}' is no type of resource", type_));
    return {};
  }

  Task<Exit> run_in(Session& session) override {
    auto listing = session.admin.list_config_resources(types_, session.deadline());
    const auto resources = co_await std::move(listing);
    if (!resources) co_return session.complain("", resources.error());
    Report report;
    Section& table = report.table("", {{"type"}, {"name"}});
    for (const ConfigResource& resource : *resources) {
      table.add({std::string(word_of(resource.type)), resource.name});
    }
    auto showing = session.show(report);
    co_return co_await std::move(showing) ? Exit::done : Exit::failed;
  }

  std::string type_;
  std::vector<ConfigResourceType> types_;
};

}  // namespace

void add_config_commands(Commands& commands) {
  commands.push_back(std::make_unique<ConfigGet>());
  commands.push_back(std::make_unique<ConfigSet>());
  commands.push_back(std::make_unique<ConfigUnset>());
  commands.push_back(std::make_unique<ConfigList>());
}

}  // namespace weir::app
