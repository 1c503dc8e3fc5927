#include "app/kafka_tools/arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace weir::app::kafka {
namespace {

std::unexpected<JavaError> option_error(std::string_view kind, std::string message) {
  return std::unexpected(
      JavaError(fmt::format("joptsimple.{}Exception", kind), std::move(message)));
}

bool looks_like_option(std::string_view word) { return word.starts_with('-') && word != "-"; }

template <class Number>
Ran<std::optional<Number>> converted(const Arguments& from, std::string_view name) {
  TRY_ASSIGN(const std::optional<std::string> text, from.value(name));
  if (!text) return std::nullopt;
  std::string_view digits = *text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  Number number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc{} || stop != end || digits.empty()) {
    return option_error("OptionArgumentConversion",
                        fmt::format("Cannot parse argument '{}' of option {}", *text, name));
  }
  return number;
}

}  // namespace

const Arguments::Given* Arguments::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(given_, [&](const Given& given) { return given.option->name == name; });
  return found == given_.end() ? nullptr : &*found;
}

bool Arguments::has(std::string_view name) const { return find(name) != nullptr; }

std::vector<std::string> Arguments::values(std::string_view name) const {
  if (const Given* given = find(name); given && !given->values.empty()) return given->values;
  for (const ToolOption& option : *options_) {
    if (option.name == name && option.preset) return {*option.preset};
  }
  return {};
}

Ran<std::optional<std::string>> Arguments::value(std::string_view name) const {
  const std::vector<std::string> all = values(name);
  if (all.empty()) return std::nullopt;
  if (all.size() > 1) {
    return option_error(
        "MultipleArgumentsForOption",
        fmt::format("Found multiple arguments for option {}, but you asked for only one", name));
  }
  return all.front();
}

Ran<std::optional<std::int64_t>> Arguments::number(std::string_view name) const {
  return converted<std::int64_t>(*this, name);
}

Ran<std::optional<std::int32_t>> Arguments::small_number(std::string_view name) const {
  return converted<std::int32_t>(*this, name);
}

ArgumentParser::ArgumentParser() {
  flag("help", "Print this help and end");
  flag("version", "Print the version and end");
  for (ToolOption& option : options_) option.is_help = true;
}

ToolOption& ArgumentParser::flag(std::string name, std::string about) {
  return options_.emplace_back(ToolOption{.name = std::move(name), .about = std::move(about)});
}

ToolOption& ArgumentParser::option(std::string name, std::string about) {
  return options_.emplace_back(
      ToolOption{.name = std::move(name), .takes = Takes::value, .about = std::move(about)});
}

ToolOption& ArgumentParser::optional(std::string name, std::string about) {
  return options_.emplace_back(ToolOption{
      .name = std::move(name), .takes = Takes::optional_value, .about = std::move(about)});
}

void ArgumentParser::refuse(std::string name, Takes takes, std::string why) {
  options_.push_back({.name = std::move(name), .takes = takes, .refusal = std::move(why)});
}

namespace {

void add_value(std::vector<std::string>& values, const ToolOption& option, std::string value) {
  if (!option.splits) {
    values.push_back(std::move(value));
    return;
  }
  const std::size_t before = values.size();
  for (std::size_t from = 0; from < value.size();) {
    const std::size_t comma = std::min(value.find(',', from), value.size());
    if (comma > from) values.push_back(value.substr(from, comma - from));
    from = comma + 1;
  }
  if (values.size() == before) values.push_back(std::move(value));
}

}  // namespace

Ran<Arguments> ArgumentParser::parse(const std::vector<std::string>& words) const {
  Arguments arguments;
  arguments.options_ = &options_;
  arguments.any_word_ = !words.empty();
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--") break;
    if (!looks_like_option(word)) continue;
    const std::size_t equals = word.find('=');
    const bool is_long = word.starts_with("--");
    const std::size_t begin = is_long ? 2 : 1;
    std::string name = word.substr(begin, equals == word.npos ? equals : equals - begin);
    const auto option =
        std::ranges::find_if(options_, [&](const ToolOption& o) { return o.name == name; });
    if (option == options_.end()) {
      // A word with one dash is letters, each an option; there are none.
      if (!is_long) name.resize(std::min<std::size_t>(1, name.size()));
      return option_error("UnrecognizedOption", fmt::format("{} is not a recognized option", name));
    }
    if (!option->refusal.empty()) {
      return option_error("UnrecognizedOption",
                          fmt::format("--{} is not supported: {}", name, option->refusal));
    }
    auto given = std::ranges::find_if(
        arguments.given_, [&](const Arguments::Given& g) { return g.option == &*option; });
    if (given == arguments.given_.end()) {
      given = arguments.given_.insert(given, {&*option, {}});
    }
    arguments.order_.push_back(name);
    if (option->takes == Takes::nothing) continue;
    if (equals != word.npos) {
      add_value(given->values, *option, word.substr(equals + 1));
    } else if (i + 1 == words.size()) {
      if (option->takes == Takes::optional_value) continue;
      return option_error("OptionMissingRequiredArgument",
                          fmt::format("Option {} requires an argument", name));
    } else if (option->takes == Takes::value || !looks_like_option(words[i + 1])) {
      add_value(given->values, *option, words[++i]);
    }
  }
  const bool any_help = std::ranges::any_of(
      arguments.given_, [](const Arguments::Given& given) { return given.option->is_help; });
  std::string unavailable;
  for (const Arguments::Given& given : arguments.given_) {
    const auto& partners = given.option->only_with;
    if (any_help || partners.empty()) continue;
    if (std::ranges::any_of(partners, [&](const auto& name) { return arguments.has(name); })) {
      continue;
    }
    unavailable += fmt::format("{}{}", unavailable.empty() ? "" : ", ", given.option->name);
  }
  if (!unavailable.empty()) {
    return option_error(
        "UnavailableOption",
        fmt::format("Option(s) [{}] are unavailable given other options on the command line",
                    unavailable));
  }
  return arguments;
}

std::string ArgumentParser::usage() const {
  std::vector<std::pair<std::string, std::string>> rows;
  for (const ToolOption& option : options_) {
    if (!option.refusal.empty()) continue;
    std::string left = "--" + option.name;
    if (option.takes == Takes::value) left += " <value>";
    if (option.takes == Takes::optional_value) left += " [value]";
    std::string right = option.about;
    if (option.preset && !option.preset->empty()) {
      right += fmt::format(" (default: {})", *option.preset);
    }
    rows.emplace_back(std::move(left), std::move(right));
  }
  std::ranges::sort(rows);
  std::size_t width = 6;
  for (const auto& [left, right] : rows) width = std::max(width, left.size());
  std::string out = fmt::format("{:<{}}  {}\n{:<{}}  {}\n", "Option", width, "Description",
                                "------", width, "-----------");
  for (const auto& [left, right] : rows) out += fmt::format("{:<{}}  {}\n", left, width, right);
  return out;
}

std::string shown(std::string_view option) { return fmt::format("[{}]", option); }

Ran<> need(const Arguments& given, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (!given.has(name)) {
      return bad_usage(fmt::format("Missing required argument \"{}\"", shown(name)));
    }
  }
  return {};
}

Ran<> forbid_with(const Arguments& given, std::string_view used,
                  const std::vector<std::string>& forbidden) {
  if (!given.has(used)) return {};
  for (const std::string& other : forbidden) {
    if (given.has(other)) {
      return bad_usage(
          fmt::format("Option \"{}\" can't be used with option \"{}\"", shown(used), shown(other)));
    }
  }
  return {};
}

}  // namespace weir::app::kafka
