// weir group list, describe, lag, members.

#include <fmt/format.h>

#include <algorithm>

#include "app/cli/commands/commands.h"
#include "app/cli/commands/group_facts.h"

namespace weir::app {
namespace {

class GroupList final : public ClientCommand {
 public:
  std::string_view name() const override { return "group list"; }
  std::string_view summary() const override { return "Lists the groups"; }

 private:
  void describe_own(Options& options) override {
    options.option("-s,--state", "STATE", states_, "only groups in this state; may be repeated");
    options.option("--type", "TYPE", types_, "only groups of this type; may be repeated");
  }

  Task<Exit> run_in(Session& session) override {
    auto listing =
        session.admin.list_groups({.states = states_, .types = types_}, session.deadline());
    const auto groups = co_await std::move(listing);
    if (!groups) co_return session.complain("", groups.error());
    Report report;
    Section& table = report.table(
        "", {{"group"}, {"state"}, {"type"}, {"protocol_type", true}, {"coordinator", true}});
    for (const auto& [group, listed] : *groups) {
      table.add({group, listed.state, listed.type, listed.protocol_type,
                 std::int64_t{listed.coordinator}});
    }
    auto showing = session.show(report);
    co_return co_await std::move(showing) ? Exit::done : Exit::failed;
  }

  std::vector<std::string> states_, types_;
};

Cell optional_cell(const std::optional<std::int64_t>& value) {
  return value ? Cell{*value} : Cell{};
}

const client::MemberDescription* owner(const client::GroupDescription& group,
                                       const client::TopicPartition& of) {
  for (const client::MemberDescription& member : group.members) {
    if (std::ranges::count(member.assignment, of) > 0) return &member;
  }
  return nullptr;
}

// Commands about groups that are named.
class GroupCommand : public ClientCommand {
 protected:
  void describe_own(Options& options) override {
    options.argument("GROUP", groups_, "the groups").completes = Completes::groups;
  }
  virtual Task<client::Outcome<Report>> report_of(Session& session, std::string group,
                                                  const client::GroupDescription& described) = 0;

  Task<Exit> run_in(Session& session) override {
    auto describing = session.admin.describe_groups(groups_, session.deadline());
    const auto described = co_await std::move(describing);
    Exits exits;
    std::vector<Report> reports;
    for (const std::string& group : groups_) {
      const auto& found = described.at(group);
      if (!found) {
        exits.add(session.complain("", found.error()));
        continue;
      }
      auto reporting = report_of(session, group, *found);
      auto report = co_await std::move(reporting);
      if (!report) {
        exits.add(session.complain("", report.error()));
        continue;
      }
      reports.push_back(*std::move(report));
      exits.add(Exit::done);
    }
    auto showing = session.show(print(reports, session.format()));
    if (!co_await std::move(showing)) co_return Exit::failed;
    co_return exits.result();
  }

  static std::vector<client::TopicPartition> assigned(const client::GroupDescription& group) {
    std::vector<client::TopicPartition> all;
    for (const client::MemberDescription& member : group.members) {
      all.insert(all.end(), member.assignment.begin(), member.assignment.end());
    }
    return all;
  }

  std::vector<std::string> groups_;
};

Section& put_members(Report& report, const std::string& group,
                     const client::GroupDescription& described) {
  Section& table = report.table("members", {{.name = "group", .only_csv = true},
                                            {"member"},
                                            {"instance", true},
                                            {"client_id"},
                                            {"host"},
                                            {"partitions"}});
  for (const client::MemberDescription& member : described.members) {
    std::vector<std::string> partitions;
    for (const auto& of : member.assignment) {
      partitions.push_back(fmt::format("{}:{}", of.topic, of.partition));
    }
    table.add({group, member.id, member.instance_id ? Cell{*member.instance_id} : Cell{},
               member.client_id, member.host, std::move(partitions)});
  }
  return table;
}

class GroupDescribe final : public GroupCommand {
 public:
  std::string_view name() const override { return "group describe"; }
  std::string_view summary() const override {
    return "Shows state, members, committed offsets and lag of groups";
  }

 private:
  Task<client::Outcome<Report>> report_of(Session& session, std::string group,
                                          const client::GroupDescription& described) override {
    auto finding = group_partitions(session, group, assigned(described));
    CO_TRY_ASSIGN(const auto partitions, co_await std::move(finding));
    LagSum total;
    for (const GroupPartition& partition : partitions) total.add(partition);
    Report report;
    report.record("", {{"group", group},
                       {"state", described.state},
                       {"type", described.type},
                       {"assignor", described.protocol},
                       {"coordinator", std::int64_t{described.coordinator}},
                       {"members_count", static_cast<std::int64_t>(described.members.size())},
                       {"total_lag", optional_cell(total.lag)}});
    Section& table = report.table("partitions", {{.name = "group", .only_csv = true},
                                                 {"topic"},
                                                 {"partition"},
                                                 {"committed_offset"},
                                                 {"start_offset", true},
                                                 {"end_offset"},
                                                 {"lag"},
                                                 {"member"},
                                                 {"client_id"},
                                                 {"host"},
                                                 {"metadata", true}});
    table.in_csv = true;
    for (const GroupPartition& partition : partitions) {
      const client::MemberDescription* member = owner(described, partition.of);
      table.add({group, partition.of.topic, std::int64_t{partition.of.partition},
                 optional_cell(partition.committed), optional_cell(partition.first),
                 optional_cell(partition.last), optional_cell(partition.lag()),
                 member ? Cell{member->id} : Cell{}, member ? Cell{member->client_id} : Cell{},
                 member ? Cell{member->host} : Cell{}, partition.metadata});
    }
    put_members(report, group, described);
    co_return report;
  }
};

class GroupLag final : public GroupCommand {
 public:
  std::string_view name() const override { return "group lag"; }
  std::string_view summary() const override { return "Shows how far groups are behind, by topic"; }

 private:
  Task<client::Outcome<Report>> report_of(Session& session, std::string group,
                                          const client::GroupDescription& described) override {
    auto finding = group_partitions(session, group, assigned(described));
    CO_TRY_ASSIGN(const auto partitions, co_await std::move(finding));
    std::map<std::string, LagSum> by_topic;
    for (const GroupPartition& partition : partitions) by_topic[partition.of.topic].add(partition);
    Report report;
    Section& table = report.table("", {{"group"}, {"topic"}, {"partitions"}, {"lag"}});
    for (const auto& [topic, sum] : by_topic) {
      table.add({group, topic, sum.partitions, optional_cell(sum.lag)});
    }
    co_return report;
  }
};

class GroupMembers final : public GroupCommand {
 public:
  std::string_view name() const override { return "group members"; }
  std::string_view summary() const override { return "Lists the members of groups"; }

 private:
  Task<client::Outcome<Report>> report_of(Session&, std::string group,
                                          const client::GroupDescription& described) override {
    Report report;
    Section& table = put_members(report, group, described);
    table.name.clear();
    table.columns[0].only_csv = false;
    co_return report;
  }
};

}  // namespace

void add_group_commands(Commands& commands) {
  commands.push_back(std::make_unique<GroupList>());
  commands.push_back(std::make_unique<GroupDescribe>());
  commands.push_back(std::make_unique<GroupLag>());
  commands.push_back(std::make_unique<GroupMembers>());
}

}  // namespace weir::app
