// weir compat install, list: this program under the names of Kafka's tools.

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "app/cli/commands/commands.h"
#include "app/cli/standard_output.h"
#include "app/kafka_tools/tools.h"

namespace weir::app {
namespace {

namespace fs = std::filesystem;

class CompatList final : public Command {
 public:
  std::string_view name() const override { return "compat list"; }
  std::string_view summary() const override {
    return "Lists the tools of Kafka that this program stands in for";
  }
  void describe(Options&) override {}
  Exit run(const Program&) override {
    return write_out(name(), fmt::format("{}\n", fmt::join(kafka_tool_names(), "\n")));
  }
};

class CompatInstall final : public Command {
 public:
  std::string_view name() const override { return "compat install"; }
  std::string_view summary() const override {
    return "Links this program by the names of Kafka's tools, with and without .sh";
  }
  std::string_view details() const override {
    return "Links of an earlier run are made anew. Any other file or link of such a name stays as "
           "it is, and is an error.";
  }
  void describe(Options& options) override {
    options.argument("DIR", directory_, "where to put the links; it is made if need be").completes =
        Completes::files;
  }

  Exit run(const Program&) override {
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    if (error) return failed("/proc/self/exe", error);
    fs::create_directories(directory_, error);
    if (error) return failed(directory_, error);
    Exits exits;
    for (const std::string_view tool : kafka_tool_names()) {
      exits.add(link(program, fs::path(directory_) / tool));
      // kcat is no script.
      if (tool.starts_with("kafka-")) {
        exits.add(link(program, fs::path(directory_) / fmt::format("{}.sh", tool)));
      }
    }
    return exits.result();
  }

 private:
  Exit failed(const fs::path& path, const std::error_code& error) const {
    complain(name(), fmt::format("{}: {}", path.string(), error.message()));
    return Exit::failed;
  }

  Exit link(const fs::path& program, const fs::path& path) const {
    std::error_code error;
    // Ours, of whatever version: it leads to a program of the same name.
    const fs::path leads_to = fs::read_symlink(path, error);
    if (!error && leads_to.filename() == program.filename()) fs::remove(path, error);
    fs::create_symlink(program, path, error);
    if (error) return failed(path, error);
    return write_out(name(), path.string() + "\n");
  }

  std::string directory_;
};

}  // namespace

void add_compat_commands(Commands& commands) {
  commands.push_back(std::make_unique<CompatInstall>());
  commands.push_back(std::make_unique<CompatList>());
}

}  // namespace weir::app
