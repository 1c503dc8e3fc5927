#pragma once
// The parts of kafka-consumer-groups: what it shows of groups, and how it moves their offsets.

#include <map>
#include <string>
#include <vector>

#include "app/kafka_tools/tool.h"

namespace weir::app::kafka {

using GroupOffsets = std::map<client::TopicPartition, Offset>;

// --- group_descriptions.cc ---
// Prints --describe with --offsets, --members or --state. Errors: those of describing, in the order
// in which Kafka's tool meets them.
Task<Ran<>> describe_groups(ToolRun& run, std::vector<std::string> groups);

// --- group_resets.cc ---
// Plans, with --execute carries out, and prints --reset-offsets.
Task<Ran<>> reset_offsets(ToolRun& run, std::vector<std::string> groups);

// --- group_partitions.cc ---
// Of --topic: TOPIC, or TOPIC:0,1,2. Error: IllegalArgumentException.
struct TopicArgument {
  std::string topic;
  std::vector<PartitionIndex> partitions;  // empty: all
};
Ran<TopicArgument> parse_topic_argument(std::string_view text);

// The ends of those that have leaders. A topic that is gone is an error.
Task<Ran<GroupOffsets>> log_ends(ToolRun& run, std::vector<client::TopicPartition> partitions);
Task<Ran<GroupOffsets>> log_offsets(ToolRun& run, const std::vector<client::TopicPartition>& of,
                                    client::OffsetSpec spec);
Task<Ran<std::map<client::TopicPartition, client::CommittedOffset>>> committed(ToolRun& run,
                                                                               std::string group);

// "\nError: WHAT" on standard output.
void print_error(Console& console, std::string_view what);

}  // namespace weir::app::kafka
