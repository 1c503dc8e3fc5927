// weir topic create, list, describe.

#include <fmt/format.h>

#include <algorithm>

#include "app/cli/commands/changes.h"
#include "app/cli/commands/commands.h"

namespace weir::app {
namespace {

class TopicCreate final : public ClientCommand {
 public:
  std::string_view name() const override { return "topic create"; }
  std::string_view summary() const override { return "Creates topics"; }

 private:
  void describe_own(Options& options) override {
    options.argument("NAME", names_, "the topics");
    options.option("-p,--partitions", "N", partitions_, "partitions of each (num.partitions)");
    options.option("-r,--replication-factor", "N", replication_, "replicas of each partition");
    options.option("-c,--config", "NAME=VALUE", configs_,
                   "a setting, as in retention.ms=7d; may be repeated");
    options.flag("--if-not-exists", if_not_exists_, "a topic that is there is no error");
    options.flag("--dry-run", dry_run_, "let the cluster check, and create nothing");
  }
  Result<> check() override {
    TRY(check_number("--partitions", partitions_, 1, INT32_MAX));
    TRY(check_number("--replication-factor", replication_, 1, INT16_MAX));
    TRY_ASSIGN(settings_, parse_configs(configs_));
    return {};
  }

  Task<Exit> run_in(Session& session) override {
    std::vector<client::NewTopic> topics;
    for (const std::string& name : names_) {
      client::NewTopic topic{.name = name, .assignment = {}, .configs = settings_};
      if (partitions_) topic.partitions = static_cast<std::int32_t>(*partitions_);
      if (replication_) topic.replication_factor = static_cast<std::int16_t>(*replication_);
      topics.push_back(std::move(topic));
    }
    auto creating = session.admin.create_topics(std::move(topics), dry_run_, session.deadline());
    const auto created = co_await std::move(creating);
    Report report;
    Section& table =
        report.table("", {{"topic"}, {"partitions"}, {"replication_factor"}, {"id"}, {"created"}});
    Exits exits;
    for (const auto& [name, topic] : created) {
      const bool is_there = !topic && topic.error().answer == wire::ErrorCode::topic_already_exists;
      if (is_there && if_not_exists_) {
        table.add({name, {}, {}, {}, false});
        exits.add(Exit::done);
      } else if (!topic) {
        exits.add(session.complain("", topic.error()));
      } else {
        table.add({name, std::int64_t{topic->partitions}, std::int64_t{topic->replication_factor},
                   topic->id.is_zero() ? Cell{} : Cell{topic->id.text()}, !dry_run_});
        exits.add(Exit::done);
      }
    }
    auto showing = session.show(report);
    if (!co_await std::move(showing)) co_return Exit::failed;
    co_return exits.result();
  }

  std::vector<std::string> names_, configs_;
  std::optional<std::int64_t> partitions_, replication_;
  std::map<std::string, std::string> settings_;
  bool if_not_exists_ = false, dry_run_ = false;
};

class TopicList final : public ClientCommand {
 public:
  std::string_view name() const override { return "topic list"; }
  std::string_view summary() const override { return "Lists the topics"; }

 private:
  void describe_own(Options& options) override {
    options.flag("-i,--internal", internal_, "internal topics, too");
  }

  Task<Exit> run_in(Session& session) override {
    auto listing = session.admin.list_topics(internal_, session.deadline());
    const auto topics = co_await std::move(listing);
    if (!topics) co_return session.complain("", topics.error());
    Report report;
    Section& table = report.table("", {{"name"}, {"partitions"}, {"internal", true}, {"id", true}});
    for (const auto& [name, topic] : *topics) {
      table.add({name, std::int64_t{topic.partitions}, topic.internal, topic.id.text()});
    }
    auto showing = session.show(report);
    co_return co_await std::move(showing) ? Exit::done : Exit::failed;
  }

  bool internal_ = false;
};

std::vector<std::int64_t> ids(const std::vector<BrokerId>& of) { return {of.begin(), of.end()}; }

class TopicDescribe final : public ClientCommand {
 public:
  std::string_view name() const override { return "topic describe"; }
  std::string_view summary() const override {
    return "Shows partitions, leaders, replicas, offsets and settings of topics";
  }

 private:
  void describe_own(Options& options) override {
    options.argument("NAME", names_, "the topics").completes = Completes::topics;
    options.flag("-a,--all-configs", all_configs_, "settings that have their default, too");
  }

