#pragma once
// The command line of `weir server`.

#include <string>
#include <variant>
#include <vector>

#include "app/config/server_options.h"

namespace weir::app {

// What is left to do when the command line has answered for itself: `text` goes to standard output
// if code is 0 (help), else to standard error. Codes: docs/exit_codes.md.
struct CommandEnd {
  int code = 0;
  std::string text;
};

// Flags without their file: `config_path` is to be read by the caller, who touches files.
struct ServerFlags {
  std::string config_path;  // empty: none
  OptionSources sources;    // file and environment are not filled in
};

// `arguments`: what follows `weir server`.
std::variant<ServerFlags, CommandEnd> parse_server_flags(const std::vector<std::string>& arguments);

// All of it: flags, the environment, the file. `environment` as in OptionSources; WEIR_CONFIG names
// a file if no
// --config does.
std::variant<ServerOptions, CommandEnd> server_command(const std::vector<std::string>& arguments,
                                                       const NamedValues& environment);

}  // namespace weir::app
