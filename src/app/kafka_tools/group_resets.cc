#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/kafka_tools/consumer_groups.h"
#include "app/kafka_tools/java_text.h"

namespace weir::app::kafka {
namespace {

using client::OffsetSpec;
using client::TopicPartition;
using Partitions = std::vector<TopicPartition>;

constexpr std::string_view resetter = "org.apache.kafka.tools.GroupOffsetsResetter";

// In the order in which Kafka's map of partitions lists them.
Partitions keys_in_order(const GroupOffsets& offsets) {
  Partitions keys;
  for (const auto& [of, offset] : offsets) keys.push_back(of);
  sort_as_hash_map(keys);
  return keys;
}

std::string name_of(const TopicPartition& of) {
  return fmt::format("{}-{}", of.topic, of.partition);
}

// An error that a future ended with, where Kafka's tool throws its cause.
std::unexpected<JavaError> thrown(const client::Failure& failure) {
  return std::unexpected(JavaError(failure));
}

// --topic, or what the group has committed. Nothing: --from-file says.
Task<Ran<Partitions>> partitions_to_reset(ToolRun& run, const std::string& group) {
  Partitions partitions;
  if (run.given.has("all-topics")) {
    auto asking = committed(run, group);
    CO_TRY_ASSIGN(const auto all, co_await std::move(asking));
    for (const auto& [of, offset] : all) partitions.push_back(of);
    co_return partitions;
  }
  if (!run.given.has("topic")) {
    if (run.given.has("from-file")) co_return partitions;
    co_return bad_usage("One of the reset scopes should be defined: --all-topics, --topic.");
  }
  std::vector<std::string> whole;
  for (const std::string& text : run.given.values("topic")) {
    CO_TRY_ASSIGN(const TopicArgument argument, parse_topic_argument(text));
    if (argument.partitions.empty()) whole.push_back(argument.topic);
    for (const PartitionIndex index : argument.partitions) {
      partitions.push_back({argument.topic, index});
    }
  }
  auto describing = run.admin.describe_topics(whole, run.deadline());
  const auto described = co_await std::move(describing);
  for (const std::string& topic : whole) {
    const auto& description = described.at(topic);
    if (!description) co_return thrown(description.error());
    for (const auto& partition : description->partitions) {
      partitions.push_back({topic, partition.index});
    }
  }
  co_return partitions;
}

Task<Ran<>> check_partitions(ToolRun& run, const Partitions& partitions) {
  std::set<std::string> topics;
  for (const TopicPartition& of : partitions) topics.insert(of.topic);
  auto describing = run.admin.describe_topics({topics.begin(), topics.end()}, run.deadline());
  const auto described = co_await std::move(describing);
  std::vector<std::string> absent, leaderless;
  for (const TopicPartition& of : partitions) {
    const auto& topic = described.at(of.topic);
    if (!topic) co_return std::unexpected(JavaError(topic.error()).in_execution().in_runtime());
    const auto found =
        std::ranges::find(topic->partitions, of.partition, &client::PartitionDescription::index);
    if (found == topic->partitions.end()) {
      absent.push_back(name_of(of));
    } else if (found->leader == no_broker) {
      leaderless.push_back(name_of(of));
    }
  }
  if (!absent.empty()) {
    co_return std::unexpected(
        JavaError("org.apache.kafka.common.errors.UnknownTopicOrPartitionException",
                  fmt::format("The partitions \"{}\" do not exist", joined(absent, ","))));
  }
  if (!leaderless.empty()) {
    co_return std::unexpected(
        JavaError("org.apache.kafka.common.errors.LeaderNotAvailableException",
                  fmt::format("The partitions \"{}\" have no leader", joined(leaderless, ","))));
  }
  co_return Ran<>();
}

// Each between the first offset and the end.
Task<Ran<GroupOffsets>> within_range(ToolRun& run, GroupOffsets wanted) {
  const Partitions order = keys_in_order(wanted);
  auto asking_first = log_offsets(run, order, OffsetSpec::earliest());
  CO_TRY_ASSIGN(const GroupOffsets first, co_await std::move(asking_first));
  auto asking_end = log_offsets(run, order, OffsetSpec::latest());
  CO_TRY_ASSIGN(const GroupOffsets end, co_await std::move(asking_end));
  const auto clamp = [&](const TopicPartition& of, std::string_view side, Offset bound) {
    run.console.err_line(log_line(
        "WARN",
        fmt::format("New offset ({}) is {} offset for topic partition {}. Value will be set to {}",
                    wanted.at(of), side, name_of(of), bound),
        resetter));
    wanted[of] = bound;
  };
  for (const TopicPartition& of : order) {
    if (wanted.at(of) > end.at(of)) {
      clamp(of, "higher than latest", end.at(of));
    } else if (wanted.at(of) < first.at(of)) {
      clamp(of, "lower than earliest", first.at(of));
    }
  }
  co_return wanted;
}

// The first offset of that time or later, or the end.
Task<Ran<GroupOffsets>> at_time(ToolRun& run, const Partitions& partitions, TimestampMs time) {
  auto asking = log_offsets(run, partitions, OffsetSpec::at(time));
  CO_TRY_ASSIGN(GroupOffsets offsets, co_await std::move(asking));
  Partitions later;
  for (const TopicPartition& of : keys_in_order(offsets)) {
    if (offsets.at(of) != no_offset) continue;
    run.console.out_line(fmt::format(
        "\nWarn: Partition {} from topic {} is empty. Falling back to latest known offset.",
        of.partition, of.topic));
    later.push_back(of);
  }
  auto asking_ends = log_offsets(run, later, OffsetSpec::latest());
  CO_TRY_ASSIGN(const GroupOffsets ends, co_await std::move(asking_ends));
  for (const auto& [of, end] : ends) offsets[of] = end;
  co_return offsets;
}

// GROUP,TOPIC,PARTITION,OFFSET lines, or TOPIC,PARTITION,OFFSET of the only group.
Ran<std::map<std::string, GroupOffsets>> read_plan(const Arguments& given) {
  const std::vector<std::string> groups = given.values("group");
  std::map<std::string, GroupOffsets> plan;
  const std::string path = given.values("from-file").front();
  auto text = read_text_file(path);
  if (!text) {
    return std::unexpected(
        JavaError("java.io.IOException", fmt::format("Unable to read file {}", path)).in_runtime());
  }
  for (const std::string& line : split(*text, '\n')) {
    std::vector<std::string> fields = split(trimmed(line), ',');
    if (fields.size() == 3 && groups.size() == 1) fields.insert(fields.begin(), groups.front());
    const auto bad = [&] {
      return std::unexpected(JavaError("java.lang.RuntimeException",
                                       fmt::format("'{}' is not GROUP,TOPIC,PARTITION,OFFSET, nor "
                                                   "TOPIC,PARTITION,OFFSET of one group",
                                                   line)));
    };
    if (fields.size() != 4) return bad();
    const auto partition = parse_int(fields[2]);
    const auto offset = parse_long(fields[3]);
    if (!partition || !offset) return bad();
    plan[fields[0]][{fields[1], *partition}] = *offset;
  }
  return plan;
}

Task<Ran<GroupOffsets>> shifted(ToolRun& run, const std::string& group,
                                const Partitions& partitions) {
  CO_TRY_ASSIGN(const auto by, run.given.number("shift-by"));
  auto asking = committed(run, group);
  CO_TRY_ASSIGN(const auto current, co_await std::move(asking));
  GroupOffsets wanted;
  for (const TopicPartition& of : partitions) {
    const auto found = current.find(of);
    if (found == current.end()) {
      co_return illegal_argument(
          fmt::format("Cannot shift offset for partition {} since there is no current committed "
                      "offset",
                      name_of(of)));
    }
    wanted[of] = found->second.offset + *by;
  }
  auto checking = within_range(run, std::move(wanted));
  co_return co_await std::move(checking);
}

// What is committed, and the end where nothing is.
Task<Ran<GroupOffsets>> current(ToolRun& run, const std::string& group,
                                const Partitions& partitions) {
  auto asking = committed(run, group);
  CO_TRY_ASSIGN(const auto all, co_await std::move(asking));
  GroupOffsets offsets;
  Partitions without;
  for (const TopicPartition& of : partitions) {
    if (const auto found = all.find(of); found != all.end()) {
      offsets[of] = found->second.offset;
    } else {
      without.push_back(of);
    }
  }
  auto asking_ends = log_offsets(run, without, OffsetSpec::latest());
  CO_TRY_ASSIGN(const GroupOffsets ends, co_await std::move(asking_ends));
  offsets.insert(ends.begin(), ends.end());
  co_return offsets;
}

Task<Ran<GroupOffsets>> from_file(ToolRun& run, const std::string& group) {
  CO_TRY_ASSIGN(const auto plan, read_plan(run.given));
  const auto found = plan.find(group);
  if (found == plan.end()) {
    print_error(run.console, fmt::format("No reset plan for group {} found", group));
    co_return GroupOffsets();
  }
  auto checking = within_range(run, found->second);
  co_return co_await std::move(checking);
}

Task<Ran<GroupOffsets>> planned(ToolRun& run, const std::string& group,
                                const Partitions& partitions) {
  const Arguments& given = run.given;
  if (given.has("to-offset")) {
    CO_TRY_ASSIGN(const auto offset, given.number("to-offset"));
    GroupOffsets wanted;
    for (const TopicPartition& of : partitions) wanted[of] = *offset;
    auto checking = within_range(run, std::move(wanted));
    co_return co_await std::move(checking);
  }
  if (given.has("to-earliest") || given.has("to-latest")) {
    auto asking = log_offsets(
        run, partitions, given.has("to-earliest") ? OffsetSpec::earliest() : OffsetSpec::latest());
    co_return co_await std::move(asking);
  }
  if (given.has("shift-by")) {
    auto shifting = shifted(run, group, partitions);
    co_return co_await std::move(shifting);
  }
  if (given.has("to-datetime")) {
    const auto time = parse_date_time(given.values("to-datetime").front());
    if (!time) co_return std::unexpected(time.error().in_runtime());
    auto asking = at_time(run, partitions, *time);
    co_return co_await std::move(asking);
  }
  if (given.has("by-duration")) {
    CO_TRY_ASSIGN(const auto duration, given.value("by-duration"));
    CO_TRY_ASSIGN(const std::int64_t ms, parse_duration(*duration));
    auto asking = at_time(run, partitions, run.session.env.clock.wall_ms() - ms);
    co_return co_await std::move(asking);
  }
  if (given.has("from-file")) {
    auto reading = from_file(run, group);
    co_return co_await std::move(reading);
  }
  if (given.has("to-current")) {
    auto asking = current(run, group, partitions);
    co_return co_await std::move(asking);
  }
  co_return bad_usage(
      "Option '[reset-offsets]' requires one of the following scenarios: [[to-current], "
      "[to-earliest], [to-offset], [shift-by], [from-file], [to-datetime], [by-duration], "
      "[to-latest]]");
}

Task<Ran<GroupOffsets>> reset_group(ToolRun& run, std::string group) {
  auto finding = partitions_to_reset(run, group);
  CO_TRY_ASSIGN(const Partitions partitions, co_await std::move(finding));
  auto checking = check_partitions(run, partitions);
  CO_TRY(co_await std::move(checking));
  auto planning = planned(run, group, partitions);
  CO_TRY_ASSIGN(const GroupOffsets plan, co_await std::move(planning));
  if (!run.given.has("execute") || run.given.has("dry-run") || plan.empty()) co_return plan;
  std::map<TopicPartition, client::CommittedOffset> offsets;
  for (const auto& [of, offset] : plan) offsets[of].offset = offset;
  auto altering = run.admin.alter_offsets(group, std::move(offsets), run.deadline());
  const auto altered = co_await std::move(altering);
  for (const auto& [of, outcome] : altered) {
    if (!outcome) co_return thrown(outcome.error());
  }
  co_return plan;
}

void print_plan(ToolRun& run, const std::vector<std::string>& groups,
                const std::map<std::string, GroupOffsets>& plans) {
  std::size_t group_width = 15, topic_width = 15;
  for (const auto& [group, plan] : plans) {
    group_width = std::max(group_width, length(group));
    for (const auto& [of, offset] : plan) topic_width = std::max(topic_width, length(of.topic));
  }
  const auto line = [&](std::string_view group, std::string_view topic, std::string_view partition,
                        std::string_view offset) {
    run.console.out(fmt::format("\n{} {} {} {}", padded(group, group_width),
                                padded(topic, topic_width), padded(partition, 10), offset));
  };
  if (!plans.empty()) line("GROUP", "TOPIC", "PARTITION", "NEW-OFFSET");
  for (const std::string& group : groups) {
    for (const TopicPartition& of : keys_in_order(plans.at(group))) {
      line(group, of.topic, std::to_string(of.partition), std::to_string(plans.at(group).at(of)));
    }
  }
  run.console.out("\n");
}

void print_csv(ToolRun& run, const std::vector<std::string>& groups,
               const std::map<std::string, GroupOffsets>& plans) {
  std::string csv;
  for (const std::string& group : groups) {
    for (const TopicPartition& of : keys_in_order(plans.at(group))) {
      if (run.given.values("group").size() != 1) csv += group + ",";
      csv += fmt::format("{},{},{}\n", of.topic, of.partition, plans.at(group).at(of));
    }
  }
  run.console.out_line(csv);
}

}  // namespace

Task<Ran<>> reset_offsets(ToolRun& run, std::vector<std::string> groups) {
  sort_as_hash_map(groups);
  auto describing = run.admin.describe_groups(groups, run.deadline());
  const auto described = co_await std::move(describing);
  std::map<std::string, GroupOffsets> plans;
  for (const std::string& group : groups) {
    const auto& found = described.at(group);
    if (!found && found.error().answer != wire::ErrorCode::group_id_not_found) {
      co_return std::unexpected(JavaError(found.error()).in_execution().in_runtime());
    }
    plans[group] = {};
    if (found && found->state != "Empty" && found->state != "Dead") {
      print_error(run.console,
                  fmt::format("Assignments can only be reset if the group '{}' is inactive, but "
                              "the current state is {}.",
                              group, found->state));
      continue;
    }
    auto resetting = reset_group(run, group);
    CO_TRY_ASSIGN(plans[group], co_await std::move(resetting));
  }
  run.given.has("export") ? print_csv(run, groups, plans) : print_plan(run, groups, plans);
  co_return Ran<>();
}

}  // namespace weir::app::kafka
