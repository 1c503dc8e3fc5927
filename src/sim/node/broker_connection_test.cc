// A client's connection to a whole node, and to what is none.

#include "rpc/broker_connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/node/one_node_test_support.h"
#include "wire/message/metadata_request.h"
#include "wire/message/metadata_response.h"

namespace weir::sim {
namespace {

using rpc::BrokerConnection;
using testing::HasSubstr;

wire::MetadataRequest every_topic() {
  wire::MetadataRequest request;
  request.topics = wire::Array<wire::MetadataRequest::MetadataRequestTopic>::null();
  return request;
}

Task<Result<std::unique_ptr<BrokerConnection>>> open(OneNode& one, env::Address address,
                                                     rpc::ConnectionOptions options = {}) {
  return BrokerConnection::open(one.env(), one.scope, std::move(address), std::move(options));
}

TEST(BrokerConnection, calls_overlap_and_are_answered_in_order) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    auto opening = open(here, here.node.address());
    CO_TRY_ASSIGN(const auto connection, co_await std::move(opening));
    EXPECT_EQ(connection->versions().feature_level("metadata.version"), 33);
    auto first = connection->call<wire::MetadataResponse>(every_topic());
    auto second = connection->call<wire::MetadataResponse>(every_topic(), {.version_max = 1});
    EXPECT_EQ(connection->in_flight(), 2u);
    CO_TRY_ASSIGN(const auto later, co_await std::move(second));
    EXPECT_EQ(later.version(), 1);
    EXPECT_EQ(connection->in_flight(), 0u);
    CO_TRY_ASSIGN(const auto earlier, co_await std::move(first));
    EXPECT_EQ(earlier->topics.size(), 1u);
    co_return Result<>{};
  });
}

TEST(BrokerConnection, a_call_whose_connection_is_closed_ends) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    auto opening = open(here, here.node.address());
    CO_TRY_ASSIGN(auto connection, co_await std::move(opening));
    auto call = connection->call<wire::MetadataResponse>(every_topic());
    connection.reset();
    const auto answer = co_await std::move(call);
    EXPECT_FALSE(answer);
    if (!answer) EXPECT_EQ(answer.error().code, Errc::closed);
    co_return Result<>{};
  });
}

TEST(BrokerConnection, a_connection_that_is_not_used_closes) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    auto opening = open(here, here.node.address(), {.idle_time_max = std::chrono::seconds(5)});
    CO_TRY_ASSIGN(const auto connection, co_await std::move(opening));
    co_await sleep_for(here.env(), std::chrono::seconds(4));
    auto call = connection->call<wire::MetadataResponse>(every_topic());
    CO_TRY(co_await std::move(call));
    co_await sleep_for(here.env(), std::chrono::seconds(4));
    EXPECT_TRUE(connection->is_open());
    co_await sleep_for(here.env(), std::chrono::seconds(2));
    EXPECT_FALSE(connection->is_open());
    co_return Result<>{};
  });
}

TEST(BrokerConnection, nobody_there_is_an_error) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    auto opening = open(here, {"broker", 1});
    const auto connection = co_await std::move(opening);
    EXPECT_FALSE(connection);
    co_return Result<>{};
  });
}

// Takes one connection and says `words`, or nothing.
Task<> listen_and_say(env::Env& env, std::uint16_t port, std::string words) {
  auto listening = env.network.listen({"", port}, 1);
  auto accepting = (*listening)->accept();
  auto socket = co_await std::move(accepting);
  const auto connection = env.network.adopt(std::move(*socket));
  const env::Piece piece{Bytes(reinterpret_cast<const std::byte*>(words.data()), words.size())};
  if (!words.empty()) {
    auto writing = connection->write({&piece, 1});
    co_await std::move(writing);
  }
  co_await sleep_for(env, std::chrono::minutes(1));
}

Task<Result<>> expect_refusal(OneNode& here, std::uint16_t port, std::string words, Errc code,
                              std::string says) {
  here.scope.spawn(listen_and_say(here.env(), port, std::move(words)));
  auto opening = open(here, {"clients", port});
  const auto connection = co_await std::move(opening);
  EXPECT_FALSE(connection);
  if (!connection) {
    EXPECT_EQ(connection.error().code, code);
    EXPECT_THAT(connection.error().what, HasSubstr(says));
  }
  co_return Result<>{};
}

TEST(BrokerConnection, a_stranger_is_named) {
  OneNode one;
  one.run([](OneNode& here) {
    return expect_refusal(here, 80, "HTTP/1.1 400 Bad Request\r\n\r\n", Errc::corrupt,
                          "web server");
  });
  one.run([](OneNode& here) {
    return expect_refusal(here, 443, "\x15\x03\x03\x02\x02\x28", Errc::corrupt, "TLS");
  });
}

TEST(BrokerConnection, a_silent_peer_is_given_up_in_time) {
  OneNode one;
  one.run([](OneNode& here) {
    return expect_refusal(here, 99, "", Errc::timed_out, "no answer to ApiVersions in time");
  });
}

}  // namespace
}  // namespace weir::sim
