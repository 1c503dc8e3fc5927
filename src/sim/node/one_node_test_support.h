#pragma once
// One started node with the topic "t", a machine of clients, and coroutines that play a client.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/task_scope.h"
#include "sim/node/client_calls.h"
#include "sim/node/whole_node.h"
#include "sim/world.h"

namespace weir::sim {

class OneNode {
 public:
  explicit OneNode(env::ShardId shards = 1, const metadata::ConfigMap& config = {})
      : world({.seed = 21}),
        node(world.add_host({.name = "broker", .shards = shards}), config),
        clients(world.add_host({.name = "clients"})),
        scope(clients.hold(std::make_shared<TaskScope>(clients.env(0).executor))) {
    const auto started = node.start_and_wait();
    EXPECT_TRUE(started.has_value());
    run(create);
  }

  using Scenario = Task<Result<>> (*)(OneNode&);

  // Plays it to its end. Its error is a failed test.
  void run(Scenario scenario) {
    bool ended = false;
    scope.spawn(play(*this, scenario, ended));
    EXPECT_TRUE(world.run_until([&] { return ended; }, std::chrono::minutes(30)));
    EXPECT_FALSE(node.error().has_value());
  }
  env::Env& env() { return clients.env(0); }
  RawClient client() { return {env(), node.address()}; }
  // Input that was taken and not given back yet, over all shards.
  std::size_t input_bytes() {
    std::size_t bytes = 0;
    for (std::size_t s = 0; s < node.node().shard_count(); ++s) {
      bytes += node.node().shard(static_cast<env::ShardId>(s)).chunks.bytes_in_use();
    }
    return bytes;
  }
  std::size_t log_lines_with(std::string_view words) const {
    std::size_t count = 0;
    for (const auto& line : world.log()) count += line.find(words) != line.npos ? 1 : 0;
    return count;
  }

  World world;
  NodeUnderTest node;
  Host& clients;
  TaskScope& scope;

 private:
  static Task<> play(OneNode& one, Scenario scenario, bool& ended) {
    auto playing = scenario(one);
    const auto result = co_await std::move(playing);
    EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message());
    ended = true;
  }
  static Task<Result<>> create(OneNode& one) {
    RawClient client = one.client();
    auto connecting = client.connect();
    CO_TRY(co_await std::move(connecting));
    auto creating = create_topic(client, "t", 1);
    CO_TRY_ASSIGN(const auto code, co_await std::move(creating));
    EXPECT_EQ(code, 0);
    co_return Result<>{};
  }
};

// Somebody else, meanwhile or afterwards: produces a record and reads it back.
inline Task<Result<>> be_served(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  const std::vector<std::string> values{"still here"};
  auto producing = produce(client, {"t", 0}, batch_of(values, one.env().clock.wall_ms()));
  CO_TRY_ASSIGN(const Appended appended, co_await std::move(producing));
  EXPECT_EQ(appended.error_code, 0);
  auto fetching = fetch(client, {"t", 0}, appended.base_offset);
  CO_TRY_ASSIGN(const Fetched fetched, co_await std::move(fetching));
  EXPECT_EQ(fetched.records, (std::vector<FetchedRecord>{{appended.base_offset, "still here"}}));
  co_return Result<>{};
}

// Of topic "t", on a node of one shard.
inline broker::Partition& partition_of(OneNode& one, PartitionIndex index = 0) {
  broker::Shard& shard = one.node.node().shard(0);
  return *shard.partition({shard.image().topic(std::string_view("t"))->id, index});
}

inline env::Instant in(OneNode& one, env::Duration time) { return one.env().clock.now() + time; }

}  // namespace weir::sim
