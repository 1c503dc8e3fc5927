// weir group reset, delete.

#include <fmt/format.h>

#include <algorithm>

#include "app/cli/commands/changes.h"
#include "app/cli/commands/commands.h"
#include "app/cli/commands/group_facts.h"
#include "app/cli/text/positions.h"

namespace weir::app {
namespace {

class GroupReset final : public ClientCommand {
 public:
  std::string_view name() const override { return "group reset"; }
  std::string_view summary() const override {
    return "Moves the committed offsets of a group that has no members";
  }

 private:
  void describe_own(Options& options) override {
    options.argument("GROUP", group_, "the group").completes = Completes::groups;
    options.argument("TOPIC[:PARTITIONS]", words_,
                     "topics, or some of their partitions; all that the group has read if absent",
                     false);
    auto& to = options.option("-t,--to", "POSITION", to_,
                              "start, end, an offset, -N before the end, or a time");
    to.required = true;
    consent_.describe(options);
  }
  Result<> check() override {
    for (const std::string& word : words_) {
      TRY_ASSIGN(auto parsed, parse_partition_word(word));
      parsed_.push_back(std::move(parsed));
    }
    return {};
  }

  Task<Exit> run_in(Session& session) override {
    const auto position = parse_positions(to_, session.env.clock.wall_ms());
    if (!position || position->to || position->from.kind == Position::Kind::stored) {
      co_return session.complain(fmt::format("--to {}: a position is expected", to_), Exit::usage);
    }
    auto checking = has_no_members(session);
    if (const Exit answer = co_await std::move(checking); answer != Exit::done) co_return answer;
    Exits exits;
    auto choosing = chosen(session, exits);
    const auto partitions = co_await std::move(choosing);
    if (partitions.empty()) {
      exits.add(session.complain("no partition to reset", Exit::not_found));
      co_return exits.result();
    }
    auto computing = targets(session, partitions, position->from, exits);
    const auto offsets = co_await std::move(computing);
    auto asking =
        consent_.ask(session, fmt::format("move {} offsets of group {}", offsets.size(), group_));
    if (const Exit answer = co_await std::move(asking); answer != Exit::done) co_return answer;
    client::PerItem<client::TopicPartition> outcomes;
    if (!consent_.dry_run) {
      auto altering = session.admin.alter_offsets(group_, offsets, session.deadline());
      outcomes = co_await std::move(altering);
    }
    Report report;
    Section& table = report.table("", {{"group"}, {"topic"}, {"partition"}, {"new_offset"}});
    for (const auto& [of, offset] : offsets) {
      const auto outcome = outcomes.find(of);
      if (outcome != outcomes.end() && !outcome->second) {
        exits.add(session.complain("", outcome->second.error()));
        continue;
      }
      exits.add(Exit::done);
      table.add({group_, of.topic, std::int64_t{of.partition}, offset.offset});
    }
    auto showing = session.show(report);
    if (!co_await std::move(showing)) co_return Exit::failed;
    co_return exits.result();
  }

  // A broker would only say that it does not know us. A group that is not there is made.
  Task<Exit> has_no_members(Session& session) {
    auto describing = session.admin.describe_groups({group_}, session.deadline());
    const auto described = co_await std::move(describing);
    const auto& group = described.at(group_);
    if (!group) {
      if (group.error().answer == wire::ErrorCode::group_id_not_found) co_return Exit::done;
      co_return session.complain("", group.error());
    }
    if (group->members.empty()) co_return Exit::done;
    co_return session.complain(
        fmt::format("group '{}' has {} member{} ({}): stop them, and try again", group_,
                    group->members.size(), group->members.size() == 1 ? "" : "s", group->state),
        Exit::failed);
  }

  Task<std::vector<client::TopicPartition>> chosen(Session& session, Exits& exits) {
    if (!parsed_.empty()) {
      auto finding = existing_partitions(session, parsed_, exits);
      co_return co_await std::move(finding);
    }
    std::vector<client::TopicPartition> partitions;
    auto asking = session.admin.committed_offsets(group_, std::nullopt, false, session.deadline());
    const auto committed = co_await std::move(asking);
    if (!committed) {
      exits.add(session.complain("", committed.error()));
      co_return partitions;
    }
    for (const auto& [of, offset] : *committed) partitions.push_back(of);
    co_return partitions;
  }

