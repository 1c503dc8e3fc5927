#pragma once
// A broker::Node on a simulated machine, which can crash and start again on what its disk kept.
//
//   NodeUnderTest node(machine);
//   CHECK(node.start_and_wait().has_value());
//   ... clients on other machines ...
//   node.crash(Crash::power_keep_none);
//   node.start();                          // goes on while the world runs
//
// The calls are made from outside of the world's events (a test's own code), except the questions.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/result.h"
#include "broker/node.h"
#include "sim/host.h"

namespace weir::sim {

class NodeUnderTest {
 public:
  static constexpr std::uint16_t port = 9'092;

  // One shard of the node for each of the machine. `config` goes over what fits a simulation: few
  // partitions for offsets, short rebalances, data in /data.
  explicit NodeUnderTest(Host& host, const metadata::ConfigMap& config = {});

  void start();
  Result<broker::ReadyReport> start_and_wait();
  // A clean stop. The machine then loses its power, so that what a clean stop promises must have
  // been synced; the next start() finds that.
  Result<> stop_and_wait();
  // Starts after a clean stop that did not find one, or had to check bytes.
  std::size_t forgotten_stops() const { return forgotten_stops_; }
  // The machine is ready for start() afterwards.
  void crash(Crash kind);
  // What looks at the disk before each crash.
  void watch_crashes(std::function<void(Crash)> watcher) { watcher_ = std::move(watcher); }

  bool is_ready() const { return run_ && run_->report.has_value(); }
  // Why it could not start, or what it could not live with.
  const std::optional<Error>& error() const { return run_->error; }
  const broker::ReadyReport& report() const { return *run_->report; }
  broker::Node& node() { return *run_->node; }  // from start() to the crash
  env::Address address() const { return {host_.name(), port}; }
  Host& host() { return host_; }

 private:
  // One life of the process. The machine holds it and drops it in a crash.
  struct Run {
    Run(Host& host, broker::NodeOptions options);
    std::unique_ptr<broker::Node> node;
    TaskScope tasks;
    std::optional<broker::ReadyReport> report;
    std::optional<Error> error;
    std::optional<Result<>> stopped;
    bool follows_stop = false;
    std::size_t* forgotten_stops = nullptr;
  };
  void go_down(Crash kind);
  static Task<> start_node(Run& run);
  static Task<> watch_node(Run& run);
  static Task<> stop_node(Run& run);

  Host& host_;
  broker::NodeOptions options_;
  Run* run_ = nullptr;
  bool has_stopped_ = false;
  std::size_t forgotten_stops_ = 0;
  std::function<void(Crash)> watcher_;
};

}  // namespace weir::sim
