// weir completion, __complete, man.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "app/cli/commands/commands.h"
#include "app/cli/completion.h"
#include "app/cli/manual.h"
#include "app/cli/profile.h"
#include "app/cli/program.h"
#include "app/cli/session.h"
#include "app/cli/standard_output.h"

namespace weir::app {
namespace {

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
    if (!script.empty()) return write_out(name(), script);
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
      if (!topics) co_return Exit::done;  // nothing to propose
      for (const auto& [topic, listed] : *topics) {
        if (topic.starts_with(typed_)) text += topic + "\n";
      }
    } else {
      auto listing = session.admin.list_groups({}, session.deadline());
      const auto groups = co_await std::move(listing);
      if (!groups) co_return Exit::done;
      for (const auto& [group, listed] : *groups) {
        if (group.starts_with(typed_)) text += group + "\n";
      }
    }
    auto showing = session.show(std::move(text));
    co_return co_await std::move(showing) ? Exit::done : Exit::failed;
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
    if (write_out(name(), text) != Exit::done) return Exit::failed;
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
    return "Prints manual pages, as roff: weir man topic create | man -l -";
  }
  void describe(Options& options) override {
    options.argument("COMMAND", words_, "a command or its first word; weir itself if absent",
                     false);
    options.option("--write", "DIR", directory_, "write all pages as files to this directory")
        .completes = Completes::files;
  }
  Exit run(const Program&) override {
    const Commands commands = all_commands();
    const auto pages = manual_pages(commands);
    if (directory_) return write_all_to(pages);
    const std::string words = fmt::format("{}", fmt::join(words_, " "));
    const auto page = std::ranges::find(pages, manual_name(words), &ManualPage::name);
    if (page != pages.end()) return write_out(name(), page->text);
    complain(name(), fmt::format("unknown command '{}'", words));
    return Exit::not_found;
  }

 private:
  Exit write_all_to(const std::vector<ManualPage>& pages) const {
    std::error_code error;
    const std::filesystem::path directory(*directory_);
    std::filesystem::create_directories(directory, error);
    for (const ManualPage& page : pages) {
      std::ofstream out(directory / (page.name + ".1"), std::ios::binary | std::ios::trunc);
      out << page.text;
      out.close();
      if (out) continue;
      complain(name(), fmt::format("cannot write to {}", *directory_));
      return Exit::failed;
    }
    return Exit::done;
  }

  std::vector<std::string> words_;
  std::optional<std::string> directory_;
};

}  // namespace

void add_completion_commands(Commands& commands) {
  commands.push_back(std::make_unique<CompletionScript>());
  commands.push_back(std::make_unique<Manual>());
  commands.push_back(std::make_unique<Complete>());
}

}  // namespace weir::app
