#pragma once
// A command of the program: a noun and a verb ("topic create"), what it takes, and what it does.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/cli/exit.h"
#include "app/cli/options.h"

namespace weir::app {

using Environment = std::vector<std::pair<std::string, std::string>>;

struct Program {
  std::vector<std::string> arguments;  // without the program's own name
  Environment environment;
  std::string_view variable(std::string_view name) const;  // empty: not set
};

class Command {
 public:
  virtual ~Command() = default;
  virtual std::string_view name() const = 0;               // "topic create"
  virtual std::string_view summary() const = 0;            // one line without a full stop
  virtual std::string_view details() const { return ""; }  // paragraphs for --help; may be empty
  virtual std::string_view exit_codes() const {
    return "0 done, 1 refused or failed, 2 usage, 3 unreachable or timed out, 4 not found, 5 done "
           "in part, 130 interrupted";
  }
  virtual void describe(Options& options) = 0;
  // Its words are not parsed; it reads them itself.
  virtual bool takes_anything() const { return false; }
  virtual bool is_hidden() const { return false; }
  virtual Exit run(const Program& program) = 0;
};

using Commands = std::vector<std::unique_ptr<Command>>;

std::string help_of(Command& command);
// "NAME..." or "[FILE...]": an argument as it stands in a synopsis.
std::string shown_argument(const Option& argument);
// "-p, --partitions N"
std::string shown_option(const Option& option);

// To standard error: "weir topic create: WHAT".
void complain(std::string_view command, std::string_view what);

}  // namespace weir::app
