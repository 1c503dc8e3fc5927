#include "app/cli/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>

#include "base/nearest_name.h"

namespace weir::app {
namespace {

template <class... Ts>
struct Overload : Ts... {
  using Ts::operator()...;
};

// CLI11 takes a word in brackets for a list: '[a,b]' for a and b. A byte in front of it, one that
// no word of a command line can have, keeps the word whole.
constexpr char shield = '\0';

std::string shielded(const std::string& word) {
  return word.starts_with('[') ? shield + word : word;
}

void unshield(std::string& word) {
  if (word.starts_with(shield)) word.erase(0, 1);
}

void unshield(const Option& option) {
  std::visit(Overload{[](std::string* to) { unshield(*to); },
                      [](std::optional<std::string>* to) {
                        if (*to) unshield(**to);
                      },
                      [](std::vector<std::string>* to) {
                        for (std::string& word : *to) unshield(word);
                      },
                      [](auto*) {}},
             option.target);
}

// What an option is called where something is wrong with it.
std::string called(const Option& option) {
  return option.value.empty() ? option.long_name()
                              : fmt::format("{} {}", option.long_name(), option.value);
}

// One command line while CLI11 reads it.
struct Reading {
  CLI::App app;
  std::vector<const CLI::Option*> bound;  // as the options
  std::string mistake;                    // the first value that is none

  void bind(const Option& option);
  bool take_number(const Option& option, std::string text, std::optional<std::int64_t>& to);
};

bool Reading::take_number(const Option& option, std::string text, std::optional<std::int64_t>& to) {
  unshield(text);
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc{} && stop == end) {
    to = number;
  } else if (mistake.empty()) {
    mistake = fmt::format("{} {}: a whole number is expected", option.long_name(), text);
  }
  return true;
}

void Reading::bind(const Option& option) {
  CLI::Option* made = nullptr;
  std::visit(Overload{[&](bool* to) { made = app.add_flag(option.names, *to); },
                      [&](std::vector<std::string>* to) {
                        made = app.add_option(option.names, *to)->take_all();
                        if (!option.is_argument()) made->allow_extra_args(false);
                      },
                      [&](std::optional<std::int64_t>* to) {
                        made = app.add_option(option.names, [this, &option, to](const auto& words) {
                          return take_number(option, words.front(), *to);
                        });
                      },
                      [&](auto* to) { made = app.add_option(option.names, *to); }},
             option.target);
  bound.push_back(made);
}

// In our words; CLI11's begin with the name of the option.
std::string words_of(const Options& options, const CLI::ParseError& error) {
  const std::string_view what = error.what();
  for (const Option& option : options.list()) {
    const std::string name = option.long_name();
    if (!what.starts_with(name + ":") || option.value.empty()) continue;
    return what.ends_with(" missing") ? fmt::format("{}: a value is expected", called(option))
                                      : fmt::format("{} is given twice", name);
  }
  return std::string(what);
}

std::string unknown_word(const Options& options, std::string_view word) {
  if (!word.starts_with('-')) return fmt::format("unexpected argument '{}'", word);
  std::vector<std::string> names{"--help"};
  for (const Option& option : options.list()) {
    if (!option.is_argument()) names.push_back(option.long_name());
  }
  const std::string_view near = nearest_name(word.substr(0, word.find('=')), names);
  return near.empty() ? fmt::format("unknown option '{}'", word)
                      : fmt::format("unknown option '{}': did you mean {}?", word, near);
}

}  // namespace

std::string Option::long_name() const {
  const std::size_t dashes = names.find("--");
  if (dashes == names.npos) return names.substr(0, names.find(','));
  return names.substr(dashes, names.find(',', dashes) - dashes);
}

Option& Options::flag(std::string names, bool& target, std::string help) {
  return list_.emplace_back(Option{std::move(names), "", std::move(help), &target, false, {}});
}

Result<> check_number(std::string_view option, const std::optional<std::int64_t>& number,
                      std::int64_t least, std::int64_t most) {
  if (!number || (*number >= least && *number <= most)) return {};
  const std::string bounds =
      most == INT64_MAX ? fmt::format("at least {}", least) : fmt::format("{} to {}", least, most);
  return fail(Errc::invalid, fmt::format("{} {}: {} is expected", option, *number, bounds));
}

Result<Parsed> parse(const Options& options, const std::vector<std::string>& words) {
  Reading reading;
  for (const Option& option : options.list()) reading.bind(option);
  try {
    std::vector<std::string> reversed;
    for (auto word = words.rbegin(); word != words.rend(); ++word) {
      reversed.push_back(shielded(*word));
    }
    reading.app.allow_extras();
    reading.app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    return Parsed::help;
  } catch (const CLI::ParseError& error) {
    return fail(Errc::invalid, words_of(options, error));
  }
  for (const Option& option : options.list()) unshield(option);
  std::vector<std::string> left = reading.app.remaining();
  std::erase(left, "--");  // after which nothing is an option
  if (!left.empty()) {
    unshield(left.front());
    return fail(Errc::invalid, unknown_word(options, left.front()));
  }
  if (!reading.mistake.empty()) return fail(Errc::invalid, reading.mistake);
  for (std::size_t i = 0; i < reading.bound.size(); ++i) {
    const Option& option = options.list()[i];
    if (!option.required || reading.bound[i]->count() > 0) continue;
    return fail(Errc::invalid, fmt::format("{} is missing: {}", called(option), option.help));
  }
  return Parsed::run;
}

}  // namespace weir::app
