#pragma once
// The command lines of Kafka's tools, as joptsimple reads them: --name value, --name=value, -name;
// an option may come again; `--` ends the options; words that belong to no option are passed over.
// Values are converted when they are asked for, and a second value of an option that takes one is
// found then, so that errors come in Kafka's order and words.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/kafka_tools/java_error.h"

namespace weir::app::kafka {

enum class Takes : std::uint8_t { nothing, optional_value, value };

struct ToolOption {
  std::string name;  // "topic"
  Takes takes = Takes::nothing;
  std::string about;  // for --help
  std::optional<std::string> preset;
  std::vector<std::string> only_with;  // one of these must be given too
  bool splits = false;                 // a value is several, with commas between
  std::string refusal;                 // why it is an error to give it; empty: it is none
  bool is_help = false;                // what is missing does not matter when it is given
};

class Arguments {
 public:
  bool has(std::string_view name) const;  // given on the command line
  // The value or the preset, if any. Error: given more than once.
  Ran<std::optional<std::string>> value(std::string_view name) const;
  Ran<std::optional<std::int64_t>> number(std::string_view name) const;        // 64 bits
  Ran<std::optional<std::int32_t>> small_number(std::string_view name) const;  // 32 bits
  std::vector<std::string> values(std::string_view name) const;
  bool empty() const { return given_.empty() && !any_word_; }
  // The names that were given, in their order, one for each time.
  const std::vector<std::string>& order() const { return order_; }

 private:
  friend class ArgumentParser;
  struct Given {
    const ToolOption* option;
    std::vector<std::string> values;
  };
  const Given* find(std::string_view name) const;
  std::vector<Given> given_;
  std::vector<std::string> order_;
  const std::vector<ToolOption>* options_ = nullptr;
  bool any_word_ = false;
};

class ArgumentParser {
 public:
  // With --help and --version.
  ArgumentParser();
  ToolOption& flag(std::string name, std::string about);
  ToolOption& option(std::string name, std::string about);
  ToolOption& optional(std::string name, std::string about);
  // An option of Kafka's that this program does not have: to give it is an error that says why.
  void refuse(std::string name, Takes takes, std::string why);
  // Error: joptsimple's (is_option_error). The parser outlives what it gives.
  Ran<Arguments> parse(const std::vector<std::string>& words) const;
  std::string usage() const;  // a table of the options
  const std::vector<ToolOption>& options() const { return options_; }

 private:
  std::vector<ToolOption> options_;
};

// "[topic]": an option in Kafka's messages.
std::string shown(std::string_view option);

inline bool is_option_error(const JavaError& error) {
  return error.type.starts_with("joptsimple.");
}

// --- what Kafka's tools check; errors are JavaError::usage ---
Ran<> need(const Arguments& given, const std::vector<std::string>& names);
Ran<> forbid_with(const Arguments& given, std::string_view used,
                  const std::vector<std::string>& forbidden);

}  // namespace weir::app::kafka
