#pragma once
// What a command takes on its command line, said once: parsing, --help, manual pages and shell
// completion are made from it. Values go where the options point, which is in the command.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace weir::app {

enum class Completes : std::uint8_t { nothing, topics, groups, files, formats, codecs, profiles };

struct Option {
  using Target = std::variant<bool*, std::string*, std::optional<std::string>*,
                              std::vector<std::string>*, std::optional<std::int64_t>*>;
  std::string names;  // "-p,--partitions"; without a dash it is an argument: "TOPIC"
  std::string value;  // what stands for its value in help: "N"; empty for a flag
  std::string help;
  Target target;
  bool required = false;
  Completes completes = Completes::nothing;

  bool is_argument() const { return !names.starts_with('-'); }
  std::string long_name() const;  // "--partitions", or the argument's name
};

class Options {
 public:
  Option& flag(std::string names, bool& target, std::string help);
  template <class T>
  Option& option(std::string names, std::string value, T& target, std::string help) {
    return list_.emplace_back(
        Option{std::move(names), std::move(value), std::move(help), &target, false, {}});
  }
  // In the order in which they stand; a vector takes all that are left.
  template <class T>
  Option& argument(std::string name, T& target, std::string help, bool required = true) {
    return list_.emplace_back(Option{std::move(name), "", std::move(help), &target, required, {}});
  }
  std::span<const Option> list() const { return list_; }

 private:
  std::vector<Option> list_;
};

// That a number which was given lies within bounds. Error: invalid, with option, value and bounds.
Result<> check_number(std::string_view option, const std::optional<std::int64_t>& number,
                      std::int64_t least, std::int64_t most = INT64_MAX);

enum class Parsed : std::uint8_t { run, help };
// Errors: invalid, one line that names the word and says what was expected.
Result<Parsed> parse(const Options& options, const std::vector<std::string>& words);

}  // namespace weir::app
