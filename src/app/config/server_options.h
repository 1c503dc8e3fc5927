#pragma once
// From what a user wrote to what a server is told: weir.toml or server.properties, WEIR_... in the
// environment, --set and flags, each over the one before. Takes file content as text; touches no
// file and no environment itself.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "metadata/config/broker_settings.h"
#include "runtime/log_sink.h"

namespace weir::app {

struct ConfigFile {
  std::string path;  // ".toml" at its end: TOML, else Java properties
  std::string content;
};

// name and value, in the order in which they were given
using NamedValues = std::vector<std::pair<std::string, std::string>>;

struct OptionSources {
  std::optional<ConfigFile> file;
  NamedValues environment;            // all variables; those that begin with WEIR_ count
  NamedValues set;                    // --set name=value
  std::optional<std::string> data;    // --data
  std::optional<std::string> listen;  // --listen HOST:PORT
  std::optional<std::size_t> shards;  // --shards
  std::optional<std::string> log_level, log_format, log_file;  // --log-level and so on
};

struct ServerOptions {
  metadata::BrokerSettings settings;
  metadata::ConfigMap static_config;  // names and values as they were written
  std::size_t shards = 0;             // 0: the server's own choice
  runtime::LogSettings log;
  std::vector<std::string> warnings;  // one line each, to be logged once
};

// Errors are one line that names file, line, name and what to do. Errc::invalid: a mistake;
// Errc::unsupported: Kafka would accept it, Weir does not serve it.
Result<ServerOptions> read_server_options(const OptionSources& sources);

// WEIR_LOG_RETENTION_MS -> log.retention.ms: lower case, `_` becomes `.`.
std::string config_name_of_variable(std::string_view variable);

}  // namespace weir::app
