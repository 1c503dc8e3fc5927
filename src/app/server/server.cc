#include "app/server/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <future>
#include <thread>
#include <utility>

#include "runtime/shards.h"
#include "runtime/systemd_notify.h"

namespace weir::app {
namespace {

using Clock = std::chrono::steady_clock;

ServerExit exit_for(const Error& error) {
  switch (error.code) {
    case Errc::busy:
      return ServerExit::directory_in_use;
    case Errc::exists:
      return ServerExit::address_in_use;
    case Errc::invalid:
    case Errc::unsupported:
    case Errc::corrupt:
      return ServerExit::bad_directory;
    default:
      return ServerExit::failed;
  }
}

std::string ready_line(const broker::ReadyReport& report, const std::string& directory,
                       Clock::duration since) {
  std::string addresses;
  for (const env::Address& address : report.addresses) {
    addresses += (addresses.empty() ? "" : ", ") + address.text();
  }
  const auto ms = std::chrono::duration_cast<std::chrono::microseconds>(since).count() / 1000.0;
  return fmt::format("ready at {}, data in {}, cluster {}, node {}, {} partitions, {:.1f} ms",
                     addresses, directory, report.cluster_id, report.node_id, report.partitions,
                     ms);
}

// What shard 0 and the main thread say to each other.
class Run {
 public:
  Run(broker::Node& node, env::Env& env, runtime::ProcessLog& log, std::string directory)
      : node_(node),
        log_(log),
        directory_(std::move(directory)),
        stop_(env.executor),
        tasks_(env.executor),
        began_(Clock::now()) {}

  void begin() { tasks_.spawn(serve()); }  // on shard 0
  void ask_to_stop() {
    stop_asked_ = true;
    stop_.notify();
  }  // on shard 0
  ServerExit wait() { return ended_.get_future().get(); }  // main thread

 private:
  Task<> serve() {
    const auto started = co_await node_.start();
    ServerExit result = ServerExit::ok;
    if (started) {
      log_.write(env::Level::info, "server",
                 ready_line(*started, directory_, Clock::now() - began_));
      runtime::notify_systemd("READY=1");
      tasks_.spawn(watch());
      while (!stop_asked_ && !failed_) co_await stop_.wait();
      if (failed_) result = ServerExit::failed;
      log_.write(env::Level::info, "server", failed_ ? "stopping after a failure" : "stopping");
      runtime::notify_systemd("STOPPING=1");
    } else {
      log_.write(env::Level::error, "server", started.error().what);
      result = exit_for(started.error());
    }
    const Result<> stopped = co_await node_.stop();
    while (watching_) co_await stop_.wait();
    if (!stopped) {
      log_.write(env::Level::error, "server", stopped.error().message());
      if (result == ServerExit::ok) result = ServerExit::failed;
    }
    if (result == ServerExit::ok) log_.write(env::Level::info, "server", "stopped cleanly");
    ended_.set_value(result);
  }

  // Ends when the node fails, or has stopped.
  Task<> watch() {
    watching_ = true;
    const std::optional<Error> error = co_await node_.failed();
    watching_ = false;
    if (error) {
      log_.write(env::Level::error, "server", error->message());
      failed_ = true;
    }
    stop_.notify();
  }

  broker::Node& node_;
  runtime::ProcessLog& log_;
  std::string directory_;
  Signal stop_;
  TaskScope tasks_;
  Clock::time_point began_;
  std::promise<ServerExit> ended_;
  bool stop_asked_ = false;
  bool failed_ = false;
  bool watching_ = false;
};

}  // namespace

std::size_t default_shards() {
  return std::max<std::size_t>(1, std::thread::hardware_concurrency() / 2);
}

ServerExit run_server(ServerRun run, runtime::ProcessLog& log,
                      std::unique_ptr<runtime::ShutdownSignals> signals) {
  runtime::Shards shards({.shards = run.shards, .helper_threads = run.helper_threads}, log);
  std::vector<env::Env*> envs;
  for (env::ShardId s = 0; s < shards.count(); ++s) envs.push_back(&shards.env(s));
  const std::string directory = run.node.settings.log_dir;
  auto node = std::make_unique<broker::Node>(envs, std::move(run.node));
  // Not destroyed when the second signal ends the process under it.
  auto serving = std::make_unique<Run>(*node, *envs.front(), log, directory);
  signals->start([&shards, &log, held = serving.get()](std::uint32_t count) {
    if (count == 1) {
      shards.post(0, [held] { held->ask_to_stop(); });
      return;
    }
    log.write(env::Level::warning, "server", "stopping at once");
    log.flush();
    std::_Exit(static_cast<int>(ServerExit::failed));
  });
  shards.post(0, [held = serving.get()] { held->begin(); });
  const ServerExit result = serving->wait();
  signals.reset();  // a late one must not be told to shards that are gone
  shards.stop();
  shards.join();
  log.flush();
  return result;
}

}  // namespace weir::app
