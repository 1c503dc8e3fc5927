#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/kafka_tools/consumer_groups.h"
#include "app/kafka_tools/java_text.h"

namespace weir::app::kafka {

Ran<TopicArgument> parse_topic_argument(std::string_view text) {
  const std::vector<std::string> parts = split(text, ':');
  if (!text.contains(':')) return TopicArgument{std::string(text), {}};
  if (parts.size() != 2) {
    return illegal_argument(
        fmt::format("Invalid topic arg '{}', expected topic name and partitions", text));
  }
  TopicArgument argument{parts[0], {}};
  for (const std::string& part : split(parts[1], ',')) {
    const auto index = parse_int(part);
    if (!index) {
      return illegal_argument(
          fmt::format("Invalid partition '{}' specified in topic arg '{}''", part, text));
    }
    argument.partitions.push_back(*index);
  }
  return argument;
}

Task<Ran<GroupOffsets>> log_offsets(ToolRun& run, const std::vector<client::TopicPartition>& of,
                                    client::OffsetSpec spec) {
  std::map<client::TopicPartition, client::OffsetSpec> asked;
  for (const client::TopicPartition& partition : of) asked[partition] = spec;
  auto listing = run.admin.list_offsets(std::move(asked), client::IsolationLevel::read_uncommitted,
                                        run.deadline());
  const auto listed = co_await std::move(listing);
  GroupOffsets offsets;
  for (const auto& [partition, found] : listed) {
    if (!found) {
      co_return std::unexpected(JavaError(found.error()).in_execution().in_runtime());
    }
    offsets[partition] = found->offset;
  }
  co_return offsets;
}

Task<Ran<GroupOffsets>> log_ends(ToolRun& run, std::vector<client::TopicPartition> partitions) {
  std::set<std::string> topics;
  for (const client::TopicPartition& of : partitions) topics.insert(of.topic);
  auto describing = run.admin.describe_topics({topics.begin(), topics.end()}, run.deadline());
  const auto described = co_await std::move(describing);
  for (const auto& [topic, description] : described) {
    if (!description) {
      co_return std::unexpected(JavaError(description.error()).in_execution().in_runtime());
    }
  }
  std::erase_if(partitions, [&](const client::TopicPartition& of) {
    const auto& known = described.at(of.topic)->partitions;
    const auto found = std::ranges::find(known, of.partition, &client::PartitionDescription::index);
    return found != known.end() && found->leader == no_broker;
  });
  auto asking = log_offsets(run, partitions, client::OffsetSpec::latest());
  co_return co_await std::move(asking);
}

Task<Ran<std::map<client::TopicPartition, client::CommittedOffset>>> committed(ToolRun& run,
                                                                               std::string group) {
  auto asking = run.admin.committed_offsets(std::move(group), std::nullopt, false, run.deadline());
  const auto all = co_await std::move(asking);
  if (!all) co_return std::unexpected(JavaError(all.error()).in_execution().in_runtime());
  std::map<client::TopicPartition, client::CommittedOffset> offsets;
  for (const auto& [of, outcome] : *all) {
    if (!outcome) {
      co_return std::unexpected(JavaError(outcome.error()).in_execution().in_runtime());
    }
    if (outcome->offset != no_offset) offsets[of] = *outcome;
  }
  co_return offsets;
}

void print_error(Console& console, std::string_view what) {
  console.out_line(fmt::format("\nError: {}", what));
}

}  // namespace weir::app::kafka
