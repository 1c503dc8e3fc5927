// What TCP on Linux adds to the doors' contract: families, half-open peers, resets, many at once.

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <atomic>
#include <future>

#include "base/cross_shard.h"
#include "base/env/stream_test_support.h"
#include "base/offload.h"
#include "base/task_scope.h"
#include "runtime/no_log_test_support.h"
#include "runtime/owned_descriptor.h"
#include "runtime/shards.h"
#include "runtime/socket_address.h"
#include "runtime/tcp_network.h"
#include "runtime/tcp_socket.h"
#include "runtime/temporary_directory_test_support.h"

namespace weir::runtime {
namespace {

using env::Address;

class TcpTest : public testing::Test {
 protected:
  // Runs a coroutine on shard 0 to its end.
  template <class Make>
  void run(Make make) {
    std::promise<void> ended;
    shards_.post(0, [&] {
      scope_ = std::make_unique<TaskScope>(env().executor);
      scope_->spawn(serve(make(), ended));
    });
    ended.get_future().wait();
    std::promise<void> gone;
    shards_.post(0, [&] {
      scope_.reset();
      gone.set_value();
    });
    gone.get_future().wait();
  }
  static Task<> serve(Task<> body, std::promise<void>& ended) {
    co_await std::move(body);
    body = {};
    ended.set_value();
  }
  env::Env& env(env::ShardId shard = 0) { return shards_.env(shard); }

