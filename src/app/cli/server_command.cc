#include "app/cli/server_command.h"

#include <CLI/CLI.hpp>
#include <fstream>

#include <fmt/format.h>

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

std::variant<ServerFlags, CommandEnd> parse_server_flags(
    const std::vector<std::string>& arguments) {
  ServerFlags flags;
  std::vector<std::string> set;
  std::string data, listen, log_level, log_format, log_file;
  std::size_t shards = 0;
  CLI::App app("Runs a broker; without a flag on localhost:9092, data in ./weir-data.",
               "weir server");
  app.add_option("--config", flags.config_path, "weir.toml or Kafka's server.properties");
  auto* data_flag = app.add_option("--data", data, "directory of the data");
  auto* listen_flag = app.add_option("--listen", listen, "HOST:PORT for clients");
  auto* shards_flag = app.add_option("--shards", shards, "threads that serve");
  app.add_option("--set", set, "name=value, one setting of Kafka's; may be repeated")
      ->take_all()
      ->allow_extra_args(false);
  auto* level_flag =
      app.add_option("--log-level", log_level, "trace, debug, info (default), warning or error");
  auto* format_flag = app.add_option("--log-format", log_format, "text (default) or json");
  auto* file_flag = app.add_option("--log-file", log_file, "a file instead of standard error");
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return CommandEnd{0, app.help()};
    return mistake(error.what());
  }
  for (const std::string& setting : set) {
    const std::size_t equals = setting.find('=');
    if (equals == setting.npos || equals == 0) {
      return mistake(fmt::format("--set {}: name=value is expected", setting));
    }
    flags.sources.set.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
  }
  if (*data_flag) flags.sources.data = data;
  if (*listen_flag) flags.sources.listen = listen;
  if (*shards_flag) flags.sources.shards = shards;
  if (*level_flag) flags.sources.log_level = log_level;
  if (*format_flag) flags.sources.log_format = log_format;
  if (*file_flag) flags.sources.log_file = log_file;
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
