#pragma once
// kcat's command line, its environment (KCAT_CONFIG) and its configuration files, into what a mode
// needs. Options are read in order, and the first that is wrong ends it, as kcat does.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/cli/command.h"
#include "app/kcat/message_printer.h"
#include "app/kcat/notices.h"
#include "app/kcat/properties.h"
#include "client/topic_partition.h"

namespace weir::app::kcat {

enum class Mode : char {
  none = 0,
  produce = 'P',
  consume = 'C',
  group = 'G',
  list = 'L',
  query = 'Q',
};

struct StartAt {
  enum class Kind : std::uint8_t { unset, beginning, end, stored, offset, from_end };
  Kind kind = Kind::unset;
  std::int64_t value = 0;  // of offset and from_end
};

struct TimeQuestion {
  client::TopicPartition of;
  std::int64_t time = 0;  // milliseconds, or Kafka's special times
};

struct CommandLine {
  Notices notices;
  KcatProperties properties;
  Mode mode = Mode::none;
  std::optional<std::string> topic;   // -t
  std::string group;                  // -G; the group.id may be another by -X
  std::int32_t partition = -1;        // -p; -1: any
  std::int64_t count = 0;             // -c; 0: no limit
  std::int64_t metadata_seconds = 5;  // -m
  std::vector<TimeQuestion> questions;
  std::vector<std::string> operands;  // files or topics

  // Of consumers.
  StartAt start;
  std::int64_t start_time = 0, stop_time = 0;  // -o s@, e@; 0: none
  bool stops_at_end = false;                   // -e
  bool is_json = false;                        // -J
  MessagePrinter printer;

  // Of producers.
  std::string delimiter = "\n";
  std::optional<std::string> key_delimiter;
  std::optional<std::string> fixed_key;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  bool empty_is_null = false;  // -Z
  bool reads_lines = false;    // -l
  bool tees = false;           // -T
};

// What is wrong was said when it answers Ended; so was help.
Run<CommandLine> read_command_line(const Program& program, bool input_is_terminal);

std::string help_text();
std::string version_text();

}  // namespace weir::app::kcat
