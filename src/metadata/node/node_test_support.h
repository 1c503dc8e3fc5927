#pragma once
// A process of one node in the simulator: metadata node and broker lifecycle, over a directory that
// outlives it.

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/task_scope.h"
#include "metadata/node/broker_lifecycle.h"
#include "metadata/node/metadata_node.h"
#include "sim/world.h"

namespace weir::metadata {

inline constexpr Uuid test_directory_id{7, 9};

struct TestProcess {
  TestProcess(sim::Host& host, const MetadataSettings& settings,
              const BrokerLifecycleSettings& broker)
      : env(host.env(0)),
        node(env, settings),
        lifecycle(env, node.controller(), broker, [this] { return node.image()->offset; }),
        scope(env.executor) {}

  template <class T>
  Task<> keep(Task<T> task, std::optional<T>& into) {
    into.emplace(co_await std::move(task));
  }
  Task<> keep(Task<> task, bool& done) {
    co_await std::move(task);
    done = true;
  }

  env::Env& env;
  MetadataNode node;
  BrokerLifecycle lifecycle;
  TaskScope scope;
};

class NodeTest : public testing::Test {
 protected:
  NodeTest();

  void format();
  TestProcess& new_process();
  // Runs the task to its end on the process's shard.
  template <class T>
  T run(TestProcess& process, Task<T> task) {
    std::optional<T> result;
    process.scope.spawn(process.keep(std::move(task), result));
    EXPECT_TRUE(world.run_until([&] { return result.has_value(); }, std::chrono::minutes(2)));
    return std::move(*result);
  }
  void run(TestProcess& process, Task<> task) {
    bool done = false;
    process.scope.spawn(process.keep(std::move(task), done));
    EXPECT_TRUE(world.run_until([&] { return done; }, std::chrono::minutes(2)));
  }
  // A started node; with a registered and unfenced broker.
  TestProcess& start();
  TestProcess& start_with_broker();
  void stop_cleanly(TestProcess& process);
  void crash(sim::Crash kind) {
    host.crash(kind);
    host.restart();
  }

  template <class Response, class Request>
  std::unique_ptr<ControllerAnswer<Response>> call(TestProcess& process, std::int16_t version,
                                                   const Request& request) {
    const auto api = static_cast<wire::ApiKey>(Request::api_key);
    auto answer = run(process, call_controller<Response>(process.node.controller(), api, version,
                                                         request, context));
    EXPECT_TRUE(answer) << answer.error().message();
    return std::move(*answer);
  }
  // Error code of the creation.
  std::int16_t create_topic(TestProcess& process, std::string_view name, std::int32_t partitions);

  sim::World world;
  sim::Host& host;
  MetadataSettings settings;
  BrokerLifecycleSettings broker;
  RequestContext context;
};

}  // namespace weir::metadata
