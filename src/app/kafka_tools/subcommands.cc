#include "app/kafka_tools/subcommands.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace weir::app::kafka {
namespace {

using Is = CommandOption::Is;

std::unexpected<JavaError> mistake(std::string what) {
  return std::unexpected(
      JavaError("net.sourceforge.argparse4j.inf.ArgumentParserException", std::move(what)));
}

std::string names_of(const CommandOption& option) {
  return fmt::format("{}", fmt::join(option.names, "/"));
}

template <class Number>
bool is_number(std::string_view text) {
  Number number = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && stop == text.data() + text.size() && !text.empty();
}

bool begins_as_option(std::string_view word) {
  // A negative number is a value.
  return word.size() > 1 && word[0] == '-' && !is_number<double>(word);
}

}  // namespace

const CommandLine::Given* CommandLine::find(std::string_view name) const {
  const auto found = std::ranges::find(given_, name, &Given::name);
  return found == given_.end() ? nullptr : &*found;
}

std::optional<std::string> CommandLine::value(std::string_view name) const {
  const Given* given = find(name);
  return given && !given->values.empty() ? std::optional(given->values.back()) : std::nullopt;
}

std::vector<std::string> CommandLine::values(std::string_view name) const {
  const Given* given = find(name);
  return given ? given->values : std::vector<std::string>();
}

std::optional<std::int64_t> CommandLine::number(std::string_view name) const {
  const auto text = value(name);
  if (!text) return std::nullopt;
  std::string_view digits = *text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  std::int64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

std::optional<double> CommandLine::real(std::string_view name) const {
  const auto text = value(name);
  if (!text) return std::nullopt;
  double number = 0;
  std::from_chars(text->data(), text->data() + text->size(), number);
  return number;
}

CommandOption& CommandParser::option(std::vector<std::string> names, std::string about) {
  return options_.emplace_back(CommandOption{.names = std::move(names), .about = std::move(about)});
}

const CommandOption* CommandParser::named(std::string_view first_name) const {
  for (const CommandOption& option : options_) {
    if (option.names.front() == first_name) return &option;
  }
  return nullptr;
}

Ran<const CommandOption*> CommandParser::find(std::string_view word) const {
  std::vector<const CommandOption*> begins;
  for (const CommandOption& option : options_) {
    for (const std::string& name : option.names) {
      if (name == word) return &option;
      if (word.starts_with("--") && name.starts_with(word)) begins.push_back(&option);
    }
  }
  if (begins.size() == 1) return begins.front();
  if (begins.empty()) return mistake(fmt::format("unrecognized arguments: '{}'", word));
  std::vector<std::string> names;
  for (const CommandOption* option : begins) names.push_back(option->names.front());
  return mistake(fmt::format("ambiguous option: {} could match {}", word, fmt::join(names, ", ")));
}

Ran<> CommandParser::add_value(CommandLine& line, const CommandOption& option,
                               std::string value) const {
  const std::string_view type = option.is == Is::small_number ? "Integer"
                                : option.is == Is::number     ? "Long"
                                                              : "Double";
  const bool is_good = option.is == Is::text ||
                       (option.is == Is::small_number && is_number<std::int32_t>(value)) ||
                       (option.is == Is::number && is_number<std::int64_t>(value)) ||
                       (option.is == Is::real && is_number<double>(value));
  if (!is_good) {
    return mistake(
        fmt::format("argument {}: could not convert '{}' to {} (For input string: \"{}\")",
                    names_of(option), value, type, value));
  }
  line.given_.back().values.push_back(std::move(value));
  return {};
}

Ran<CommandLine> CommandParser::parse(std::span<const std::string> words) const {
  CommandLine line;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "-h" || word == "--help") {
      line.asks_for_help = true;
      return line;
    }
    if (!begins_as_option(word)) {
      if (commands_.empty()) return mistake(fmt::format("unrecognized arguments: '{}'", word));
      if (std::ranges::find(commands_, word) == commands_.end()) {
        return mistake(fmt::format("invalid choice: '{}' (choose from '{}')", word,
                                   fmt::join(commands_, "', '")));
      }
      line.command = word;
      line.words.assign(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      return line;
    }
    const std::size_t equals = word.starts_with("--") ? word.find('=') : word.npos;
    TRY_ASSIGN(const CommandOption* const option, find(word.substr(0, equals)));
    const std::string& name = option->names.front();
    if (!option->refusal.empty()) {
      return mistake(
          fmt::format("argument {}: not supported: {}", names_of(*option), option->refusal));
    }
    for (const std::string& other : exclusive_) {
      const bool is_one = std::ranges::find(exclusive_, name) != exclusive_.end();
      if (!is_one || other == name || !line.has(other)) continue;
      return mistake(fmt::format("argument {}: not allowed with argument {}", names_of(*option),
                                 names_of(*named(other))));
    }
    std::erase_if(line.given_, [&](const CommandLine::Given& given) { return given.name == name; });
    line.given_.push_back({name, {}});
    if (option->takes == CommandOption::Takes::nothing) continue;
    if (equals != word.npos) {
      TRY(add_value(line, *option, word.substr(equals + 1)));
      continue;
    }
    const bool is_many = option->takes == CommandOption::Takes::values;
    while (i + 1 < words.size() && !begins_as_option(words[i + 1])) {
      TRY(add_value(line, *option, words[++i]));
      if (!is_many) break;
    }
    if (line.given_.back().values.empty()) {
      return mistake(fmt::format("argument {}: expected {}", names_of(*option),
                                 is_many ? "at least one argument" : "one argument"));
    }
  }
  if (!commands_.empty()) return mistake("too few arguments");
  return line;
}

Ran<> CommandParser::check(const CommandLine& line) const {
  for (const CommandOption& option : options_) {
    if (option.required && !line.has(option.names.front())) {
      return mistake(fmt::format("argument {} is required", names_of(option)));
    }
  }
  if (exclusive_.empty()) return {};
  std::vector<std::string> names;
  for (const std::string& name : exclusive_) {
    if (line.has(name)) return {};
    names.push_back(names_of(*named(name)));
  }
  return mistake(fmt::format("one of the arguments {} is required", fmt::join(names, " ")));
}

std::string CommandParser::help() const {
  std::string text = fmt::format("usage: {} [options]", name_);
  if (!commands_.empty()) text += fmt::format(" {{{}}} ...", fmt::join(commands_, ","));
  text += fmt::format("\n\n{}\n\n", about_);
  std::size_t width = 0;
  for (const CommandOption& option : options_) width = std::max(width, names_of(option).size());
  for (const CommandOption& option : options_) {
    if (!option.refusal.empty()) continue;
    text += fmt::format("  {:<{}}  {}\n", names_of(option), width, option.about);
  }
  return text;
}

int refuse_command_line(const CommandParser& parser, const JavaError& error, Console& console) {
  console.err_line(fmt::format("usage: {} [-h] ...", parser.name()));
  const std::string_view tool = std::string_view(parser.name()).substr(0, parser.name().find(' '));
  console.err_line(fmt::format("{}: error: {}", tool, error.message));
  return 1;
}

}  // namespace weir::app::kafka
