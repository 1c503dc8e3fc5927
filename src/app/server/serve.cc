#include "app/server/serve.h"

#include <sys/resource.h>
#include <unistd.h>

#include <climits>
#include <cstdio>
#include <memory>
#include <string_view>
#include <variant>

#include "app/cli/server_command.h"
#include "app/server/server.h"

namespace weir::app {
namespace {

// Where clients find this machine when nothing else is said.
std::string host_name() {
  char name[HOST_NAME_MAX + 1] = {};
  return ::gethostname(name, HOST_NAME_MAX) == 0 ? name : "localhost";
}

// Connections and segments need descriptors; the soft bound is low on most systems, and ours to
// lift.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int say(std::string_view text, int code) {
  std::FILE* to = code == 0 ? stdout : stderr;
  std::fwrite(text.data(), 1, text.size(), to);
  if (!text.ends_with('\n')) std::fputc('\n', to);
  return code;
}

}  // namespace

int serve(const std::vector<std::string>& arguments, const NamedValues& environment) {
  auto command = server_command(arguments, environment);
  if (const auto* end = std::get_if<CommandEnd>(&command)) return say(end->text, end->code);
  auto& options = std::get<ServerOptions>(command);
  raise_descriptor_limit();
  auto signals = std::make_unique<runtime::ShutdownSignals>();  // before the log's thread
  auto log = runtime::ProcessLog::open(options.log);
  if (!log) {
    return say("weir server: " + log.error().what, static_cast<int>(ServerExit::bad_usage));
  }
  for (const std::string& warning : options.warnings) {
    (*log)->write(env::Level::warning, "config", warning);
  }
  for (metadata::Listener& listener : options.settings.advertised_listeners) {
    if (listener.host.empty()) listener.host = host_name();
  }
  ServerRun run;
  run.node.settings = std::move(options.settings);
  run.node.static_config = std::move(options.static_config);
  run.shards = options.shards == 0 ? default_shards() : options.shards;
  return static_cast<int>(run_server(std::move(run), **log, std::move(signals)));
}

}  // namespace weir::app
