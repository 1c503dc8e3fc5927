#include "app/cli/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/nearest_name.h"

namespace weir::app {
namespace {

template <class... Ts>
struct Overload : Ts... {
  using Ts::operator()...;
};

void bind(CLI::App& app, const Option& option) {
  CLI::Option* bound = nullptr;
  std::visit(Overload{[&](bool* to) { bound = app.add_flag(option.names, *to); },
                      [&](std::vector<std::string>* to) {
                        bound = app.add_option(option.names, *to)->take_all();
                        if (!option.is_argument()) bound->allow_extra_args(false);
                      },
                      [&](auto* to) { bound = app.add_option(option.names, *to); }},
             option.target);
  if (option.required) bound->required();
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

Result<Parsed> parse(const Options& options, const std::vector<std::string>& words) {
  CLI::App app;
  for (const Option& option : options.list()) bind(app, option);
  try {
    std::vector<std::string> reversed(words.rbegin(), words.rend());
    app.allow_extras();
    app.parse(reversed);
    const std::vector<std::string> left = app.remaining();
    if (!left.empty()) return fail(Errc::invalid, unknown_word(options, left.front()));
  } catch (const CLI::CallForHelp&) {
    return Parsed::help;
  } catch (const CLI::ParseError& error) {
    return fail(Errc::invalid, error.what());
  }
  return Parsed::run;
}

}  // namespace weir::app
