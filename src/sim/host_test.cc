#include "sim/host.h"

#include <gtest/gtest.h>

#include <memory>

#include "base/offload.h"
#include "base/task_scope.h"
#include "sim/workload_test_support.h"
#include "sim/world.h"

namespace weir::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Sleeps for ever in a nested task, holding `held`.
Task<> sleep_holding(env::Env& env, std::shared_ptr<int> held) {
  auto sleeping = sleep_for(env, std::chrono::hours(1));
  co_await std::move(sleeping);
  ++*held;
}

struct Sleepers {
  explicit Sleepers(Host& host) : scope(host.env(0).executor) {}
  TaskScope scope;
};

TEST(Host, a_crash_drops_every_coroutine_and_then_the_objects) {
  World world({.seed = 1});
  Host& host = world.add_host({.name = "machine"});
  auto held = std::make_shared<int>(0);
  auto& sleepers = host.hold(std::make_shared<Sleepers>(host));
  for (int i = 0; i < 10; ++i) sleepers.scope.spawn(sleep_holding(host.env(0), held));
  host.env(0).timers.start(host.env(0).clock.now() + seconds(1), [held] { ++*held; });
  host.env(0).executor.offload([held] {}, [held] { ++*held; });
  host.env(0).executor.at_end_of_turn([held] { ++*held; });
  EXPECT_EQ(held.use_count(), 15);
  host.crash(Crash::process);
  EXPECT_EQ(held.use_count(), 1);
  world.run_for(std::chrono::hours(2));
  EXPECT_EQ(*held, 0);
}

TEST(Host, doors_of_a_crashed_machine_are_dead_and_a_restart_opens_them) {
  World world({.seed = 1});
  Host& host = world.add_host({.name = "machine"});
  host.crash(Crash::process);
  EXPECT_FALSE(host.running());
  int runs = 0;
  env::Env& env = host.env(0);
  env.executor.post([&] { ++runs; });
  env.timers.start(env.clock.now(), [&] { ++runs; });
  env.shards.post(0, [&] { ++runs; });
  world.run_for(seconds(1));
  EXPECT_EQ(runs, 0);
  host.restart();
  env.executor.post([&] { ++runs; });
  env.timers.start(env.clock.now(), [&] { ++runs; });
  world.run_for(seconds(1));
  EXPECT_EQ(runs, 2);
}

// Crashes at every point of a run: nothing leaks, nothing dangles (the sanitizers look on), clients
// hear of it, and the next process serves on.
TEST(Host, a_server_may_crash_after_any_number_of_events) {
  for (std::uint64_t point = 1; point < 1'200; point += 7) {
    World world({.seed = point});
    Host& server = world.add_host({.name = "server", .shards = 3});
    Host& client = world.add_host({.name = "client"});
    auto& load = client.hold(std::make_shared<EchoLoad>(client, 6, 10));
    server.hold(std::make_shared<EchoNode>(server)).start();
    load.start();
    for (std::uint64_t i = 0; i < point && world.step(); ++i) {
    }
    const auto kinds = {Crash::process, Crash::power_keep_none, Crash::power_keep_some};
    server.crash(*(kinds.begin() + point % kinds.size()));
    world.run_for(seconds(15));
    const int before = load.answers();
    server.restart();
    server.hold(std::make_shared<EchoNode>(server)).start();
    world.run_for(milliseconds(10));
    auto& second = client.hold(std::make_shared<EchoLoad>(client, 2, 5));
    second.start();
    EXPECT_TRUE(world.run_until([&] { return second.answers() == 10; }, seconds(10)));
    EXPECT_EQ(load.answers(), before) << "connections do not survive";
  }
}

TEST(Host, the_peer_of_a_killed_process_and_of_a_machine_without_power_hears_of_it) {
  for (const Crash kind : {Crash::process, Crash::power_keep_none}) {
    World world({.seed = 3});
    Host& server = world.add_host({.name = "server"});
    Host& client = world.add_host({.name = "client"});
    server.hold(std::make_shared<EchoNode>(server)).start();
    world.run_for(milliseconds(10));
    auto& load = client.hold(std::make_shared<EchoLoad>(client, 4, 1'000'000));
    load.start();
    EXPECT_TRUE(world.run_until([&] { return load.answers() > 100; }, seconds(10)));
    server.crash(kind);
    EXPECT_TRUE(world.run_until([&] { return load.broken() == 4; }, seconds(5)));
  }
}

