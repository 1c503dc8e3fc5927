#include "sim/node/whole_node.h"

#include <chrono>
#include <utility>
#include <vector>

#include "base/check.h"
#include "sim/world.h"

namespace weir::sim {
namespace {

using std::chrono::minutes;

broker::NodeOptions node_options(const Host& host, const metadata::ConfigMap& config) {
  metadata::ConfigMap all{
      {"node.id", "1"},
      {"log.dirs", "/data"},
      {"listeners", "PLAINTEXT://:" + std::to_string(NodeUnderTest::port)},
      {"advertised.listeners",
       "PLAINTEXT://" + host.name() + ":" + std::to_string(NodeUnderTest::port)},
      {"offsets.topic.num.partitions", "4"},
      {"group.initial.rebalance.delay.ms", "50"},
      {"log.cleaner.dedupe.buffer.size", "2097152"},
  };
  for (const auto& [name, value] : config) all[name] = value;
  metadata::BrokerLayers layers;
  layers.static_broker = &all;
  auto settings = metadata::broker_settings(layers);
  CHECK(settings, "the settings of a simulated node are good");
  broker::NodeOptions options;
  options.settings = *std::move(settings);
  options.static_config = std::move(all);
  return options;
}

std::vector<env::Env*> envs_of(Host& host) {
  std::vector<env::Env*> envs;
  for (env::ShardId id = 0; id < host.shards(); ++id) envs.push_back(&host.env(id));
  return envs;
}

}  // namespace

NodeUnderTest::Run::Run(Host& host, broker::NodeOptions options)
    : node(std::make_unique<broker::Node>(envs_of(host), std::move(options))),
      tasks(host.env(0).executor) {}

NodeUnderTest::NodeUnderTest(Host& host, const metadata::ConfigMap& config)
    : host_(host), options_(node_options(host, config)) {}

Task<> NodeUnderTest::start_node(Run& run) {
  auto starting = run.node->start();
  auto report = co_await std::move(starting);
  if (report) {
    run.report = *std::move(report);
    const bool is_clean = run.report->after_clean_stop && run.report->bytes_checked == 0;
    if (run.follows_stop && !is_clean) ++*run.forgotten_stops;
    run.tasks.spawn(watch_node(run));
  } else {
    run.error = std::move(report).error();
  }
}

Task<> NodeUnderTest::watch_node(Run& run) {
  auto failing = run.node->failed();
  auto error = co_await std::move(failing);
  if (error) run.error = *std::move(error);
}

Task<> NodeUnderTest::stop_node(Run& run) {
  auto stopping = run.node->stop();
  run.stopped = co_await std::move(stopping);
}

void NodeUnderTest::start() {
  CHECK(!run_, "a node starts once in a life");
  run_ = &host_.hold(std::make_shared<Run>(host_, options_));
  run_->follows_stop = std::exchange(has_stopped_, false);
  run_->forgotten_stops = &forgotten_stops_;
  host_.env(0).executor.post([run = run_] { run->tasks.spawn(start_node(*run)); });
}

Result<broker::ReadyReport> NodeUnderTest::start_and_wait() {
  start();
  host_.world().run_until([this] { return run_->report || run_->error; }, minutes(5));
  if (run_->report) return *run_->report;
  if (run_->error) return std::unexpected(*run_->error);
  return fail(Errc::timed_out, "the node was not ready in five minutes");
}

Result<> NodeUnderTest::stop_and_wait() {
  host_.env(0).executor.post([run = run_] { run->tasks.spawn(stop_node(*run)); });
  host_.world().run_until([this] { return run_->stopped.has_value(); }, minutes(5));
  Result<> result =
      run_->stopped.value_or(fail(Errc::timed_out, "the node did not stop in five minutes"));
  has_stopped_ = result.has_value();
  go_down(Crash::power_keep_none);
  return result;
}

void NodeUnderTest::crash(Crash kind) {
  if (watcher_) watcher_(kind);
  go_down(kind);
}

void NodeUnderTest::go_down(Crash kind) {
  run_ = nullptr;
  host_.crash(kind);
  host_.restart();
}

}  // namespace weir::sim
