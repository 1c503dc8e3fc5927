#include "app/cli/manual.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "app/version.h"

namespace weir::app {
namespace {

constexpr std::string_view program_about =
    "broker, producer, consumer and administrator of event streams, in Kafka's protocol";

std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else {
      if (c == '-') out += '\\';
      out += c;
    }
  }
  if (out.starts_with('.') || out.starts_with('\'')) out.insert(0, "\\&");
  return out;
}

std::string head_of(std::string_view name, std::string_view about) {
  return fmt::format(".TH {0} 1 \"\" \"weir {1}\" \"Weir\"\n.SH NAME\n{0} \\- {2}\n", roff(name),
                     version, roff(about));
}

// "weir topic create NAME... [OPTIONS]"
std::string synopsis_of(Command& command) {
  Options options;
  command.describe(options);
  std::string out = fmt::format(".B weir {}\n", roff(command.name()));
  for (const Option& option : options.list()) {
    if (option.is_argument()) out += fmt::format(".I {}\n", roff(shown_argument(option)));
  }
  return out + "[OPTIONS]\n";
}

std::string as_it_stands(std::string_view text) {
  std::string out = ".nf\n";
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    out += roff(line) + "\n";
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return out + ".fi\n";
}

std::string option_text(const Option& option) {
  return fmt::format(".TP\n.B {}\n{}\n",
                     roff(option.is_argument() ? shown_argument(option) : shown_option(option)),
                     roff(option.help));
}

std::string page_of(Command& command, const std::string& see_also) {
  Options options;
  command.describe(options);
  std::string out = head_of(manual_name(command.name()), command.summary());
  out += ".SH SYNOPSIS\n" + synopsis_of(command);
  if (!command.details().empty()) out += ".SH DESCRIPTION\n" + as_it_stands(command.details());
  if (!options.list().empty()) out += ".SH OPTIONS\n";
  for (const Option& option : options.list()) out += option_text(option);
  out += fmt::format(".SH EXIT STATUS\n{}\n", roff(command.exit_codes()));
  return out + fmt::format(".SH SEE ALSO\n.BR {} (1)\n", roff(see_also));
}

std::string list_of(const std::vector<Command*>& commands) {
  std::string out = ".SH COMMANDS\n";
  for (Command* command : commands) {
    out += fmt::format(".TP\n.BR {} (1)\n{}\n", roff(manual_name(command->name())),
                       roff(command->summary()));
  }
  return out;
}

std::string group_page(std::string_view noun, const std::vector<Command*>& commands) {
  std::vector<std::string_view> verbs;
  for (const Command* command : commands) verbs.push_back(command->name().substr(noun.size() + 1));
  std::string out = head_of(manual_name(noun), fmt::format("{}", fmt::join(verbs, ", ")));
  out += ".SH SYNOPSIS\n";
  for (Command* command : commands) out += synopsis_of(*command) + ".br\n";
  return out + list_of(commands) + ".SH SEE ALSO\n.BR weir (1)\n";
}

std::string program_page(const std::vector<Command*>& commands) {
  std::string out = head_of(manual_name(""), program_about);
  out += ".SH SYNOPSIS\n.B weir\n.I COMMAND\n[OPTIONS]\n";
  out += list_of(commands);
  out +=
      ".SH ENVIRONMENT\n"
      ".TP\n.B WEIR_BROKERS\nbrokers to begin with, as \\-\\-brokers\n"
      ".TP\n.B WEIR_PROFILE\nthe profile to use, as \\-\\-profile\n"
      ".SH FILES\n.TP\n.I $XDG_CONFIG_HOME/weir/profiles.toml\nprofiles\n";
  return out;
}

}  // namespace

std::string manual_name(std::string_view words) {
  std::string name = words.empty() ? "weir" : fmt::format("weir {}", words);
  std::ranges::replace(name, ' ', '-');
  return name;
}

std::vector<ManualPage> manual_pages(const Commands& commands) {
  std::vector<Command*> shown;
  std::map<std::string, std::vector<Command*>> nouns;
  for (const auto& command : commands) {
    if (command->is_hidden()) continue;
    shown.push_back(command.get());
    const std::size_t blank = command->name().find(' ');
    if (blank != std::string_view::npos) {
      nouns[std::string(command->name().substr(0, blank))].push_back(command.get());
    }
  }
  std::vector<ManualPage> pages{{manual_name(""), program_page(shown)}};
  for (const auto& [noun, its] : nouns) {
    pages.push_back({manual_name(noun), group_page(noun, its)});
  }
  for (Command* command : shown) {
    const std::string_view name = command->name();
    const std::size_t blank = name.find(' ');
    const std::string_view group = blank == name.npos ? "" : name.substr(0, blank);
    pages.push_back({manual_name(name), page_of(*command, manual_name(group))});
  }
  return pages;
}

}  // namespace weir::app
