// Signals, systemd, helper threads and the ways between threads.

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <barrier>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <future>

#include "base/cross_shard.h"
#include "runtime/entropy.h"
#include "runtime/helper_pool.h"
#include "runtime/no_log_test_support.h"
#include "runtime/owned_descriptor.h"
#include "runtime/shards.h"
#include "runtime/signals.h"
#include "runtime/systemd_notify.h"
#include "runtime/temporary_directory_test_support.h"

namespace weir::runtime {
namespace {

TEST(ShutdownSignals, the_first_and_the_second_are_told_apart_also_when_they_came_early) {
  std::promise<void> first;
  std::atomic<std::uint32_t> told = 0;
  ShutdownSignals signals;
  ::kill(::getpid(), SIGTERM);
  signals.start([&](std::uint32_t count) {
    told = count;
    if (count == 1) first.set_value();
  });
  first.get_future().wait();
  const auto began = std::chrono::steady_clock::now();
  while (told == 1) ::kill(::getpid(), SIGINT);  // those close behind the first belong to it
  EXPECT_GE(std::chrono::steady_clock::now() - began, ShutdownSignals::one_order / 2);
}

TEST(NotifySystemd, one_datagram_goes_to_the_socket_that_was_named) {
  const TemporaryDirectory directory;
  for (const std::string& name : {directory.path() + "/notify", "@" + directory.path()}) {
    const OwnedDescriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    ASSERT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    EXPECT_TRUE(notify_systemd("READY=1"));
    std::string heard(64, '\0');
    heard.resize(static_cast<std::size_t>(::recv(socket.get(), heard.data(), heard.size(), 0)));
    EXPECT_EQ(heard, "READY=1");
  }
  EXPECT_FALSE(notify_systemd("READY=1")) << "nobody listens any more";
  ::unsetenv("NOTIFY_SOCKET");
  EXPECT_FALSE(notify_systemd("READY=1"));
}

TEST(Entropy, differs_each_time) { EXPECT_NE(entropy(), entropy()); }

TEST(HelperPool, jobs_run_side_by_side_and_stop_drops_what_has_not_begun) {
  HelperPool pool(2);
  std::barrier together(3);
  std::atomic<int> dropped = 0;
  for (int i = 0; i < 2; ++i) {
    pool.run([&] {
      together.arrive_and_wait();  // needs both threads
      together.arrive_and_wait();
    });
  }
  together.arrive_and_wait();
  struct CountDropped {
    std::atomic<int>* counter;
    explicit CountDropped(std::atomic<int>& to) : counter(&to) {}
    CountDropped(CountDropped&& other) noexcept : counter(std::exchange(other.counter, nullptr)) {}
    ~CountDropped() {
      if (counter) ++*counter;
    }
    void operator()() const { ADD_FAILURE() << "this job had not begun"; }
  };
  pool.run(CountDropped(dropped));
  std::thread stopping([&] { pool.stop(); });
  while (dropped == 0) std::this_thread::yield();
  together.arrive_and_wait();
  stopping.join();
  pool.run([] { ADD_FAILURE() << "stopped"; });
  EXPECT_EQ(dropped, 1);
}

// A ball between two shards, each hit a message with a payload that the other one frees.
struct Game {
  explicit Game(Shards& shards) : all(shards) {}
  void hit(env::ShardId from, std::unique_ptr<int> ball) {
    if (*ball == 0) return over.set_value();
    --*ball;
    const env::ShardId to = (from + 1) % static_cast<env::ShardId>(all.count());
    all.env(from).shards.post(
        to, [this, to, passed = std::move(ball)]() mutable { hit(to, std::move(passed)); });
  }
  Shards& all;
  std::promise<void> over;
};

TEST(Shards, a_ball_goes_round_and_other_threads_throw_more_in) {
  NoLog log;
  Shards shards({.shards = 3, .helper_threads = 1}, log);
  std::vector<std::unique_ptr<Game>> games;
  for (int i = 0; i < 8; ++i) games.push_back(std::make_unique<Game>(shards));
  std::vector<std::jthread> throwers;
  for (auto& game : games) {
    throwers.emplace_back(
        [&] { shards.post(1, [&game] { game->hit(1, std::make_unique<int>(3'000)); }); });
  }
  for (auto& game : games) game->over.get_future().wait();
}

TEST(Shards, stop_lets_the_turn_end_and_drops_the_rest) {
  NoLog log;
  std::atomic<int> ran = 0;
  auto held = std::make_shared<int>(0);
  {
    Shards shards({.shards = 2, .helper_threads = 1}, log);
    std::promise<void> stopped;
    shards.post(0, [&] {
      shards.env(0).timers.start(shards.env(0).clock.now() + std::chrono::hours(1), [held] {});
      shards.env(0).executor.post([&] { ++ran; });
      shards.stop();
      stopped.set_value();
    });
    stopped.get_future().wait();
    shards.join();
    shards.post(0, [held, &ran] { ++ran; });
  }
  EXPECT_EQ(ran, 1);
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace weir::runtime