Task<> dial(env::Env& env, env::Address address, Error& error, bool& done) {
  auto connecting = env.network.connect(address);
  const auto connection = co_await std::move(connecting);
  if (!connection) error = connection.error();
  done = true;
}

TEST(Host, a_machine_that_is_down_answers_nobody_and_one_without_a_listener_refuses) {
  World world({.seed = 3});
  Host& server = world.add_host({.name = "server"});
  Host& client = world.add_host({.name = "client"});
  auto& tasks = client.hold(std::make_shared<Sleepers>(client));
  Error refused{Errc::corrupt, ""}, timed_out{Errc::corrupt, ""}, unknown{Errc::corrupt, ""};
  bool done = false;
  tasks.scope.spawn(dial(client.env(0), {"server", 1}, refused, done));
  EXPECT_TRUE(world.run_until([&] { return done; }, seconds(1)));
  EXPECT_EQ(refused.code, Errc::io);
  done = false;
  tasks.scope.spawn(dial(client.env(0), {"nobody", 1}, unknown, done));
  EXPECT_TRUE(world.run_until([&] { return done; }, seconds(1)));
  EXPECT_EQ(unknown.code, Errc::not_found);
  server.crash(Crash::power_keep_none);
  done = false;
  tasks.scope.spawn(dial(client.env(0), {server.address(), 1}, timed_out, done));
  EXPECT_FALSE(world.run_until([&] { return done; }, seconds(9)));
  EXPECT_TRUE(world.run_until([&] { return done; }, seconds(2)));
  EXPECT_EQ(timed_out.code, Errc::timed_out);
}

TEST(Host, machines_that_are_parted_hear_each_other_when_that_is_over) {
  World world({.seed = 3});
  Host& server = world.add_host({.name = "server"});
  Host& client = world.add_host({.name = "client"});
  auto& tasks = client.hold(std::make_shared<Sleepers>(client));
  Error refused{Errc::corrupt, ""};
  bool done = false;
  world.part(server, client, seconds(5));
  tasks.scope.spawn(dial(client.env(0), {"server", 1}, refused, done));
  EXPECT_FALSE(world.run_until([&] { return done; }, seconds(4)));
  EXPECT_TRUE(world.run_until([&] { return done; }, seconds(2)));
  EXPECT_EQ(refused.code, Errc::io) << "nobody listens there";
  world.part(client, server, seconds(60));
  done = false;
  tasks.scope.spawn(dial(client.env(0), {"server", 1}, refused, done));
  EXPECT_TRUE(world.run_until([&] { return done; }, seconds(11)));
  EXPECT_EQ(refused.code, Errc::timed_out) << "longer than one waits for a connection";
  EXPECT_EQ(world.faults().of(Fault::network_parted), 2u);
}

TEST(Host, a_wall_clock_that_jumps_leaves_the_other_one_alone) {
  World world({.seed = 3});
  Host& host = world.add_host({.name = "machine"});
  const TimestampMs wall = host.wall_ms();
  const auto monotonic = host.monotonic();
  host.jump_wall_clock(std::chrono::hours(-3));
  EXPECT_EQ(host.wall_ms(), wall - 3 * 3'600'000);
  EXPECT_EQ(host.env(0).clock.wall_ms(), host.wall_ms());
  EXPECT_EQ(host.monotonic(), monotonic);
}

