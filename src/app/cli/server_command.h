#pragma once
// The command line of `weir server`.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/cli/options.h"
#include "app/config/server_options.h"

namespace weir::app {

// What is left to do when the command line has answered for itself: `text` goes to standard output
// if code is 0 (help), else to standard error. Codes: docs/exit_codes.md.
struct CommandEnd {
  int code = 0;
  std::string text;
};

// What stands on it; help, completion and manual pages are made from this, too.
struct ServerWords {
  std::optional<std::string> config, data, listen, log_level, log_format, log_file;
  std::optional<std::int64_t> shards;
  std::vector<std::string> set;  // name=value
  void describe(Options& options);
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