  Task<Exit> run_in(Session& session) override {
    auto describing = session.admin.describe_topics(names_, session.deadline());
    const auto described = co_await std::move(describing);
    Exits exits;
    std::vector<Report> reports;
    for (const std::string& name : names_) {
      const auto& topic = described.at(name);
      if (!topic) {
        exits.add(session.complain("", topic.error()));
        continue;
      }
      auto reporting = describe_one(session, name, *topic);
      reports.push_back(co_await std::move(reporting));
      exits.add(Exit::done);
    }
    auto showing = session.show(print(reports, session.format()));
    if (!co_await std::move(showing)) co_return Exit::failed;
    co_return exits.result();
  }

  Task<Report> describe_one(Session& session, std::string name,
                            const client::TopicDescription& topic) {
    std::map<client::TopicPartition, client::OffsetSpec> first, last;
    for (const auto& partition : topic.partitions) {
      first[{name, partition.index}] = client::OffsetSpec::earliest();
      last[{name, partition.index}] = client::OffsetSpec::latest();
    }
    constexpr auto isolation = client::IsolationLevel::read_uncommitted;
    auto listing_first =
        session.admin.list_offsets(std::move(first), isolation, session.deadline());
    const auto firsts = co_await std::move(listing_first);
    auto listing_last = session.admin.list_offsets(std::move(last), isolation, session.deadline());
    const auto lasts = co_await std::move(listing_last);
    const client::ConfigResource resource{client::ConfigResourceType::topic, name};
    auto asking = session.admin.describe_configs({resource}, {}, session.deadline());
    const auto configs = co_await std::move(asking);
    Report report;
    report.record("", {{"name", name},
                       {"id", topic.id.text()},
                       {"partitions_count", static_cast<std::int64_t>(topic.partitions.size())},
                       {"internal", topic.internal}});
    put_configs(report, configs.at(resource));
    put_partitions(report, name, topic, firsts, lasts);
    co_return report;
  }

  void put_configs(Report& report, const client::Outcome<std::vector<client::ConfigEntry>>& of) {
    if (!of) return;
    Section& table = report.table("configs", {{"name"}, {"value"}, {"source"}});
    for (const client::ConfigEntry& entry : *of) {
      if (!all_configs_ && entry.source != client::ConfigSource::dynamic_topic) continue;
      table.add({entry.name, entry.value ? Cell{SettingText{entry.name, *entry.value}} : Cell{},
                 std::string(client::name_of(entry.source))});
    }
  }

  using Offsets = client::PerItem<client::TopicPartition, client::ListedOffset>;
  static Cell offset_of(const Offsets& offsets, const client::TopicPartition& of) {
    const auto& found = offsets.at(of);
    return found ? Cell{found->offset} : Cell{};
  }
  static void put_partitions(Report& report, const std::string& name,
                             const client::TopicDescription& topic, const Offsets& firsts,
                             const Offsets& lasts) {
    Section& table = report.table("partitions", {{.name = "topic", .only_csv = true},
                                                 {"partition"},
                                                 {"leader"},
                                                 {"leader_epoch", true},
                                                 {"replicas"},
                                                 {"isr"},
                                                 {"offline", true},
                                                 {"elr", true},
                                                 {"start_offset"},
                                                 {"end_offset"}});
    table.in_csv = true;
    for (const auto& partition : topic.partitions) {
      const client::TopicPartition of{name, partition.index};
      table.add({name, std::int64_t{partition.index},
                 partition.leader == no_broker ? Cell{} : Cell{std::int64_t{partition.leader}},
                 std::int64_t{partition.leader_epoch}, ids(partition.replicas),
                 ids(partition.in_sync), ids(partition.offline),
                 partition.eligible_leader_replicas ? Cell{ids(*partition.eligible_leader_replicas)}
                                                    : Cell{},
                 offset_of(firsts, of), offset_of(lasts, of)});
    }
  }

  std::vector<std::string> names_;
  bool all_configs_ = false;
};

}  // namespace

void add_topic_commands(Commands& commands) {
  commands.push_back(std::make_unique<TopicCreate>());
  commands.push_back(std::make_unique<TopicList>());
  commands.push_back(std::make_unique<TopicDescribe>());
}

}  // namespace weir::app
