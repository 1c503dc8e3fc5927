#include "sim/world.h"

#include <gtest/gtest.h>

#include "base/offload.h"
#include "base/task_scope.h"
#include "sim/workload_test_support.h"

namespace weir::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Outcome {
  std::uint64_t hash;
  std::uint64_t events;
  int answers;
};

Outcome run_workload(std::uint64_t seed) {
  World world({.seed = seed});
  Host& server = world.add_host({.name = "server", .shards = 3});
  Host& client = world.add_host({.name = "client"});
  auto& node = server.hold(std::make_shared<EchoNode>(server));
  node.start();
  auto& load = client.hold(std::make_shared<EchoLoad>(client, 8, 20));
  load.start();
  EXPECT_TRUE(world.run_until([&] { return load.answers() == 160; }, seconds(60)));
  return {world.trace_hash(), world.events(), load.answers()};
}

TEST(World, two_runs_of_a_seed_have_the_same_trace_and_two_seeds_have_not) {
  const Outcome first = run_workload(42), second = run_workload(42), other = run_workload(43);
  EXPECT_EQ(first.hash, second.hash);
  EXPECT_EQ(first.events, second.events);
  EXPECT_NE(first.hash, other.hash);
  EXPECT_GT(first.events, 1'000u);
}

TEST(World, time_passes_only_from_event_to_event) {
  World world({.seed = 1});
  std::vector<int> order;
  const auto start = world.now();
  world.at(start + seconds(2), [&] { order.push_back(3); });
  world.at(start + seconds(1), [&] { order.push_back(1); });
  world.at(start + seconds(1), [&] { order.push_back(2); });
  EXPECT_FALSE(world.run_until([] { return false; }, milliseconds(1'500)));
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
  EXPECT_EQ(world.now(), start + milliseconds(1'500));
  EXPECT_TRUE(world.run_until([&] { return order.size() == 3; }, seconds(10)));
  EXPECT_EQ(world.now(), start + seconds(2));
  EXPECT_FALSE(world.run_until([] { return false; }, seconds(1))) << "nothing is left to happen";
}

TEST(World, one_more_draw_in_one_place_changes_no_other) {
  World world({.seed = 5});
  SeededRandom a = world.fork("a"), again = world.fork("a"), b = world.fork("b");
  EXPECT_EQ(a.next(), again.next());
  EXPECT_NE(a.next(), b.next());
}

TEST(World, a_log_line_carries_time_and_machine_and_is_part_of_the_trace) {
  World world({.seed = 5});
  Host& host = world.add_host({.name = "machine"});
  const auto before = world.trace_hash();
  host.env(0).log.write(env::Level::warning, "log", "a segment is damaged");
  ASSERT_EQ(world.log().size(), 1u);
  EXPECT_EQ(world.log()[0], "0.000000 machine warning [log] a segment is damaged");
  EXPECT_NE(world.trace_hash(), before);
}

TEST(WorldDeathTest, a_door_used_from_another_shard_is_a_bug) {
  World world({.seed = 5});
  Host& host = world.add_host({.name = "machine", .shards = 2});
  host.env(0).executor.post([&] { host.env(1).executor.post([] {}); });
  EXPECT_DEATH(world.run_for(seconds(1)), "own shard only");
}

TEST(WorldDeathTest, work_for_a_helper_must_not_touch_the_shard) {
  World world({.seed = 5});
  Host& host = world.add_host({.name = "machine"});
  host.env(0).executor.offload([&] { host.env(0).executor.post([] {}); }, [] {});
  EXPECT_DEATH(world.run_for(seconds(1)), "own shard only");
}

}  // namespace
}  // namespace weir::sim
