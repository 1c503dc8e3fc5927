#pragma once
// The command lines of those of Kafka's tools that argparse4j reads: options and then, of some
// tools, a command with options of its own. --name value, --name=value, -n value; a beginning of a
// long name that fits no other stands for it. Errors are JavaError::exception, in argparse4j's
// words and order; refuse_command_line() prints them as it does.

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/kafka_tools/tool.h"

namespace weir::app::kafka {

struct CommandOption {
  std::vector<std::string> names;  // "--id", "-i"
  std::string about;               // for --help
  enum class Takes : std::uint8_t { nothing, value, values } takes = Takes::value;
  enum class Is : std::uint8_t { text, small_number, number, real } is = Is::text;
  bool required = false;
  std::string refusal;  // why it is an error to give it; empty: it is none
};

// By an option's first name.
class CommandLine {
 public:
  bool has(std::string_view name) const { return find(name) != nullptr; }
  // The last value.
  std::optional<std::string> value(std::string_view name) const;
  std::vector<std::string> values(std::string_view name) const;
  std::optional<std::int64_t> number(std::string_view name) const;  // it has been checked
  std::optional<double> real(std::string_view name) const;

  std::string command;             // empty: there is none
  std::vector<std::string> words;  // what follows it
  bool asks_for_help = false;

 private:
  friend class CommandParser;
  struct Given {
    std::string name;
    std::vector<std::string> values;
  };
  const Given* find(std::string_view name) const;
  std::vector<Given> given_;
};

class CommandParser {
 public:
  // `name` is the tool's, and of a command "kafka-cluster cluster-id".
  CommandParser(std::string name, std::string about)
      : name_(std::move(name)), about_(std::move(about)) {}
  CommandOption& option(std::vector<std::string> names, std::string about);
  // One of these must be given, and not two.
  void exactly_one(std::vector<std::string> names) { exclusive_ = std::move(names); }
  void commands(std::vector<std::string> names) { commands_ = std::move(names); }

  // Up to the command, if there are any. What must be there is looked for by check().
  Ran<CommandLine> parse(std::span<const std::string> words) const;
  Ran<> check(const CommandLine& line) const;

  const std::string& name() const { return name_; }
  std::string help() const;

 private:
  Ran<const CommandOption*> find(std::string_view word) const;
  Ran<> add_value(CommandLine& line, const CommandOption& option, std::string value) const;
  const CommandOption* named(std::string_view first_name) const;

  std::string name_, about_;
  std::vector<CommandOption> options_;
  std::vector<std::string> exclusive_, commands_;
};

// "usage: ...", and "kafka-cluster: error: WHAT". 1.
int refuse_command_line(const CommandParser& parser, const JavaError& error, Console& console);

}  // namespace weir::app::kafka
