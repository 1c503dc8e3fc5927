// weir completion, __complete, man.

#include <fmt/format.h>

#include <cstdio>

#include "app/cli/commands/commands.h"
#include "app/cli/completion.h"
#include "app/cli/profile.h"
#include "app/cli/program.h"
#include "app/cli/session.h"

namespace weir::app {
namespace {

Exit print_text(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  return std::fflush(stdout) == 0 ? Exit::done : Exit::failed;
}

class CompletionScript final : public Command {
 public:
  std::string_view name() const override { return "completion"; }
  std::string_view summary() const override {
    return "Prints a completion script: bash, zsh or fish";
  }
  void describe(Options& options) override {
    options.argument("SHELL", shell_, "bash, zsh or fish");
  }
  Exit run(const Program&) override {
    const std::string script = completion_script(shell_);
    if (!script.empty()) return print_text(script);
    complain(name(), fmt::format("'{}': bash, zsh or fish is expected", shell_));
    return Exit::usage;
  }

 private:
  std::string shell_;
};

// Names of topics or groups, one a line, or nothing within the time that a person waits for.
class ListNames final : public ClientCommand {
 public:
  ListNames(Completes what, std::string typed) : what_(what), typed_(std::move(typed)) {}
  std::string_view name() const override { return "__complete"; }
  std::string_view summary() const override { return "Lists names"; }

 private:
  void describe_own(Options&) override {}
  Task<Exit> run_in(Session& session) override {
    std::string text;
    if (what_ == Completes::topics) {
      auto listing = session.admin.list_topics(false, session.deadline());
      const auto topics = co_await std::move(listing);
      if (!topics) co_return Exit::failed;
      for (const auto& [topic, listed] : *topics) {
        if (topic.starts_with(typed_)) text += topic + "\n";
      }
    } else {
      auto listing = session.admin.list_groups({}, session.deadline());
      const auto groups = co_await std::move(listing);
      if (!groups) co_return Exit::failed;
      for (const auto& [group, listed] : *groups) {
        if (group.starts_with(typed_)) text += group + "\n";
      }
    }
    auto writing = session.write(std::move(text));
    co_return co_await std::move(writing) ? Exit::done : Exit::failed;
  }

  Completes what_;
  std::string typed_;
};

class Complete final : public Command {
 public:
  std::string_view name() const override { return "__complete"; }
  std::string_view summary() const override { return "Says what may stand at the cursor"; }
  void describe(Options&) override {}
  bool takes_anything() const override { return true; }
  bool is_hidden() const override { return true; }

  Exit run(const Program& program) override {
    const std::vector<std::string> typed(program.arguments.begin() + 1, program.arguments.end());
    const Completion found = complete(all_commands(), typed);
    std::string text;
    for (const std::string& word : found.words) text += word + "\n";
    if (found.names == Completes::profiles) {
      const auto profiles = load_profiles(profiles_path(program));
      if (profiles) {
        for (const auto& [profile, settings] : profiles->all) {
          if (profile.starts_with(typed.back())) text += profile + "\n";
        }
      }
    }
    print_text(text);
    if (found.names != Completes::topics && found.names != Completes::groups) return Exit::done;
    ListNames names(found.names, typed.back());
    Options options;
    names.describe(options);
    std::vector<std::string> flags = found.client_flags;
    flags.insert(flags.end(), {"--timeout", "300ms"});
    if (!parse(options, flags)) return Exit::failed;
    return static_cast<Command&>(names).run(program);
  }
};

class Manual final : public Command {
 public:
  std::string_view name() const override { return "man"; }
  std::string_view summary() const override {
    return "Prints the manual page of a command, as roff";
  }
  void describe(Options& options) override {
    options.argument("COMMAND", words_, "the command, as in: weir man topic create");
  }
  Exit run(const Program&) override {
    const std::string wanted = fmt::format("{}", fmt::join(words_, " "));
    for (const auto& command : all_commands()) {
      if (command->name() == wanted) return print_text(manual_page(*command));
    }
    complain(name(), fmt::format("unknown command '{}'", wanted));
    return Exit::not_found;
  }

 private:
  std::vector<std::string> words_;
};

}  // namespace

void add_completion_commands(Commands& commands) {
  commands.push_back(std::make_unique<CompletionScript>());
  commands.push_back(std::make_unique<Manual>());
  commands.push_back(std::make_unique<Complete>());
}

}  // namespace weir::app
