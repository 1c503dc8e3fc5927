#include "app/cli/server_command.h"

#include <fmt/format.h>

#include <fstream>

#include "app/cli/commands/commands.h"

namespace weir::app {
namespace {

constexpr int bad_usage = 2;
constexpr std::size_t config_bytes_max = 16 << 20;

Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string content;
  if (in) {
    content.resize(config_bytes_max + 1);
    in.read(content.data(), static_cast<std::streamsize>(content.size()));
    content.resize(static_cast<std::size_t>(in.gcount()));
  }
  if (!in.eof()) return fail(Errc::io, fmt::format("cannot read {}", path));
  return content;
}

CommandEnd mistake(std::string text) { return {bad_usage, "weir server: " + std::move(text)}; }

}  // namespace

void ServerWords::describe(Options& options) {
  options.option("--config", "FILE", config, "weir.toml or Kafka's server.properties (WEIR_CONFIG)")
      .completes = Completes::files;
  options.option("--data", "DIR", data, "directory of the data (./weir-data)").completes =
      Completes::files;
  options.option("--listen", "HOST:PORT", listen, "where clients connect (localhost:9092)");
  options.option("--shards", "N", shards, "threads that serve (as many as there are processors)");
  options.option("--set", "NAME=VALUE", set, "one setting of Kafka's; may be repeated");
  options.option("--log-level", "LEVEL", log_level, "trace, debug, info (default), warning, error");
  options.option("--log-format", "FORMAT", log_format, "text (default) or json");
  options.option("--log-file", "FILE", log_file, "a file instead of standard error").completes =
      Completes::files;
}

std::variant<ServerFlags, CommandEnd> parse_server_flags(
    const std::vector<std::string>& arguments) {
  ServerWords words;
  Options options;
  words.describe(options);
  const auto parsed = parse(options, arguments);
  if (!parsed) return mistake(parsed.error().what + "; see `weir server --help`");
  if (*parsed == Parsed::help) {
    Commands commands;
    add_server_commands(commands);
    return CommandEnd{0, help_of(*commands.front())};
  }
  ServerFlags flags;
  flags.config_path = words.config.value_or("");
  for (const std::string& setting : words.set) {
    const std::size_t equals = setting.find('=');
    if (equals == setting.npos || equals == 0) {
      return mistake(fmt::format("--set {}: name=value is expected", setting));
    }
    flags.sources.set.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
  }
  if (words.shards && *words.shards < 0) {
    return mistake(fmt::format("--shards {}: a number of threads is expected", *words.shards));
  }
  flags.sources.data = words.data;
  flags.sources.listen = words.listen;
  if (words.shards) flags.sources.shards = static_cast<std::size_t>(*words.shards);
  flags.sources.log_level = words.log_level;
  flags.sources.log_format = words.log_format;
  flags.sources.log_file = words.log_file;
  return flags;
}

std::variant<ServerOptions, CommandEnd> server_command(const std::vector<std::string>& arguments,
                                                       const NamedValues& environment) {
  auto parsed = parse_server_flags(arguments);
  if (auto* end = std::get_if<CommandEnd>(&parsed)) return std::move(*end);
  auto& flags = std::get<ServerFlags>(parsed);
  flags.sources.environment = environment;
  for (const auto& [name, value] : environment) {
    if (name == "WEIR_CONFIG" && flags.config_path.empty()) flags.config_path = value;
  }
  if (!flags.config_path.empty()) {
    auto content = read_file(flags.config_path);
    if (!content) return mistake(content.error().what);
    flags.sources.file = ConfigFile{flags.config_path, *std::move(content)};
  }
  auto options = read_server_options(flags.sources);
  if (!options) return mistake(options.error().what);
  return *std::move(options);
}

}  // namespace weir::app