  // A blocking client outside the loop.
  static OwnedDescriptor dial(const Address& address) {
    const auto resolved = resolve(address);
    CHECK(resolved.has_value());
    OwnedDescriptor socket(::socket(resolved->front().family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    CHECK(::connect(socket.get(), resolved->front().get(), resolved->front().size) == 0);
    return socket;
  }
  static std::string hear(int socket) {
    std::string heard(64, '\0');
    const auto got = ::recv(socket, heard.data(), heard.size(), 0);
    heard.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return heard;
  }

  NoLog log_;
  TemporaryDirectory directory_;
  Shards shards_{{.shards = 3, .helper_threads = 2}, log_};
  std::unique_ptr<TaskScope> scope_;
};

Task<> greet(env::Env& env, env::Listener& listener, int guests) {
  for (int i = 0; i < guests; ++i) {
    auto accepting = listener.accept();
    auto socket = co_await std::move(accepting);
    auto connection = env.network.adopt(*std::move(socket));
    const std::string greeting = "hello " + connection->peer_address().host;
    auto sending = env::send_text(*connection, greeting);
    const auto sent = co_await std::move(sending);
    EXPECT_TRUE(sent);
  }
}

TEST_F(TcpTest, localhost_and_every_interface_serve_both_families_under_one_port) {
  for (const std::string host : {"localhost", ""}) {
    std::uint16_t port = 0;
    std::unique_ptr<env::Listener> listener;
    std::promise<void> listening;
    auto clients = std::async(std::launch::async, [&] {
      listening.get_future().wait();
      EXPECT_EQ(hear(dial({"127.0.0.1", port}).get()), "hello 127.0.0.1");
      EXPECT_EQ(hear(dial({"::1", port}).get()), "hello ::1");
    });
    run([&]() -> Task<> {
      listener = env().network.listen({host, 0}, 16).value();
      port = listener->local_address().port;
      EXPECT_EQ(listener->local_address().host, host);
      listening.set_value();
      return greet(env(), *listener, 2);
    });
    clients.get();
    shards_.post(0, [owned = std::move(listener)] {});
  }
}

TEST_F(TcpTest, a_name_that_nobody_knows_cannot_be_listened_on) {
  run([&]() -> Task<> {
    EXPECT_EQ(env::error_of(env().network.listen({"no-such-host.invalid", 0}, 16)),
              Errc::not_found);
    EXPECT_EQ(env::error_of(env().network.listen({"192.0.2.1", 0}, 16)), Errc::io);
    auto nothing = []() -> Task<> { co_return; };
    return nothing();
  });
}

Task<> answer_after_the_end(env::Env& env, env::Listener& listener) {
  auto accepting = listener.accept();
  auto socket = co_await std::move(accepting);
  auto connection = env.network.adopt(*std::move(socket));
  auto receiving = env::receive_text(*connection, 1'000);
  const auto heard = co_await std::move(receiving);
  EXPECT_EQ(heard.value_or("nothing"), "that was all");
  auto sending = env::send_text(*connection, "understood");
  const auto sent = co_await std::move(sending);
  EXPECT_TRUE(sent);
}

TEST_F(TcpTest, a_peer_that_shut_its_sending_side_still_gets_its_answer) {
  std::unique_ptr<env::Listener> listener;
  std::promise<Address> address;
  auto client = std::async(std::launch::async, [&] {
    const auto socket = dial(address.get_future().get());
    EXPECT_EQ(::send(socket.get(), "that was all", 12, 0), 12);
    EXPECT_EQ(::shutdown(socket.get(), SHUT_WR), 0);
    EXPECT_EQ(hear(socket.get()), "understood");
  });
  run([&]() -> Task<> {
    listener = env().network.listen({"127.0.0.1", 0}, 16).value();
    address.set_value(listener->local_address());
    return answer_after_the_end(env(), *listener);
  });
  client.get();
  shards_.post(0, [owned = std::move(listener)] {});
}

Task<> expect_reset(env::Env& env, env::Listener& listener) {
  auto accepting = listener.accept();
  auto socket = co_await std::move(accepting);
  auto connection = env.network.adopt(*std::move(socket));
  std::vector<std::byte> buffer(16);
  Result<env::Connection::ReadNow> got;
  do {
    auto waiting = connection->readable();
    const auto ready = co_await std::move(waiting);
    EXPECT_TRUE(ready);
    got = connection->read_now(buffer);
  } while (got && !got->end);
  EXPECT_EQ(env::error_of(got), Errc::closed);
}

TEST_F(TcpTest, a_reset_wakes_the_reader_with_closed) {
  std::unique_ptr<env::Listener> listener;
  std::promise<Address> address;
  auto client = std::async(std::launch::async, [&] {
    const auto socket = dial(address.get_future().get());
    const linger at_once{1, 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  });
  run([&]() -> Task<> {
    listener = env().network.listen({"127.0.0.1", 0}, 16).value();
    address.set_value(listener->local_address());
    return expect_reset(env(), *listener);
  });
  client.get();
  shards_.post(0, [owned = std::move(listener)] {});
}

// Each guest echoes on a shard of its own until the client ends.
struct EchoHall {
  explicit EchoHall(Shards& shards) : all(shards) {}

  static Task<Unit> echo(env::Env& there, std::unique_ptr<env::Socket> socket) {
    auto connection = there.network.adopt(std::move(socket));
    std::vector<std::byte> buffer(4'096);
    while (true) {
      auto waiting = connection->readable();
      const auto ready = co_await std::move(waiting);
      if (!ready) break;
      const auto got = connection->read_now(buffer);
      if (!got || got->end) break;
      const std::vector<env::Piece> pieces{Bytes(buffer).first(got->bytes)};
      auto writing = connection->write(pieces);
      const auto written = co_await std::move(writing);
      if (!written) break;
    }
    co_return Unit{};
  }

  Task<> host(env::ShardId target, std::unique_ptr<env::Socket> socket) {
    env::Env& there = all.env(target);
    auto make = [&] { return echo(there, std::move(socket)); };
    auto call = call_on_shard<Unit>(all.env(0), target, there.shards, make);
    co_await std::move(call);
  }

  Task<> accept(env::Listener& listener, int guests, TaskScope& scope) {
    for (int i = 0; i < guests; ++i) {
      auto accepting = listener.accept();
      auto socket = co_await std::move(accepting);
      if (!socket) co_return;
      scope.spawn(host(static_cast<env::ShardId>(i) % 3, *std::move(socket)));
    }
  }

  Task<> guest(env::Env& env, Address address, int number, int& echoed) {
    auto connecting = env.network.connect(address);
    auto connection = co_await std::move(connecting);
    if (!connection) co_return;
    for (int round = 0; round < 20; ++round) {
      const std::string text = std::to_string(number * 1'000 + round) + std::string(500, '.');
      auto sending = env::send_text(**connection, text);
      const auto sent = co_await std::move(sending);
      auto receiving = env::receive_text(**connection, text.size());
      const auto heard = co_await std::move(receiving);
      if (sent && heard && *heard == text) ++echoed;
    }
  }

  Task<> all_guests(int guests, int& echoed) {
    env::Env& env = all.env(0);
    TaskScope scope(env.executor);
    auto listener = env.network.listen({"127.0.0.1", 0}, 1'024).value();
    scope.spawn(accept(*listener, guests, scope));
    for (int i = 0; i < guests; ++i) scope.spawn(guest(env, listener->local_address(), i, echoed));
    co_await scope.finished();
  }

  Shards& all;
};

TEST_F(TcpTest, many_connections_on_several_shards_echo_at_once) {
  EchoHall hall(shards_);
  int echoed = 0;
  run([&] { return hall.all_guests(200, echoed); });
  EXPECT_EQ(echoed, 200 * 20);
}

Task<> run_out_of_descriptors(env::Env& env, env::Listener& listener, std::size_t& failures) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const auto before = limit.rlim_cur;
  OwnedDescriptor lowest(::dup(0));
  limit.rlim_cur = static_cast<rlim_t>(lowest.get());
  lowest = OwnedDescriptor();
  ::setrlimit(RLIMIT_NOFILE, &limit);
  auto accepting = listener.accept();
  const auto refused = co_await std::move(accepting);
  if (!refused && refused.error().code == Errc::io) ++failures;
  limit.rlim_cur = before;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  auto again = listener.accept();
  const auto accepted = co_await std::move(again);
  EXPECT_TRUE(accepted) << "the connection still waits";
  (void)env;
}

TEST_F(TcpTest, running_out_of_descriptors_is_an_error_to_wait_out) {
  std::unique_ptr<env::Listener> listener;
  OwnedDescriptor client;
  std::size_t failures = 0;
  run([&]() -> Task<> {
    listener = env().network.listen({"127.0.0.1", 0}, 16).value();
    client = dial(listener->local_address());
    return run_out_of_descriptors(env(), *listener, failures);
  });
  EXPECT_EQ(failures, 1u);
  shards_.post(0, [owned = std::move(listener)] {});
}

Task<> take_buffers(env::Env& env, env::Listener& listener, std::vector<int>& sizes) {
  auto accepting = listener.accept();
  auto socket = co_await std::move(accepting);
  EXPECT_TRUE(socket.has_value());
  const int descriptor = dynamic_cast<TcpSocket&>(**socket).descriptor.get();
  for (const int name : {SO_SNDBUF, SO_RCVBUF}) {
    int size = 0;
    socklen_t length = sizeof(size);
    EXPECT_EQ(::getsockopt(descriptor, SOL_SOCKET, name, &size, &length), 0);
    sizes.push_back(size);
  }
  (void)env;
}

TEST_F(TcpTest, accepted_connections_have_the_buffers_that_were_asked_for) {
  std::unique_ptr<env::Listener> listener;
  OwnedDescriptor client;
  std::vector<int> sizes;
  run([&]() -> Task<> {
    listener = env().network.listen({"127.0.0.1", 0}, 16, {20'000, 30'000}).value();
    client = dial(listener->local_address());
    return take_buffers(env(), *listener, sizes);
  });
  EXPECT_EQ(sizes, (std::vector<int>{40'000, 60'000})) << "Linux doubles them for its own use";
  shards_.post(0, [owned = std::move(listener)] {});
}

Task<> give_up_connecting(env::Env& env, Address silent) {
  Cancellation stop;
  const env::Instant begun = env.clock.now();
  env.timers.start(begun + std::chrono::milliseconds(20), [&stop] { stop.request(); });
  auto connecting = env.network.connect(silent, stop);
  EXPECT_EQ(env::error_of(co_await std::move(connecting)), Errc::closed);
  EXPECT_LT(env.clock.now() - begun, std::chrono::seconds(5));
  auto again = env.network.connect(silent, stop);
  EXPECT_EQ(env::error_of(co_await std::move(again)), Errc::closed);
}

// Whoever comes when nobody is accepted any more hears nothing.
struct SilentListener {
  SilentListener() {
    const auto resolved = resolve({"127.0.0.1", 0});
    CHECK(::bind(full.get(), resolved->front().get(), resolved->front().size) == 0);
    CHECK(::listen(full.get(), 0) == 0);
    sockaddr_in bound{};
    socklen_t size = sizeof(bound);
    ::getsockname(full.get(), reinterpret_cast<sockaddr*>(&bound), &size);
    for (int i = 0; i < 4; ++i) {
      waiting.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      ::connect(waiting.back().get(), reinterpret_cast<sockaddr*>(&bound), size);
    }
    address = {"127.0.0.1", ntohs(bound.sin_port)};
  }
  OwnedDescriptor full{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::vector<OwnedDescriptor> waiting;
  Address address;
};

TEST_F(TcpTest, connecting_to_one_who_does_not_answer_can_be_given_up) {
  const SilentListener silent;
  run([&] { return give_up_connecting(env(), silent.address); });
}

Task<> connect_past(TcpNetwork& network, env::Env& env, env::Listener& listener) {
  Cancellation stop;
  env.timers.start(env.clock.now() + std::chrono::milliseconds(20), [&stop] { stop.request(); });
  auto connecting = network.connect({"two.example", 1}, stop);
  EXPECT_EQ(env::error_of(co_await std::move(connecting)), Errc::closed);
  for (int time = 0; time < 2; ++time) {
    auto again = network.connect({"two.example", 1}, {});
    const auto connection = co_await std::move(again);
    EXPECT_TRUE(connection.has_value());
    auto accepting = listener.accept();
    EXPECT_TRUE((co_await std::move(accepting)).has_value());
  }
}

TEST_F(TcpTest, a_name_with_a_silent_address_is_reached_at_its_next_one) {
  const SilentListener silent;
  std::unique_ptr<env::Listener> listener;
  std::unique_ptr<TcpNetwork> network;
  run([&]() -> Task<> {
    listener = env().network.listen({"127.0.0.1", 0}, 16).value();
    const auto two = [first = silent.address, second = listener->local_address()](const Address&) {
      auto addresses = resolve(first);
      addresses->push_back(resolve(second)->front());
      return addresses;
    };
    network = std::make_unique<TcpNetwork>(dynamic_cast<Loop&>(env().executor), two);
    return connect_past(*network, env(), *listener);
  });
  shards_.post(0, [owned = std::move(listener)] {});
}

}  // namespace
}  // namespace weir::runtime