  Task<std::map<client::TopicPartition, client::CommittedOffset>> targets(
      Session& session, std::vector<client::TopicPartition> partitions, Position position,
      Exits& exits) {
    using Kind = Position::Kind;
    constexpr auto isolation = client::IsolationLevel::read_uncommitted;
    std::map<client::TopicPartition, client::OffsetSpec> first, last, at;
    for (const client::TopicPartition& of : partitions) {
      first[of] = client::OffsetSpec::earliest();
      last[of] = client::OffsetSpec::latest();
      if (position.kind == Kind::time) at[of] = client::OffsetSpec::at(position.number);
    }
    auto listing_first = session.admin.list_offsets(first, isolation, session.deadline());
    const auto firsts = co_await std::move(listing_first);
    auto listing_last = session.admin.list_offsets(last, isolation, session.deadline());
    const auto lasts = co_await std::move(listing_last);
    auto listing_at = session.admin.list_offsets(at, isolation, session.deadline());
    const auto ats = co_await std::move(listing_at);
    std::map<client::TopicPartition, client::CommittedOffset> offsets;
    for (const client::TopicPartition& of : partitions) {
      const auto &from = firsts.at(of), &to = lasts.at(of);
      if (!from || !to) {
        exits.add(session.complain("", (from ? to : from).error()));
        continue;
      }
      Offset target = from->offset;
      if (position.kind == Kind::end) target = to->offset;
      if (position.kind == Kind::offset) target = position.number;
      if (position.kind == Kind::before_end) target = to->offset - position.number;
      if (position.kind == Kind::time) {
        const auto& found = ats.at(of);
        target = found && found->offset != no_offset ? found->offset : to->offset;
      }
      offsets[of].offset = std::clamp(target, from->offset, std::max(from->offset, to->offset));
      tell_of_clamping(of, target, offsets[of].offset);
    }
    co_return offsets;
  }

  void tell_of_clamping(const client::TopicPartition& of, Offset wanted, Offset given) const {
    if (wanted == given) return;
    complain(name(),
             fmt::format("{} partition {}: {} is {}, it gets {}", of.topic, of.partition, to_,
                         wanted > given ? "beyond its end" : "before its start", given));
  }

  std::string group_, to_;
  std::vector<std::string> words_;
  std::vector<PartitionWord> parsed_;
  Consent consent_;
};

class GroupDelete final : public ClientCommand {
 public:
  std::string_view name() const override { return "group delete"; }
  std::string_view summary() const override { return "Deletes groups with their offsets"; }

 private:
  void describe_own(Options& options) override {
    options.argument("GROUP", groups_, "the groups").completes = Completes::groups;
    consent_.describe(options);
  }

  Task<Exit> run_in(Session& session) override {
    auto describing = session.admin.describe_groups(groups_, session.deadline());
    const auto described = co_await std::move(describing);
    std::vector<std::string> there;
    Exits exits;
    for (const auto& [group, found] : described) {
      if (found) {
        there.push_back(group);
      } else {
        exits.add(session.complain("", found.error()));
      }
    }
    if (there.empty()) co_return exits.result();
    auto asking =
        consent_.ask(session, fmt::format("delete {} with all offsets", fmt::join(there, ", ")));
    if (const Exit answer = co_await std::move(asking); answer != Exit::done) co_return answer;
    Report report;
    Section& table = report.table("", {{"group"}, {"deleted"}});
    if (consent_.dry_run) {
      for (const std::string& group : there) table.add({group, false});
    } else {
      auto deleting = session.admin.delete_groups(there, session.deadline());
      const auto outcomes = co_await std::move(deleting);
      for (const auto& [group, outcome] : outcomes) {
        exits.add(outcome ? Exit::done : session.complain("", outcome.error()));
        if (outcome) table.add({group, true});
      }
    }
    auto showing = session.show(report);
    if (!co_await std::move(showing)) co_return Exit::failed;
    co_return exits.result();
  }

  std::vector<std::string> groups_;
  Consent consent_;
};

}  // namespace

void add_group_change_commands(Commands& commands) {
  commands.push_back(std::make_unique<GroupReset>());
  commands.push_back(std::make_unique<GroupDelete>());
}

}  // namespace weir::app