TEST(Host, a_skewed_wall_clock_goes_on_from_where_it_is_and_can_be_set_right) {
  World world({.seed = 3});
  Host& host = world.add_host({.name = "machine"});
  const auto pass = [&](int time) {
    world.at(world.now() + seconds(time), [] {});
    world.run_for(seconds(time));
  };
  pass(10);
  const TimestampMs before = host.wall_ms();
  host.skew_wall_clock(500'000);
  EXPECT_EQ(host.wall_ms(), before);
  pass(10);
  EXPECT_EQ(host.wall_ms(), before + 15'000);
  host.skew_wall_clock(-500'000);
  pass(10);
  EXPECT_EQ(host.wall_ms(), before + 20'000);
  host.set_wall_clock_right();
  EXPECT_EQ(host.wall_ms(), before + 20'000) << "so it is by chance";
  pass(1);
  EXPECT_EQ(host.wall_ms(), before + 21'000);
  EXPECT_EQ(world.faults().of(Fault::clock_skewed), 2u);
}

TEST(Host, work_on_a_slow_disk_takes_longer_and_is_counted) {
  const auto time_of = [](env::Duration slowness, std::uint64_t& counted) {
    World world({.seed = 5});
    Host& host = world.add_host({.name = "machine"});
    host.slow_disk(slowness);
    int done = 0;
    for (int i = 0; i < 20; ++i) host.env(0).executor.offload([] {}, [&] { ++done; });
    EXPECT_TRUE(world.run_until([&] { return done == 20; }, seconds(60)));
    counted = world.faults().of(Fault::disk_slow);
    return world.now().time_since_epoch();
  };
  std::uint64_t counted = 0;
  EXPECT_LT(time_of({}, counted), milliseconds(1));
  EXPECT_EQ(counted, 0u);
  EXPECT_GT(time_of(seconds(1), counted), milliseconds(500));
  EXPECT_EQ(counted, 20u);
}

TEST(Host, a_stalled_piece_of_work_is_overtaken_and_counted) {
  World world({.seed = 5});
  Host& host = world.add_host({.name = "machine"});
  host.stall_helpers(4, seconds(1));
  int done = 0;
  for (int i = 0; i < 20; ++i) host.env(0).executor.offload([] {}, [&] { ++done; });
  world.run_for(milliseconds(1));
  const int quick = done;
  EXPECT_TRUE(world.run_until([&] { return done == 20; }, seconds(60)));
  EXPECT_GT(quick, 5);
  EXPECT_LT(quick, 20);
  EXPECT_GE(world.faults().of(Fault::helper_stalled), static_cast<std::uint64_t>(20 - quick));
}

struct Talk {
  std::size_t heard = 0;
  bool is_told = false;
};

// Says a byte each millisecond and counts what comes back, until it is told that nobody is there.
Task<> talk(env::Env& env, env::Address to, Talk& talk) {
  auto connecting = env.network.connect(std::move(to));
  auto connected = co_await std::move(connecting);
  while (connected && !talk.is_told) {
    const std::byte said{'x'};
    const env::Piece piece = Bytes(&said, 1);
    auto writing = (*connected)->write({&piece, 1});
    const Result<> written = co_await std::move(writing);
    std::byte back[16];
    auto hearing = (*connected)->readable();
    const Result<> readable = co_await std::move(hearing);
    const auto got = (*connected)->read_now(back);
    if (got) talk.heard += got->bytes;
    talk.is_told = !written || !readable || !got;
  }
}

TEST(Host, a_half_open_connection_carries_nothing_and_is_given_up_in_the_end) {
  World world({.seed = 7});
  Host& server = world.add_host({.name = "server"});
  Host& client = world.add_host({.name = "client"});
  auto& tasks = client.hold(std::make_shared<Sleepers>(client));
  server.hold(std::make_shared<EchoNode>(server)).start();
  world.run_for(milliseconds(10));
  Talk said;
  tasks.scope.spawn(talk(client.env(0), {"server", echo_port}, said));
  world.run_for(milliseconds(100));
  EXPECT_GT(said.heard, 10u);
  world.half_open_connections(server);
  EXPECT_EQ(world.faults().of(Fault::half_open), 1u);
  world.run_until([&] { return said.is_told; }, milliseconds(6));  // what was on its way
  const std::size_t heard = said.heard;
  EXPECT_TRUE(world.run_until([&] { return said.is_told; }, seconds(6)));
  EXPECT_EQ(said.heard, heard);
}

TEST(Host, who_dials_while_the_machine_crashes_is_told) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    World world({.seed = seed});
    Host& server = world.add_host({.name = "server"});
    Host& client = world.add_host({.name = "client"});
    auto& tasks = client.hold(std::make_shared<Sleepers>(client));
    server.hold(std::make_shared<EchoNode>(server)).start();
    world.run_for(milliseconds(10));
    Error error{Errc::corrupt, ""};
    bool done = false;
    tasks.scope.spawn(dial(client.env(0), {"server", echo_port}, error, done));
    world.run_for(std::chrono::microseconds(10 * seed));
    server.crash(Crash::process);
    if (seed % 2 == 0) server.restart();
    EXPECT_TRUE(world.run_until([&] { return done; }, seconds(15))) << "seed " << seed;
  }
}

}  // namespace
}  // namespace weir::sim
