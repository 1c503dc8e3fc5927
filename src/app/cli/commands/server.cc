// weir server, as a command among the others; server/serve.h runs it.

#include "app/cli/commands/commands.h"
#include "app/cli/server_command.h"
#include "app/server/serve.h"

namespace weir::app {
namespace {

class ServerCommand final : public Command {
 public:
  std::string_view name() const override { return "server"; }
  std::string_view summary() const override {
    return "Runs a broker, on localhost:9092 unless told otherwise";
  }
  std::string_view details() const override {
    return "A fresh directory is formatted at the first start. A flag counts before the "
           "environment\n"
           "(WEIR_LOG_DIRS=/data sets log.dirs), and that before the file. SIGTERM and Ctrl-C "
           "stop\n"
           "it cleanly, a second one at once.";
  }
  std::string_view exit_codes() const override {
    return "0 stopped cleanly, 1 failed while it ran, 2 flags or configuration, 3 another process "
           "has the data directory, 4 a listener's address cannot be had, 5 the data directory "
           "cannot be used";
  }
  void describe(Options& options) override { words_.describe(options); }
  // Its words are read where it is run, which also other names of the program do.
  bool takes_anything() const override { return true; }
  Exit run(const Program& program) override {
    return static_cast<Exit>(
        serve({program.arguments.begin() + 1, program.arguments.end()}, program.environment));
  }

 private:
  ServerWords words_;
};

}  // namespace

void add_server_commands(Commands& commands) {
  commands.push_back(std::make_unique<ServerCommand>());
}

}  // namespace weir::app
