#include "app/cli/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <set>

#include "app/cli/commands/commands.h"
#include "app/cli/standard_output.h"
#include "app/version.h"
#include "base/nearest_name.h"

namespace weir::app {
namespace {

int say(std::string_view text, Exit exit) {
  if (exit == Exit::done) return static_cast<int>(write_out("help", text));
  std::fwrite(text.data(), 1, text.size(), stderr);
  return static_cast<int>(exit);
}

std::size_t words_in(std::string_view name) {
  return static_cast<std::size_t>(std::ranges::count(name, ' ')) + 1;
}

std::string usage(const Commands& commands, std::string_view noun) {
  std::string out =
      noun.empty() ? "usage: weir COMMAND\n\n" : fmt::format("usage: weir {} COMMAND\n\n", noun);
  std::size_t width = 0;
  std::vector<const Command*> shown;
  for (const auto& command : commands) {
    if (command->is_hidden()) continue;
    if (!noun.empty() && !command->name().starts_with(fmt::format("{} ", noun))) continue;
    shown.push_back(command.get());
    width = std::max(width, command->name().size());
  }
  for (const Command* command : shown) {
    out += fmt::format("  {:<{}}  {}\n", command->name(), width, command->summary());
  }
  out += "\n`weir COMMAND --help` says what a command takes.\n";
  return out;
}

Command* find(const Commands& commands, const std::vector<std::string>& words, std::size_t& used) {
  Command* best = nullptr;
  used = 0;
  for (const auto& command : commands) {
    const std::size_t count = words_in(command->name());
    if (count <= used || count > words.size()) continue;
    const auto first = words.begin();
    if (fmt::format("{}", fmt::join(first, first + static_cast<std::ptrdiff_t>(count), " ")) !=
        command->name()) {
      continue;
    }
    best = command.get();
    used = count;
  }
  return best;
}

bool is_help_flag(std::string_view word) { return word == "--help" || word == "-h"; }

// `helps`: nothing is to be run, a noun is asked about.
int no_command(const Commands& commands, const std::vector<std::string>& words, bool helps) {
  const bool is_noun = std::ranges::any_of(commands, [&](const auto& command) {
    return command->name().starts_with(words.front() + " ");
  });
  const bool is_alone = words.size() == 1;
  const bool asks = !is_alone && is_help_flag(words[1]);
  if (is_noun && (is_alone || asks)) {
    return say(usage(commands, words.front()), asks || helps ? Exit::done : Exit::usage);
  }
  const std::string named = is_noun ? words[0] + " " + words[1] : words[0];
  std::set<std::string_view> names;
  for (const auto& command : commands) {
    names.insert(is_noun ? command->name() : command->name().substr(0, command->name().find(' ')));
  }
  const std::string_view near = nearest_name(named, names);
  return say(
      near.empty()
          ? fmt::format("weir: unknown command '{}'; `weir help` lists them\n", named)
          : fmt::format("weir: unknown command '{}': did you mean `weir {}`?\n", named, near),
      Exit::usage);
}

}  // namespace

Commands all_commands() {
  Commands commands;
  add_server_commands(commands);
  add_produce_commands(commands);
  add_consume_commands(commands);
  add_topic_commands(commands);
  add_topic_change_commands(commands);
  add_topic_record_commands(commands);
  add_group_commands(commands);
  add_group_change_commands(commands);
  add_config_commands(commands);
  add_cluster_commands(commands);
  add_bench_commands(commands);
  add_compat_commands(commands);
  add_log_commands(commands);
  add_program_commands(commands);
  add_completion_commands(commands);
  return commands;
}

int run_program(const Program& program) {
  const Commands commands = all_commands();
  const std::vector<std::string>& words = program.arguments;
  if (words.empty()) return say(usage(commands, ""), Exit::usage);
  const bool helps = words[0] == "help" || is_help_flag(words[0]);
  if (helps && words.size() == 1) return say(usage(commands, ""), Exit::done);
  std::size_t used = 0;
  std::vector<std::string> rest = words;
  if (helps) rest.erase(rest.begin());
  if (words[0] == "--version" || words[0] == "-V") rest[0] = "version";
  Command* command = find(commands, rest, used);
  if (!command) return no_command(commands, rest, helps);
  if (helps) return say(help_of(*command), Exit::done);
  rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(used));
  if (command->takes_anything()) return static_cast<int>(command->run(program));
  Options options;
  command->describe(options);
  const auto parsed = parse(options, rest);
  if (!parsed) {
    complain(command->name(),
             fmt::format("{}; see `weir {} --help`", parsed.error().what, command->name()));
    return static_cast<int>(Exit::usage);
  }
  if (*parsed == Parsed::help) return say(help_of(*command), Exit::done);
  return static_cast<int>(command->run(program));
}

}  // namespace weir::app
