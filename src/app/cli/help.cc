// --help, made from what a command says of itself.

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "app/cli/command.h"

namespace weir::app {
namespace {

constexpr std::size_t help_column_max = 34;

bool repeats(const Option& option) {
  return std::holds_alternative<std::vector<std::string>*>(option.target);
}

std::string usage_of(Command& command, const Options& options) {
  std::string line = fmt::format("usage: weir {}", command.name());
  for (const Option& option : options.list()) {
    if (option.is_argument()) line += " " + shown_argument(option);
  }
  return line + " [OPTIONS]\n";
}

std::string left_of(const Option& option) {
  return (option.names.starts_with("--") ? "    " : "") + shown_option(option);
}

void put_options(std::string& out, std::string_view title, const std::vector<const Option*>& list) {
  if (list.empty()) return;
  std::size_t width = 0;
  for (const Option* option : list) width = std::max(width, left_of(*option).size());
  width = std::min(width, help_column_max);
  out += fmt::format("\n{}:\n", title);
  for (const Option* option : list) {
    const std::string left = left_of(*option);
    out += fmt::format("  {:<{}}", left, width);
    if (left.size() > width) out += fmt::format("\n  {:<{}}", "", width);
    out += fmt::format("  {}\n", option->help);
  }
}

}  // namespace

std::string shown_argument(const Option& argument) {
  const std::string name = argument.names + (repeats(argument) ? "..." : "");
  return argument.required ? name : "[" + name + "]";
}

std::string shown_option(const Option& option) {
  std::string names = option.names;
  for (std::size_t at = names.find(','); at != names.npos; at = names.find(',', at + 2)) {
    names.insert(at + 1, " ");
  }
  return option.value.empty() ? names : names + " " + option.value;
}

std::string help_of(Command& command) {
  Options options;
  command.describe(options);
  std::string out = usage_of(command, options);
  out += fmt::format("\n{}.\n", command.summary());
  if (!command.details().empty()) out += fmt::format("\n{}\n", command.details());
  std::vector<const Option*> arguments, flags;
  for (const Option& option : options.list()) {
    (option.is_argument() ? arguments : flags).push_back(&option);
  }
  put_options(out, "arguments", arguments);
  put_options(out, "options", flags);
  return out;
}

std::string_view Program::variable(std::string_view name) const {
  const auto found = std::ranges::find(
      environment, name, [](const auto& entry) -> std::string_view { return entry.first; });
  return found == environment.end() ? std::string_view() : found->second;
}

void complain(std::string_view command, std::string_view what) {
  const std::string line = fmt::format("weir {}: {}\n", command, what);
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace weir::app
