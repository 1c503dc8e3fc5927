#pragma once
// What commands that change something have in common.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/session.h"

namespace weir::app {

// --yes and --dry-run of a destructive command.
struct Consent {
  bool yes = false;
  bool dry_run = false;
  void describe(Options& options);

  // Asks on a terminal; without one --yes is needed. done: go on; else the exit code. `what` names
  // what will be lost: "delete topics a, b".
  Task<Exit> ask(Session& session, std::string what) const;
};

// name=value words, the values read as the names say (retention.ms=7d). Error: invalid.
Result<std::map<std::string, std::string>> parse_configs(const std::vector<std::string>& words);

// Rows of the table in which a command tells of settings that were changed, or would be: `altered`
// says which. A setting that got its default back has no value.
std::vector<Column> setting_columns(std::string_view of);  // "topic": what the settings are of
void put_settings(Section& table, const std::string& of,
                  const std::vector<client::ConfigAlteration>& changes, bool altered);

// A partition as people write it: "orders:3", or "orders" for all of it. Error: invalid.
struct PartitionWord {
  std::string topic;
  std::vector<PartitionIndex> partitions;  // empty: all
};
Result<PartitionWord> parse_partition_word(std::string_view word);
Result<std::vector<PartitionIndex>> parse_partitions(std::string_view list);  // "0,1,5-7"

// The partitions of these words that exist; complains of those that do not, in `exits`.
Task<std::vector<client::TopicPartition>> existing_partitions(Session& session,
                                                              std::vector<PartitionWord> words,
                                                              Exits& exits);

// Before anything is sent to it: a name that was mistyped is not worth a time-out. Where topics are
// made by being written to (allow.auto.create.topics) it may be missing. done: go on; else the exit
// code, and it was said.
Task<Exit> look_for_topic(Session& session, PartitionWord word);

}  // namespace weir::app
