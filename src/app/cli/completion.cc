#include "app/cli/completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

namespace weir::app {
namespace {

std::vector<std::string> split(std::string_view name) {
  std::vector<std::string> words;
  while (!name.empty()) {
    const std::string_view word = name.substr(0, name.find(' '));
    words.emplace_back(word);
    name.remove_prefix(std::min(name.size(), word.size() + 1));
  }
  return words;
}

// The names an option goes by: "-b", "--brokers", "--bootstrap-server".
std::vector<std::string> names_of(const Option& option) {
  std::vector<std::string> names;
  std::string_view rest = option.names;
  while (!rest.empty()) {
    const std::string_view name = rest.substr(0, rest.find(','));
    names.emplace_back(name);
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
  }
  return names;
}

bool takes_value(const Option& option) { return !std::holds_alternative<bool*>(option.target); }

const Option* find(const Options& options, std::string_view name) {
  for (const Option& option : options.list()) {
    if (option.is_argument()) continue;
    if (std::ranges::count(names_of(option), name) > 0) return &option;
  }
  return nullptr;
}

// A word that begins with '-': which option it is, and the value that stands in the same word.
struct Flag {
  const Option* option = nullptr;
  std::optional<std::string> value = {};
};

Flag flag_of(const Options& options, const std::string& word) {
  if (const Option* option = find(options, word)) return {option};
  const std::size_t equals = word.find('=');
  if (word.starts_with("--") && equals != word.npos) {
    return {find(options, std::string_view(word).substr(0, equals)), word.substr(equals + 1)};
  }
  if (word.size() <= 2 || word.starts_with("--")) return {};
  return {find(options, std::string_view(word).substr(0, 2)), word.substr(2)};
}

// Which cluster is meant, and how to reach it.
bool is_of_client(const Option& option) {
  const std::string name = option.long_name();
  return name == "--brokers" || name == "--profile" || name == "-X";
}

const Option* argument_at(const Options& options, std::size_t index) {
  const Option* last = nullptr;
  for (const Option& option : options.list()) {
    if (!option.is_argument()) continue;
    last = &option;
    if (index-- == 0) return last;
  }
  const bool repeats = last && std::holds_alternative<std::vector<std::string>*>(last->target);
  return repeats ? last : nullptr;
}

void add_words(Completes what, std::string_view typed, std::vector<std::string>& words) {
  constexpr std::array<std::string_view, 4> formats{"text", "wide", "json", "csv"};
  constexpr std::array<std::string_view, 5> codecs{"none", "gzip", "snappy", "lz4", "zstd"};
  const auto add = [&](const auto& all) {
    for (const std::string_view word : all) {
      if (word.starts_with(typed)) words.emplace_back(word);
    }
  };
  if (what == Completes::formats) add(formats);
  if (what == Completes::codecs) add(codecs);
}

// Nouns, then verbs.
void add_commands(const Commands& commands, const std::vector<std::string>& typed,
                  Completion& completion) {
  std::set<std::string> next;
  if (typed.size() == 1) next = {"help"};
  for (const auto& command : commands) {
    const auto words = split(command->name());
    if (words.size() < typed.size() || command->is_hidden()) continue;
    if (std::equal(typed.begin(), typed.end() - 1, words.begin()))
      next.insert(words[typed.size() - 1]);
  }
  for (const std::string& word : next) {
    if (word.starts_with(typed.back())) completion.words.push_back(word);
  }
}

void complete_within(Command& command, std::vector<std::string> typed, Completion& completion) {
  Options options;
  command.describe(options);
  const std::string last = typed.back();
  typed.pop_back();
  std::size_t arguments = 0;
  const Option* awaiting = nullptr;
  const auto note = [&](const Option& option, const std::string& value) {
    if (!is_of_client(option)) return;
    auto& flags = completion.client_flags;
    flags.insert(flags.end(), {option.long_name(), value});
  };
  for (const std::string& word : typed) {
    if (awaiting) {
      note(*std::exchange(awaiting, nullptr), word);
    } else if (!word.starts_with('-')) {
      ++arguments;
    } else if (const Flag flag = flag_of(options, word); flag.option && takes_value(*flag.option)) {
      if (flag.value) {
        note(*flag.option, *flag.value);
      } else {
        awaiting = flag.option;
      }
    }
  }
  if (!awaiting && last.starts_with('-')) {
    for (const Option& option : options.list()) {
      if (!option.is_argument() && option.long_name().starts_with(last)) {
        completion.words.push_back(option.long_name());
      }
    }
    return;
  }
  const Option* wanted = awaiting ? awaiting : argument_at(options, arguments);
  if (!wanted) return;
  completion.names = wanted->completes;
  add_words(wanted->completes, last, completion.words);
}

constexpr std::string_view bash = R"(# weir: completion for bash. source <(weir completion bash)
_weir() {
  # Words as the shell has them end at blanks only; readline ends them at : and = too.
  local line="${COMP_LINE:0:COMP_POINT}" typed found current
  read -ra typed <<< "$line"
  [[ "$line" == *[[:blank:]] ]] && typed+=("")
  current="${typed[-1]}"
  local before="${current%"${COMP_WORDS[COMP_CWORD]}"}"
  [[ "${COMP_WORDS[COMP_CWORD]}" == [:=] ]] && before="$current"
  local IFS=$'\n'
  found=($(weir __complete "${typed[@]:1}" 2>/dev/null))
  COMPREPLY=("${found[@]#"$before"}")
  [[ ${#COMPREPLY[@]} -eq 0 ]] && compopt -o default
}
complete -F _weir weir
)";
constexpr std::string_view zsh = R"(#compdef weir
# weir: completion for zsh. source <(weir completion zsh)
_weir() {
  local -a found
  found=("${(@f)$(weir __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  [[ -n "$found" ]] && compadd -- $found || _files
}
# Installed as a file of its own it is called when something is to be completed.
if [[ "$funcstack[1]" == _weir ]]; then _weir "$@"; else compdef _weir weir; fi
)";
constexpr std::string_view fish = R"(# weir: completion for fish. weir completion fish | source
complete -c weir -a '(weir __complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
)";

}  // namespace

Completion complete(const Commands& commands, const std::vector<std::string>& typed) {
  Completion completion;
  if (typed.empty()) return completion;
  for (const auto& command : commands) {
    const auto words = split(command->name());
    if (words.size() >= typed.size() || !std::equal(words.begin(), words.end(), typed.begin()))
      continue;
    complete_within(*command,
                    {typed.begin() + static_cast<std::ptrdiff_t>(words.size()), typed.end()},
                    completion);
    return completion;
  }
  add_commands(commands, typed, completion);
  return completion;
}

std::string completion_script(std::string_view shell) {
  if (shell == "bash") return std::string(bash);
  if (shell == "zsh") return std::string(zsh);
  if (shell == "fish") return std::string(fish);
  return "";
}

}  // namespace weir::app
