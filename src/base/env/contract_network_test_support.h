#pragma once
// The contract of connections and listeners.

#include <cerrno>
#include <string>
#include <vector>

#include "base/cross_shard.h"
#include "base/env/contract_disk_test_support.h"
#include "base/env/contract_test_support.h"
#include "base/env/stream_test_support.h"
#include "base/offload.h"

namespace weir::env {

struct ContractPair {
  std::unique_ptr<Listener> listener;
  std::unique_ptr<Connection> client;
  std::unique_ptr<Connection> server;
};

inline Task<ContractPair> connected(Env& env) {
  ContractPair pair;
  auto listener = env.network.listen({ContractWorld::host, 0}, 16);
  CHECK(listener.has_value(), "listening works");
  pair.listener = *std::move(listener);
  auto connecting = env.network.connect(pair.listener->local_address());
  auto client = co_await std::move(connecting);
  CHECK(client.has_value(), "connecting works");
  pair.client = *std::move(client);
  auto accepting = pair.listener->accept();
  auto socket = co_await std::move(accepting);
  CHECK(socket.has_value(), "accepting works");
  pair.server = env.network.adopt(*std::move(socket));
  co_return pair;
}

TEST_P(DoorContract, bytes_go_both_ways_between_the_addresses_shown) {
  run([](ContractWorld& world) -> Task<> {
    Env& env = world.env(0);
    auto making = connected(env);
    auto pair = co_await std::move(making);
    EXPECT_NE(pair.listener->local_address().port, 0);
    EXPECT_EQ(pair.client->peer_address(), pair.listener->local_address());
    EXPECT_EQ(pair.server->local_address(), pair.listener->local_address());
    EXPECT_EQ(pair.client->local_address(), pair.server->peer_address());
    std::vector<std::byte> buffer(16);
    const auto nothing = pair.server->read_now(buffer);
    ASSERT_OK(nothing);
    EXPECT_EQ(nothing->bytes, 0u);
    EXPECT_FALSE(nothing->end);
    for (int i = 0; i < 20; ++i) {
      const std::string ping = "ping " + std::to_string(i);
      auto sending = send_text(*pair.client, ping);
      ASSERT_OK(co_await std::move(sending));
      auto receiving = receive_text(*pair.server, ping.size());
      EXPECT_EQ(*co_await std::move(receiving), ping);
      auto answering = send_text(*pair.server, "pong");
      ASSERT_OK(co_await std::move(answering));
      auto reading = receive_text(*pair.client, 4);
      EXPECT_EQ(*co_await std::move(reading), "pong");
    }
  });
}

TEST_P(DoorContract, more_than_every_buffer_holds_arrives_whole_and_in_order) {
  run([](ContractWorld& world) -> Task<> {
    Env& env = world.env(0);
    auto making = connected(env);
    auto pair = co_await std::move(making);
    const std::string text = long_text(24 << 20);
    struct Side {
      static Task<> send(Connection& to, const std::string& all, Result<>& result) {
        std::vector<Piece> pieces;
        for (std::size_t at = 0; at < all.size(); at += 100'001) {
          pieces.push_back(as_bytes(std::string_view(all).substr(at, 100'001)));
          pieces.push_back(as_bytes(""));
        }
        auto writing = to.write(pieces);
        result = co_await std::move(writing);
      }
    };
    TaskScope scope(env.executor);
    Result<> sent = fail(Errc::closed, "not yet");
    scope.spawn(Side::send(*pair.client, text, sent));
    EXPECT_EQ(scope.running(), 1u) << "the peer does not read yet: the write has to wait";
    co_await sleep_for(env, std::chrono::milliseconds(20));
    EXPECT_EQ(scope.running(), 1u);
    auto receiving = receive_text(*pair.server, text.size());
    const auto received = co_await std::move(receiving);
    ASSERT_OK(received);
    EXPECT_TRUE(*received == text);
    co_await scope.finished();
    EXPECT_TRUE(sent);
  });
}

TEST_P(DoorContract, file_ranges_travel_between_pieces_of_memory) {
  run([](ContractWorld& world) -> Task<> {
    Env& env = world.env(0);
    const std::string text = long_text(9 << 20);
    auto file = env.disk.open(world.directory() + "/ranges", OpenMode::create);
    ASSERT_OK(file);
    ASSERT_OK((*file)->write_at(0, as_bytes(text)));
    auto making = connected(env);
    auto pair = co_await std::move(making);
    const std::vector<Piece> pieces{as_bytes("head"), FileRange{*file, 1'000, 8 << 20},
                                    FileRange{*file, 5, 0}, as_bytes("middle"),
                                    FileRange{*file, 3, 4}};
    const std::string expected =
        "head" + text.substr(1'000, 8 << 20) + "middle" + text.substr(3, 4);
    struct Side {
      static Task<> send(Connection& to, const std::vector<Piece>& all, Result<>& result) {
        auto writing = to.write(all);
        result = co_await std::move(writing);
      }
    };
    TaskScope scope(env.executor);
    Result<> sent = fail(Errc::closed, "not yet");
    scope.spawn(Side::send(*pair.server, pieces, sent));
    co_await sleep_for(env, std::chrono::milliseconds(20));
    EXPECT_EQ(scope.running(), 1u);
    auto receiving = receive_text(*pair.client, expected.size());
    const auto received = co_await std::move(receiving);
    ASSERT_OK(received);
    EXPECT_TRUE(*received == expected);
    co_await scope.finished();
    EXPECT_TRUE(sent);
  });
}

TEST_P(DoorContract, a_file_shorter_than_promised_closes_the_connection) {
  run([](ContractWorld& world) -> Task<> {
    Env& env = world.env(0);
    auto file = env.disk.open(world.directory() + "/short", OpenMode::create);
    ASSERT_OK(file);
    ASSERT_OK((*file)->write_at(0, as_bytes("0123456789")));
    auto making = connected(env);
    auto pair = co_await std::move(making);
    const std::vector<Piece> pieces{as_bytes("head"), FileRange{*file, 4, 100}};
    auto writing = pair.server->write(pieces);
    EXPECT_EQ(error_of(co_await std::move(writing)), Errc::io);
    auto receiving = receive_text(*pair.client, 1'000);
    const auto received = co_await std::move(receiving);
    ASSERT_OK(received);
    EXPECT_EQ(*received, "head456789");
    auto again = send_text(*pair.server, "x");
    EXPECT_EQ(error_of(co_await std::move(again)), Errc::closed);
  });
}

TEST_P(DoorContract, the_end_of_the_stream_comes_after_its_bytes) {
  run([](ContractWorld& world) -> Task<> {
    Env& env = world.env(0);
    auto making = connected(env);
    auto pair = co_await std::move(making);
    auto sending = send_text(*pair.client, "last words");
    ASSERT_OK(co_await std::move(sending));
    pair.client->close();
    pair.client->close();
    auto receiving = receive_text(*pair.server, 1'000);
    EXPECT_EQ(*co_await std::move(receiving), "last words");
    auto waiting = pair.server->readable();
    ASSERT_OK(co_await std::move(waiting));
    std::vector<std::byte> buffer(16);
    EXPECT_TRUE(pair.server->read_now(buffer)->end);
    // The peer is gone: writing fails, sooner or later.
    Result<> result;
    for (int i = 0; i < 1'000 && result; ++i) {
      auto writing = send_text(*pair.server, "anybody?");
      result = co_await std::move(writing);
      co_await sleep_for(env, std::chrono::milliseconds(1));
    }
    EXPECT_EQ(error_of(result), Errc::closed);
  });
}

TEST_P(DoorContract, close_wakes_the_reader_and_the_writer_of_this_side) {
  run([](ContractWorld& world) -> Task<> {
    Env& env = world.env(0);
    auto making = connected(env);
    auto pair = co_await std::move(making);
    struct Side {
      static Task<> read(Connection& from, Result<>& result) {
        auto waiting = from.readable();
        result = co_await std::move(waiting);
      }
      static Task<> write(Connection& to, const std::string& all, Result<>& result) {
        auto writing = send_text(to, all);
        result = co_await std::move(writing);
      }
    };
    TaskScope scope(env.executor);
    Result<> read, written;
    const std::string text = long_text(24 << 20);
    scope.spawn(Side::read(*pair.client, read));
    scope.spawn(Side::write(*pair.client, text, written));
    co_await sleep_for(env, std::chrono::milliseconds(20));
    EXPECT_EQ(scope.running(), 2u);
    pair.client->close();
    EXPECT_EQ(scope.running(), 2u) << "never inside close()";
    co_await scope.finished();
    EXPECT_EQ(error_of(read), Errc::closed);
    EXPECT_EQ(error_of(written), Errc::closed);
    std::vector<std::byte> buffer(16);
    EXPECT_EQ(error_of(pair.client->read_now(buffer)), Errc::closed);
    auto late = pair.client->readable();
    EXPECT_EQ(error_of(co_await std::move(late)), Errc::closed);
  });
}

TEST_P(DoorContract, a_connection_that_stops_reading_still_writes) {
  run([](ContractWorld& world) -> Task<> {
    Env& env = world.env(0);
    auto making = connected(env);
    auto pair = co_await std::move(making);
    struct Side {
      static Task<> read(Connection& from, Errc& result) {
        auto waiting = from.readable();
        result = error_of(co_await std::move(waiting));
      }
      static Task<> write(Connection& to, const std::string& all, Result<>& result) {
        auto writing = send_text(to, all);
        result = co_await std::move(writing);
      }
    };
    TaskScope scope(env.executor);
    Errc read = Errc::io;
    Result<> written = fail(Errc::io, "not yet");
    const std::string text = long_text(24 << 20);
    scope.spawn(Side::read(*pair.server, read));
    scope.spawn(Side::write(*pair.server, text, written));
    co_await sleep_for(env, std::chrono::milliseconds(20));
    EXPECT_EQ(scope.running(), 2u);
    pair.server->stop_reading();
    auto receiving = receive_text(*pair.client, text.size());
    const auto received = co_await std::move(receiving);
    ASSERT_OK(received);
    EXPECT_TRUE(*received == text);
    co_await scope.finished();
    EXPECT_EQ(read, Errc::closed);
    EXPECT_TRUE(written);
    auto late = pair.server->readable();
    EXPECT_EQ(error_of(co_await std::move(late)), Errc::closed);
  });
}

TEST_P(DoorContract, a_listener_that_closes_wakes_who_accepts_and_refuses_who_connects) {
  run([](ContractWorld& world) -> Task<> {
    Env& env = world.env(0);
    auto listener = env.network.listen({ContractWorld::host, 0}, 16);
    ASSERT_OK(listener);
    struct Side {
      static Task<> accept(Listener& from, Errc& result) {
        auto accepting = from.accept();
        result = error_of(co_await std::move(accepting));
      }
    };
    TaskScope scope(env.executor);
    Errc accepted = Errc::io;
    scope.spawn(Side::accept(**listener, accepted));
    co_await sleep_for(env, std::chrono::milliseconds(5));
    EXPECT_EQ(scope.running(), 1u);
    const Address address = (*listener)->local_address();
    EXPECT_EQ(error_of(env.network.listen(address, 16)), Errc::busy);
    (*listener)->close();
    co_await scope.finished();
    EXPECT_EQ(accepted, Errc::closed);
    auto connecting = env.network.connect(address);
    const auto refused = co_await std::move(connecting);
    EXPECT_EQ(error_of(refused), Errc::io);
    EXPECT_EQ(refused.error().at, static_cast<std::uint64_t>(ECONNREFUSED));
    auto nowhere = env.network.connect({"no-such-host.invalid", 1});
    EXPECT_EQ(error_of(co_await std::move(nowhere)), Errc::not_found);
    ASSERT_OK(env.network.listen(address, 16));
  });
}

TEST_P(DoorContract, a_connection_may_live_on_another_shard_than_its_listener) {
  run([](ContractWorld& world) -> Task<> {
    Env& env = world.env(0);
    auto listener = env.network.listen({ContractWorld::host, 0}, 16);
    ASSERT_OK(listener);
    struct Echo {
      static Task<std::size_t> serve(Env& there, std::unique_ptr<Socket> socket) {
        auto connection = there.network.adopt(std::move(socket));
        std::size_t echoed = 0;
        while (true) {
          auto receiving = receive_text(*connection, 1);
          const auto text = co_await std::move(receiving);
          if (!text || text->empty()) co_return echoed;
          echoed += text->size();
          auto answering = send_text(*connection, *text);
          const auto sent = co_await std::move(answering);
          if (!sent) co_return echoed;
        }
      }
      static Task<> host(Env& here, Env& there, Listener& from, std::size_t& echoed) {
        auto accepting = from.accept();
        auto socket = co_await std::move(accepting);
        auto make = [&] { return serve(there, *std::move(socket)); };
        auto call = call_on_shard<std::size_t>(here, 1, there.shards, make);
        echoed = co_await std::move(call);
      }
    };
    TaskScope scope(env.executor);
    std::size_t echoed = 0;
    scope.spawn(Echo::host(env, world.env(1), **listener, echoed));
    auto connecting = env.network.connect((*listener)->local_address());
    auto client = co_await std::move(connecting);
    ASSERT_OK(client);
    auto sending = send_text(**client, "across");
    ASSERT_OK(co_await std::move(sending));
    auto receiving = receive_text(**client, 6);
    EXPECT_EQ(*co_await std::move(receiving), "across");
    (*client)->close();
    co_await scope.finished();
    EXPECT_EQ(echoed, 6u);
  });
}

}  // namespace weir::env
