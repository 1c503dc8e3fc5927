// weir topic alter, add-partitions, delete.

#include <fmt/format.h>

#include "app/cli/commands/changes.h"
#include "app/cli/commands/commands.h"

namespace weir::app {
namespace {

class TopicAlter final : public ClientCommand {
 public:
  std::string_view name() const override { return "topic alter"; }
  std::string_view summary() const override { return "Changes settings of topics"; }

 private:
  void describe_own(Options& options) override {
    options.argument("NAME", names_, "the topics").completes = Completes::topics;
    options.option("-c,--set", "NAME=VALUE", set_, "a setting, as in retention.ms=7d");
    options.option("-d,--delete", "NAME", remove_, "a setting that gets its default back");
    options.flag("--dry-run", dry_run_, "let the cluster check, and change nothing");
  }
  Result<> check() override {
    if (set_.empty() && remove_.empty()) {
      return fail(Errc::invalid, "nothing to change: --set NAME=VALUE or --delete NAME");
    }
    TRY_ASSIGN(settings_, parse_configs(set_));
    return {};
  }

  Task<Exit> run_in(Session& session) override {
    std::vector<client::ConfigAlteration> changes;
    for (const auto& [name, value] : settings_) {
      changes.push_back({name, client::AlterOperation::set, value});
    }
    for (const std::string& name : remove_) {
      changes.push_back({name, client::AlterOperation::remove, ""});
    }
    std::map<client::ConfigResource, std::vector<client::ConfigAlteration>> all;
    for (const std::string& name : names_) {
      all[{client::ConfigResourceType::topic, name}] = changes;
    }
    auto altering = session.admin.alter_configs(std::move(all), dry_run_, session.deadline());
    Exits exits;
    const auto outcomes = co_await std::move(altering);
    Report report;
    Section& table = report.table("", setting_columns("topic"));
    for (const auto& [resource, outcome] : outcomes) {
      exits.add(outcome ? Exit::done : session.complain("", outcome.error()));
      if (outcome) put_settings(table, resource.name, changes, !dry_run_);
    }
    auto showing = session.show(report);
    if (!co_await std::move(showing)) co_return Exit::failed;
    co_return exits.result();
  }

  std::vector<std::string> names_, set_, remove_;
  std::map<std::string, std::string> settings_;
  bool dry_run_ = false;
};

class TopicAddPartitions final : public ClientCommand {
 public:
  std::string_view name() const override { return "topic add-partitions"; }
  std::string_view summary() const override { return "Adds partitions to topics"; }
  std::string_view details() const override {
    return "Keys of the topic go to other partitions afterwards: records of one key that were\n"
           "written before and after stand in different partitions.";
  }

 private:
  void describe_own(Options& options) override {
    options.argument("NAME", names_, "the topics").completes = Completes::topics;
    options.option("-n,--num", "N", more_, "how many more");
    options.option("-t,--total", "N", total_, "how many there shall be");
    options.flag("--dry-run", dry_run_, "let the cluster check, and add nothing");
  }
  Result<> check() override {
    if (more_.has_value() == total_.has_value()) {
      return fail(Errc::invalid, "either --num or --total is expected");
    }
    TRY(check_number("--num", more_, 1, INT32_MAX / 2));
    return check_number("--total", total_, 1, INT32_MAX / 2);
  }

  Task<Exit> run_in(Session& session) override {
    auto describing = session.admin.describe_topics(names_, session.deadline());
    const auto described = co_await std::move(describing);
    std::map<std::string, client::NewPartitions> wanted;
    Exits exits;
    for (const auto& [name, topic] : described) {
      if (!topic) {
        exits.add(session.complain("", topic.error()));
        continue;
      }
      const auto now = static_cast<std::int64_t>(topic->partitions.size());
      wanted[name].total = static_cast<std::int32_t>(total_ ? *total_ : now + *more_);
    }
    if (wanted.empty()) co_return exits.result();
    auto adding = session.admin.create_partitions(wanted, dry_run_, session.deadline());
    const auto outcomes = co_await std::move(adding);
    Report report;
    Section& table = report.table("", {{"topic"}, {"partitions"}, {"added"}});
    for (const auto& [name, outcome] : outcomes) {
      exits.add(outcome ? Exit::done : session.complain("", outcome.error()));
      if (outcome) table.add({name, std::int64_t{wanted.at(name).total}, !dry_run_});
    }
    auto showing = session.show(report);
    if (!co_await std::move(showing)) co_return Exit::failed;
    co_return exits.result();
  }

  std::vector<std::string> names_;
  std::optional<std::int64_t> more_, total_;
  bool dry_run_ = false;
};

class TopicDelete final : public ClientCommand {
 public:
  std::string_view name() const override { return "topic delete"; }
  std::string_view summary() const override { return "Deletes topics with their records"; }

 private:
  void describe_own(Options& options) override {
    options.argument("NAME", names_, "the topics").completes = Completes::topics;
    options.flag("--if-exists", if_exists_, "a topic that is not there is no error");
    consent_.describe(options);
  }

  Task<Exit> run_in(Session& session) override {
    auto describing = session.admin.describe_topics(names_, session.deadline());
    const auto described = co_await std::move(describing);
    std::vector<std::string> there;
    Exits exits;
    for (const auto& [name, topic] : described) {
      if (topic) {
        there.push_back(name);
      } else if (if_exists_ &&
                 topic.error().answer == wire::ErrorCode::unknown_topic_or_partition) {
        exits.add(Exit::done);
      } else {
        exits.add(session.complain("", topic.error()));
      }
    }
    if (there.empty()) co_return exits.result();
    auto asking =
        consent_.ask(session, fmt::format("delete {} with all records", fmt::join(there, ", ")));
    if (const Exit answer = co_await std::move(asking); answer != Exit::done) co_return answer;
    Report report;
    Section& table = report.table("", {{"topic"}, {"deleted"}});
    if (consent_.dry_run) {
      for (const std::string& name : there) table.add({name, false});
    } else {
      auto deleting = session.admin.delete_topics(std::move(there), session.deadline());
      const auto outcomes = co_await std::move(deleting);
      for (const auto& [name, outcome] : outcomes) {
        exits.add(outcome ? Exit::done : session.complain("", outcome.error()));
        if (outcome) table.add({name, true});
      }
    }
    auto showing = session.show(report);
    if (!co_await std::move(showing)) co_return Exit::failed;
    co_return exits.result();
  }

  std::vector<std::string> names_;
  bool if_exists_ = false;
  Consent consent_;
};

}  // namespace

void add_topic_change_commands(Commands& commands) {
  commands.push_back(std::make_unique<TopicAlter>());
  commands.push_back(std::make_unique<TopicAddPartitions>());
  commands.push_back(std::make_unique<TopicDelete>());
}

}  // namespace weir::app
