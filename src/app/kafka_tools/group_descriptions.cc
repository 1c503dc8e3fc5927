#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "app/kafka_tools/consumer_groups.h"
#include "app/kafka_tools/java_text.h"

namespace weir::app::kafka {
namespace {

using client::GroupDescription;
using client::MemberDescription;
using client::TopicPartition;
using Descriptions = std::map<std::string, GroupDescription>;

constexpr std::string_view missing = "-";

template <class Number>
std::string number_or_missing(const std::optional<Number>& number) {
  return number ? fmt::format("{}", *number) : std::string(missing);
}

// Says of a group that is empty, dead or moving that it is. False: there is nothing to show.
bool tell_state(Console& console, const std::string& group, std::string_view state,
                std::size_t rows) {
  if (state == "Dead") {
    print_error(console, fmt::format("Consumer group '{}' does not exist.", group));
  } else if (state == "Empty") {
    console.err_line(fmt::format("\nConsumer group '{}' has no active members.", group));
  } else if (state != "Stable") {
    console.err_line(fmt::format("\nWarning: Consumer group '{}' is rebalancing.", group));
  }
  return state != "Dead" && rows > 0;
}

// --- offsets ---
struct OffsetRow {
  TopicPartition of;
  std::optional<client::CommittedOffset> committed;
  std::optional<Offset> end;
  std::string member, host, client;
};

std::string lag_of(const OffsetRow& row) {
  if (!row.committed || !row.end) return std::string(missing);
  return fmt::format("{}", *row.end - row.committed->offset);
}

void print_offset_rows(Console& console, const std::string& group,
                       const std::vector<OffsetRow>& rows, bool verbose) {
  std::size_t group_width = std::max<std::size_t>(15, length(group));
  std::size_t topic_width = 15, member_width = 15, host_width = 15;
  for (const OffsetRow& row : rows) {
    topic_width = std::max(topic_width, length(row.of.topic));
    member_width = std::max(member_width, length(row.member));
    host_width = std::max(host_width, length(row.host));
  }
  const auto line = [&](std::string_view of_group, std::string_view topic,
                        std::string_view partition, std::string_view epoch, std::string_view offset,
                        std::string_view end, std::string_view lag, std::string_view member,
                        std::string_view host, std::string_view client) {
    console.out(fmt::format("\n{} {} {} {}{} {} {} {} {} {}", padded(of_group, group_width),
                            padded(topic, topic_width), padded(partition, 10),
                            verbose ? padded(epoch, 15) + " " : "", padded(offset, 15),
                            padded(end, 15), padded(lag, 15), padded(member, member_width),
                            padded(host, host_width), client));
  };
  line("GROUP", "TOPIC", "PARTITION", "LEADER-EPOCH", "CURRENT-OFFSET", "LOG-END-OFFSET", "LAG",
       "CONSUMER-ID", "HOST", "CLIENT-ID");
  for (const OffsetRow& row : rows) {
    const auto& committed = row.committed;
    const bool has_epoch = committed && committed->leader_epoch != no_epoch;
    line(group, row.of.topic, std::to_string(row.of.partition),
         has_epoch ? std::to_string(committed->leader_epoch) : missing,
         committed ? std::to_string(committed->offset) : std::string(missing),
         number_or_missing(row.end), lag_of(row), row.member, row.host, row.client);
  }
  console.out("\n");
}

// Rows of one member, or of what no member has, by topic and partition.
Task<Ran<std::vector<OffsetRow>>> rows_of(
    ToolRun& run, std::vector<TopicPartition> partitions,
    const std::map<TopicPartition, client::CommittedOffset>& all_committed,
    const MemberDescription& member) {
  std::ranges::sort(partitions);
  auto asking = log_ends(run, partitions);
  CO_TRY_ASSIGN(const GroupOffsets ends, co_await std::move(asking));
  std::vector<OffsetRow> rows;
  for (const TopicPartition& of : partitions) {
    OffsetRow row{of, {}, {}, member.id, member.host, member.client_id};
    if (const auto found = all_committed.find(of); found != all_committed.end()) {
      row.committed = found->second;
    }
    if (const auto found = ends.find(of); found != ends.end()) row.end = found->second;
    rows.push_back(std::move(row));
  }
  co_return rows;
}

Task<Ran<std::vector<OffsetRow>>> offset_rows(ToolRun& run, const std::string& group,
                                              const GroupDescription& description) {
  auto asking = committed(run, group);
  CO_TRY_ASSIGN(const auto all_committed, co_await std::move(asking));
  // Those with the most partitions first, and else in the coordinator's order.
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < description.members.size(); ++i) {
    if (!description.members[i].assignment.empty()) order.push_back(i);
  }
  std::ranges::sort(order, {}, [&](std::size_t i) {
    return std::pair(-static_cast<std::int64_t>(description.members[i].assignment.size()), i);
  });
  std::vector<OffsetRow> rows;
  std::vector<TopicPartition> unowned;
  for (const auto& [of, offset] : all_committed) unowned.push_back(of);
  for (const std::size_t i : order) {
    const MemberDescription& member = description.members[i];
    for (const TopicPartition& of : member.assignment) std::erase(unowned, of);
    auto making = rows_of(run, member.assignment, all_committed, member);
    CO_TRY_ASSIGN(const auto some, co_await std::move(making));
    rows.insert(rows.end(), some.begin(), some.end());
  }
  if (unowned.empty()) co_return rows;
  MemberDescription nobody;
  nobody.id = nobody.host = nobody.client_id = missing;
  auto making = rows_of(run, std::move(unowned), all_committed, nobody);
  CO_TRY_ASSIGN(const auto some, co_await std::move(making));
  rows.insert(rows.end(), some.begin(), some.end());
  co_return rows;
}

Task<Ran<>> print_offsets(ToolRun& run, const Descriptions& groups) {
  std::map<std::string, std::vector<OffsetRow>> rows;
  for (const auto& [group, description] : groups) {
    auto making = offset_rows(run, group, description);
    CO_TRY_ASSIGN(rows[group], co_await std::move(making));
  }
  for (const auto& [group, description] : groups) {
    if (tell_state(run.console, group, description.state, rows[group].size())) {
      print_offset_rows(run.console, group, rows[group], run.given.has("verbose"));
    }
  }
  co_return Ran<>();
}

// --- members ---
std::string assignment_text(const std::vector<TopicPartition>& assignment) {
  std::map<std::string, std::vector<PartitionIndex>> by_topic;
  for (const TopicPartition& of : assignment) by_topic[of.topic].push_back(of.partition);
  std::vector<std::string> topics;
  for (auto& [topic, partitions] : by_topic) {
    std::ranges::sort(partitions);
    topics.push_back(fmt::format("{}:{}", topic, fmt::join(partitions, ",")));
  }
  return topics.empty() ? std::string(missing) : joined(topics, ";");
}

struct MemberRow {
  std::string group, id, instance, host, client, partitions;
  std::string epoch, assignment, target_epoch, target;
};

std::vector<MemberRow> member_rows(const std::string& group, const GroupDescription& description) {
  std::vector<MemberRow> rows;
  for (const MemberDescription& member : description.members) {
    rows.push_back(
        {group, member.id, member.instance_id.value_or(""), member.host, member.client_id,
         std::to_string(member.assignment.size()), number_or_missing(member.epoch),
         assignment_text(member.assignment), number_or_missing(description.assignment_epoch),
         assignment_text(member.target_assignment.value_or(std::vector<TopicPartition>()))});
  }
  return rows;
}

void print_members(ToolRun& run, const std::string& group, const GroupDescription& description) {
  const std::vector<MemberRow> rows = member_rows(group, description);
  const bool shows = tell_state(run.console, group, description.state, rows.size());
  std::size_t group_width = 15, id_width = 15, instance_width = 17, host_width = 15,
              client_width = 15, assignment_width = 20, target_width = 20;
  bool has_instances = false;
  for (const MemberRow& row : rows) {
    if (!shows) break;
    group_width = std::max(group_width, length(row.group));
    id_width = std::max(id_width, length(row.id));
    instance_width = std::max(instance_width, length(row.instance));
    host_width = std::max(host_width, length(row.host));
    client_width = std::max(client_width, length(row.client));
    assignment_width = std::max(assignment_width, length(row.assignment));
    target_width = std::max(target_width, length(row.target));
    has_instances = has_instances || !row.instance.empty();
  }
  const auto line = [&](const MemberRow& row) {
    std::string text = fmt::format(
        "{} {} {}{} {} {} ", padded(row.group, group_width), padded(row.id, id_width),
        has_instances ? padded(row.instance, instance_width) + " " : "",
        padded(row.host, host_width), padded(row.client, client_width), padded(row.partitions, 15));
    if (run.given.has("verbose")) {
      text += fmt::format("{} {} {} {}", padded(row.epoch, 15),
                          padded(row.assignment, assignment_width), padded(row.target_epoch, 15),
                          padded(row.target, target_width));
    }
    run.console.out_line(text);
  };
  run.console.out("\n");
  line({"GROUP", "CONSUMER-ID", "GROUP-INSTANCE-ID", "HOST", "CLIENT-ID", "#PARTITIONS",
        "CURRENT-EPOCH", "CURRENT-ASSIGNMENT", "TARGET-EPOCH", "TARGET-ASSIGNMENT"});
  for (const MemberRow& row : rows) line(row);
}

// --- states ---
void print_state(ToolRun& run, const std::string& group, const GroupDescription& description,
                 const client::ClusterDescription& cluster) {
  if (!tell_state(run.console, group, description.state, 1)) return;
  std::string coordinator;
  for (const client::BrokerDescription& broker : cluster.brokers) {
    if (broker.id != description.coordinator) continue;
    coordinator = fmt::format("{}:{}  ({})", broker.address.host, broker.address.port, broker.id);
  }
  const std::size_t coordinator_width = std::max<std::size_t>(25, length(coordinator));
  const std::size_t group_width = std::max<std::size_t>(15, length(group));
  const std::string strategy =
      description.protocol.empty() ? std::string(missing) : description.protocol;
  const auto line = [&](std::string_view of_group, std::string_view where, std::string_view how,
                        std::string_view state, std::string_view epoch,
                        std::string_view target_epoch, std::string_view members) {
    std::string text =
        fmt::format("\n{} {} {} {} ", padded(of_group, group_width),
                    padded(where, coordinator_width), padded(how, 20), padded(state, 20));
    if (run.given.has("verbose")) {
      text += fmt::format("{} {} ", padded(epoch, 15), padded(target_epoch, 25));
    }
    run.console.out(text + std::string(members));
  };
  line("GROUP", "COORDINATOR (ID)", "ASSIGNMENT-STRATEGY", "STATE", "GROUP-EPOCH",
       "TARGET-ASSIGNMENT-EPOCH", "#MEMBERS");
  line(group, coordinator, strategy, description.state, number_or_missing(description.epoch),
       number_or_missing(description.assignment_epoch), std::to_string(description.members.size()));
  run.console.out("\n");
}

}  // namespace

Task<Ran<>> describe_groups(ToolRun& run, std::vector<std::string> groups) {
  sort_as_hash_map(groups);
  auto describing = run.admin.describe_groups(groups, run.deadline());
  const auto described = co_await std::move(describing);
  Descriptions found;
  for (const std::string& group : groups) {
    const auto& outcome = described.at(group);
    if (!outcome) co_return std::unexpected(JavaError(outcome.error()).in_execution());
    found[group] = *outcome;
  }
  if (!run.given.has("members") && !run.given.has("state")) {
    auto printing = print_offsets(run, found);
    co_return co_await std::move(printing);
  }
  client::ClusterDescription cluster;
  if (run.given.has("state")) {
    auto asking = run.admin.describe_cluster(false, run.deadline());
    CO_TRY_ASSIGN(cluster, co_await std::move(asking));
  }
  for (const auto& [group, description] : found) {
    run.given.has("members") ? print_members(run, group, description)
                             : print_state(run, group, description, cluster);
  }
  co_return Ran<>();
}

}  // namespace weir::app::kafka
