#include "app/kafka_tools/tool.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>

#include "app/kafka_tools/java_text.h"
#include "app/version.h"
#include "client/properties.h"

namespace weir::app::kafka {

bool Console::flush() {
  for (const auto& [stream, text] : chunks_) {
    std::string_view rest = text;
    while (!rest.empty()) {
      const ssize_t written = ::write(stream, rest.data(), rest.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        if (stream == STDOUT_FILENO) error_ = errno;
        break;
      }
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  chunks_.clear();
  return error_ == 0;
}

Ran<ClientSettings> tool_settings(const ToolConnection& connection) {
  ClientSettings settings;
  settings.config.cluster.connection.software_version = version;
  TRY(connection.properties.apply(settings.config));
  if (const auto settled = client::settle_properties(settings.config); !settled) {
    return std::unexpected(
        JavaError("org.apache.kafka.common.config.ConfigException", settled.error().what));
  }
  auto addresses = client::parse_bootstrap(connection.bootstrap);
  if (!addresses) {
    return std::unexpected(
        JavaError("org.apache.kafka.common.config.ConfigException", addresses.error().what));
  }
  settings.config.cluster.bootstrap = *std::move(addresses);
  return settings;
}

namespace {

// As Kafka's Utils.getPort finds one: ...:9092.
bool has_port(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  if (colon == address.npos || colon == 0 || colon + 1 == address.size()) return false;
  return address.substr(colon + 1).find_first_not_of("0123456789") == address.npos;
}

}  // namespace

Ran<> check_bootstrap(std::string_view addresses) {
  if (trimmed(addresses).empty()) {
    return bad_usage("Error while validating the bootstrap address\n");
  }
  if (!std::ranges::all_of(split(addresses, ','), has_port)) {
    return bad_usage("Please provide valid host:port like host1:9091,host2:9092\n");
  }
  return {};
}

namespace {

struct Playing {
  const std::function<Task<Ran<>>(Session&)>& body;
  std::optional<JavaError> error;
};

Task<Exit> play_body(Playing& playing, Session& session) {
  auto running = playing.body(session);
  const Ran<> ran = co_await std::move(running);
  if (!ran) playing.error = ran.error();
  co_return Exit::done;
}

}  // namespace

Ran<> run_on_cluster(ClientSettings settings, std::string_view name,
                     const std::function<Task<Ran<>>(Session&)>& body) {
  Playing playing{body, {}};
  run_session(std::move(settings), name,
              [&](Session& session) { return play_body(playing, session); });
  if (playing.error) return std::unexpected(*std::move(playing.error));
  return {};
}

void ClientTool::add_connection(ArgumentParser& parser) {
  parser.option("bootstrap-server", "Brokers to begin with: host:port, with commas between");
  parser.option("command-config", "A file of properties of the administrator's client");
}

Ran<ToolConnection> ClientTool::connection(const Arguments& given) const {
  ToolConnection connection;
  TRY_ASSIGN(const auto bootstrap, given.value("bootstrap-server"));
  TRY_ASSIGN(const auto config, given.value("command-config"));
  connection.bootstrap = bootstrap.value_or("");
  connection.properties.set("client.id", "adminclient-1");
  if (config) TRY(connection.properties.add_file(*config));
  return connection;
}

int ClientTool::run(const Program& program, Console& console) {
  ArgumentParser parser;
  describe(parser);
  const auto refused = [&](const JavaError& error) {
    if (error.kind == JavaError::Kind::exit) return error.exit_code;
    if (error.kind != JavaError::Kind::usage) return refuse(error, program, console);
    console.err_line(error.message);
    console.err(parser.usage());
    return 1;
  };
  const auto words = arguments(program, console);
  if (!words) return refused(words.error());
  const auto given = parser.parse(*words);
  if (!given) return refused(given.error());
  if (program.arguments.empty() || given->has("help")) {
    return refused(JavaError::bad_usage(std::string(about())));
  }
  if (given->has("version")) {
    console.out_line(kafka_version);
    return 0;
  }
  const Ran<> checked = check(*given, console);
  if (!checked) return refused(checked.error());
  if (plays_alone(*given, console)) return 0;
  const auto where = connection(*given);
  auto settings = where ? tool_settings(*where) : std::unexpected(where.error());
  if (!settings) return refused(settings.error());
  const Ran<> ran =
      run_on_cluster(*std::move(settings), name(), [&](Session& session) -> Task<Ran<>> {
        ToolRun run{session, session.admin, *given, console, timeout(*given, session.settings)};
        auto playing = play(run);
        co_return co_await std::move(playing);
      });
  if (ran) return 0;
  if (ran.error().kind != JavaError::Kind::exception) return refused(ran.error());
  return fail(ran.error(), program, console);
}

std::chrono::milliseconds ClientTool::timeout(const Arguments&,
                                              const ClientSettings& settings) const {
  return settings.config.call_timeout();
}

int ClientTool::refuse(const JavaError& error, const Program&, Console& console) const {
  console.err_line(error.message);
  return 1;
}

int ClientTool::fail(const JavaError& error, const Program& program, Console& console) const {
  return refuse(error, program, console);
}

std::string log_line(std::string_view level, std::string_view text, std::string_view logger) {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto millis = now.time_since_epoch().count() % 1000;
  return fmt::format("[{:%Y-%m-%d %H:%M:%S},{:03}] {} {} ({})", fmt::localtime(seconds), millis,
                     level, text, logger);
}

}  // namespace weir::app::kafka
