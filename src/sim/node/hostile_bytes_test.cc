// What is no request, or a request without sense: the connection ends (or the answer says so), and
// nobody else notices.

#include "sim/node/one_node_test_support.h"
#include "wire/message/api_versions_response.h"
#include "wire/message/fetch_response.h"
#include "wire/message/heartbeat_response.h"
#include "wire/message/init_producer_id_response.h"
#include "wire/message/join_group_response.h"
#include "wire/message/metadata_request.h"

namespace weir::sim {
namespace {

using std::chrono::seconds;

constexpr std::int16_t unsupported_version = 35;
constexpr std::int16_t invalid_request = 42;

std::string int32(std::int32_t value) {
  std::string bytes(4, '\0');
  store_be(reinterpret_cast<std::byte*>(bytes.data()), value);
  return bytes;
}

// Sends it on a connection of its own, and expects that the broker ends it without an answer.
Task<Result<>> expect_close(OneNode& one, std::string bytes) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  client.add_bytes(as_bytes(bytes));
  auto sending = client.flush();
  const auto sent = co_await std::move(sending);
  if (!sent) co_return Result<>{};  // it was closed before all was taken
  auto receiving = client.next_frame();
  const auto frame = co_await std::move(receiving);
  EXPECT_FALSE(frame.has_value()) << testing::PrintToString(bytes.substr(0, 40));
  if (!frame) EXPECT_EQ(frame.error().code, Errc::closed);
  co_return Result<>{};
}

Task<Result<>> send_bad_sizes(OneNode& one) {
  for (const std::int32_t size : {-1, 0, INT32_MIN, INT32_MAX, 104'857'601}) {
    auto closing = expect_close(one, int32(size) + "whatever");
    CO_TRY(co_await std::move(closing));
  }
  auto serving = be_served(one);
  co_return co_await std::move(serving);
}

TEST(HostileBytes, a_frame_of_negative_no_or_too_large_size_ends_its_connection) {
  OneNode one;
  one.run(send_bad_sizes);
  EXPECT_EQ(one.input_bytes(), 0u);
}

Task<Result<>> speak_other_protocols(OneNode& one) {
  const std::string hello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
  const std::vector<std::string> all{
      "GET / HTTP/1.1\r\nHost: broker:9092\r\n\r\n",
      hello + std::string(506, 'r'),
      int32(7) + "1234567",                                                     // no whole header
      int32(8) + std::string("\x27\x0f\x00\x00\x00\x00\x00\x01", 8),            // API 9999
      int32(10) + std::string("\x00\x04\x00\x00\x00\x00\x00\x01\xff\xff", 10),  // a removed one
      int32(10) + std::string("\x00\x03\x00\x63\x00\x00\x00\x01\xff\xff", 10),  // Metadata v99
      int32(10) + std::string("\x00\x03\xff\xff\x00\x00\x00\x01\xff\xff", 10),  // v-1
      int32(10) + std::string("\x00\x03\x00\x01\x00\x00\x00\x01\x7f\xff", 10),  // client id
  };
  for (int round = 0; round < 20; ++round) {
    for (const std::string& bytes : all) {
      auto closing = expect_close(one, bytes);
      CO_TRY(co_await std::move(closing));
    }
  }
  auto serving = be_served(one);
  co_return co_await std::move(serving);
}

TEST(HostileBytes, what_is_no_request_that_is_served_ends_its_connection_with_few_log_lines) {
  OneNode one;
  one.world.run_for(seconds(2));  // a line a second at most, also at the beginning of time
  const auto before = one.world.now();
  one.run(speak_other_protocols);
  const auto passed = std::chrono::duration_cast<seconds>(one.world.now() - before).count();
  EXPECT_GE(one.log_lines_with("closing the connection"), 1u);
  EXPECT_LE(one.log_lines_with("closing the connection"), static_cast<std::size_t>(passed) + 2);
}

// Frames of the right size with a served API in front, or not, and noise behind.
Task<Result<>> send_noise(OneNode& one) {
  SeededRandom chance = one.world.fork("noise");
  for (int i = 0; i < 400; ++i) {
    RawClient client = one.client();
    auto connecting = client.connect();
    CO_TRY(co_await std::move(connecting));
    std::string noise(chance.below(300), '\0');
    for (char& c : noise) c = static_cast<char>(chance.next());
    if (i % 4 == 0) {
      client.add_bytes(as_bytes(noise));
    } else {
      const auto apis = wire::all_apis();
      const wire::ApiInfo& api = apis[chance.below(apis.size())];
      const auto versions = static_cast<std::uint64_t>(api.max_version - api.min_version + 1);
      const auto version =
          static_cast<std::int16_t>(api.min_version + static_cast<int>(chance.below(versions)));
      client.add_body(static_cast<std::int16_t>(api.key), version, as_bytes(noise));
    }
    auto sending = client.flush();
    co_await std::move(sending);
  }
  auto serving = be_served(one);
  co_return co_await std::move(serving);
}

TEST(HostileBytes, noise_does_nothing_to_the_node_or_to_others) {
  for (const env::ShardId shards : {1u, 3u}) {
    OneNode one(shards);
    one.run(send_noise);
  }
}

Task<Result<>> ask_for_too_new_versions(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  for (const std::int16_t version : {6, 99, 32767}) {
    client.add_body(18, version, as_bytes("a body of the future"));
    auto sending = client.flush();
    CO_TRY(co_await std::move(sending));
    auto receiving = client.next<wire::ApiVersionsResponse>(0);
    CO_TRY_ASSIGN(const auto answer, co_await std::move(receiving));
    EXPECT_EQ(answer->error_code, unsupported_version);
    EXPECT_EQ(answer->api_keys.size(), 1u);
  }
  co_return Result<>{};
}

TEST(HostileBytes, too_new_api_versions_is_answered_in_version_0_and_the_connection_goes_on) {
  OneNode one;
  one.run(ask_for_too_new_versions);
}

// Bodies whose lengths speak of more than there is.
const std::vector<std::string>& greedy_bodies() {
  static const std::vector<std::string> all{
      std::string("\x7f\xff\xff\xff\x7f\xff\xff\xff", 8),
      std::string("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10),
      std::string("\xff\xff\xff\xff\x0f\xff\xff\xff\xff\x0f", 10),
      std::string("\x80", 1),
  };
  return all;
}

template <class Response>
Task<Result<>> expect_invalid_request(OneNode& one, std::int16_t version) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  for (const std::string& body : greedy_bodies()) {
    client.add_body(Response::api_key, version, as_bytes(body));
    auto sending = client.flush();
    CO_TRY(co_await std::move(sending));
    auto receiving = client.next<Response>(version);
    CO_TRY_ASSIGN(const auto answer, co_await std::move(receiving));
    EXPECT_EQ(answer->error_code, invalid_request);
  }
  co_return Result<>{};
}

Task<Result<>> send_greedy_bodies(OneNode& one) {
  auto heartbeat = expect_invalid_request<wire::HeartbeatResponse>(one, 4);
  CO_TRY(co_await std::move(heartbeat));
  auto join = expect_invalid_request<wire::JoinGroupResponse>(one, 9);
  CO_TRY(co_await std::move(join));
  auto fetch = expect_invalid_request<wire::FetchResponse>(one, 12);
  CO_TRY(co_await std::move(fetch));
  auto init = expect_invalid_request<wire::InitProducerIdResponse>(one, 4);
  CO_TRY(co_await std::move(init));
  for (const std::int16_t key : {std::int16_t{0}, std::int16_t{3}}) {  // Produce, Metadata
    for (const std::string& body : greedy_bodies()) {
      RawClient client = one.client();
      auto connecting = client.connect();
      CO_TRY(co_await std::move(connecting));
      client.add_body(key, 12, as_bytes(body));
      auto sending = client.flush();
      CO_TRY(co_await std::move(sending));
      auto receiving = client.next_frame();
      const auto frame = co_await std::move(receiving);
      EXPECT_FALSE(frame.has_value()) << "API " << key;
    }
  }
  auto serving = be_served(one);
  co_return co_await std::move(serving);
}

TEST(HostileBytes, a_body_without_sense_is_an_invalid_request_where_the_answer_can_say_so) {
  OneNode one;
  one.run(send_greedy_bodies);
}

// --- slow and greedy clients ---

constexpr std::size_t slow_clients = 50;

struct Slow {
  std::vector<std::unique_ptr<RawClient>> clients;
  std::size_t closed = 0;
};

Task<> announce_and_fall_silent(OneNode& one, Slow& slow, RawClient& client) {
  auto connecting = client.connect();
  const auto connected = co_await std::move(connecting);
  EXPECT_TRUE(connected.has_value());
  client.add_bytes(as_bytes(int32(100 << 20) + "then nothing"));
  auto sending = client.flush();
  co_await std::move(sending);
  auto receiving = client.next_frame();
  const auto frame = co_await std::move(receiving);
  EXPECT_FALSE(frame.has_value());
  ++slow.closed;
  one.env().executor.post([] {});
}

TEST(HostileBytes, who_announces_much_and_falls_silent_costs_a_chunk_and_is_closed_when_idle) {
  OneNode one(1, {{"connections.max.idle.ms", "60000"}});
  Slow slow;
  for (std::size_t i = 0; i < slow_clients; ++i) {
    slow.clients.push_back(std::make_unique<RawClient>(one.env(), one.node.address()));
    one.scope.spawn(announce_and_fall_silent(one, slow, *slow.clients.back()));
  }
  one.world.run_for(seconds(50));
  EXPECT_EQ(slow.closed, 0u);
  EXPECT_GE(one.input_bytes(), slow_clients * 64 * 1024);
  EXPECT_LE(one.input_bytes(), slow_clients * (64 * 1024 + 8 * 1024));
  one.run(be_served);
  EXPECT_TRUE(one.world.run_until([&] { return slow.closed == slow_clients; }, seconds(20)));
  EXPECT_EQ(one.input_bytes(), 0u);
}

struct Flood {
  std::unique_ptr<RawClient> client;
  bool all_taken = false;
  bool cut = false;
};

Task<> flood(Flood& flood) {
  auto connecting = flood.client->connect();
  const auto connected = co_await std::move(connecting);
  EXPECT_TRUE(connected.has_value());
  wire::MetadataRequest request;
  request.topics = wire::Array<wire::MetadataRequest::MetadataRequestTopic>::null();
  for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(flood.client->add(request, 12).has_value());
  auto sending = flood.client->flush();
  const auto sent = co_await std::move(sending);
  flood.all_taken = sent.has_value();
  flood.cut = !sent;
}

TEST(HostileBytes, who_sends_ten_thousand_requests_and_reads_no_answer_is_read_no_more_and_cut) {
  for (const env::ShardId shards : {1u, 3u}) {
    OneNode one(shards, {{"connections.max.idle.ms", "60000"}});
    Flood state{.client = std::make_unique<RawClient>(one.env(), one.node.address())};
    one.scope.spawn(flood(state));
    one.world.run_for(seconds(30));
    EXPECT_FALSE(state.all_taken);
    EXPECT_LE(one.input_bytes(), 512u * 1024);
    one.run(be_served);
    EXPECT_TRUE(one.world.run_until([&] { return state.cut; }, seconds(60)));
    one.world.run_for(seconds(1));
    EXPECT_EQ(one.input_bytes(), 0u);
    one.run(be_served);
  }
}

}  // namespace
}  // namespace weir::sim
