// Too much of what is allowed: lengths, elements, connections, requests and answers. What it costs
// is measured by counting the program's allocations: the node's, or with those of the client and
// the simulated network.

#include "sim/node/allocation_counter_test_support.h"
#include "sim/node/one_node_test_support.h"
#include "wire/error_code.h"
#include "wire/message/create_partitions_request.h"
#include "wire/message/create_partitions_response.h"
#include "wire/message/describe_configs_request.h"
#include "wire/message/describe_configs_response.h"
#include "wire/message/describe_groups_request.h"
#include "wire/message/describe_groups_response.h"
#include "wire/message/fetch_request.h"
#include "wire/message/fetch_response.h"
#include "wire/message/find_coordinator_request.h"
#include "wire/message/find_coordinator_response.h"
#include "wire/message/init_producer_id_request.h"
#include "wire/message/init_producer_id_response.h"
#include "wire/message/metadata_request.h"
#include "wire/message/metadata_response.h"
#include "wire/message/offset_fetch_request.h"
#include "wire/message/offset_fetch_response.h"

namespace weir::sim {
namespace {

using std::chrono::seconds;
using wire::ErrorCode;

constexpr std::size_t mib = 1 << 20;
constexpr std::size_t chunk = 64 << 10;

// --- lengths that lie ---

// Each is a length, or many, far beyond what follows.
std::vector<std::string> lying_bodies(std::size_t size) {
  const auto repeated = [size](std::string_view what) {
    std::string body;
    while (body.size() < size) body += what;
    return body;
  };
  return {
      repeated(std::string_view("\x7f\xff\xff\xff", 4)),          // INT_MAX
      repeated(std::string_view("\xff\xff\xff\xfe", 4)),          // -2
      repeated(std::string_view("\xff\xff\xff\xff\x0f", 5)),      // 2^32-1
      repeated(std::string_view("\xff", 1)),                      // a varint without an end
      repeated(std::string_view("\x00\xff\xff\xff\xff\x0f", 6)),  // behind a field or two
      repeated(std::string_view("\x01\x00\x00\x7f\xff\xff\xff", 7)),
      std::string("\x80\x80\x40", 3) + std::string(size - 3, '\xff'),  // 2^20 elements
  };
}

// One request on a connection of its own; answered or closed.
Task<Result<>> ask_once(OneNode& one, std::int16_t key, std::int16_t version, std::string body) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  client.add_body(key, version, as_bytes(body));
  auto sending = client.flush();
  if (!co_await std::move(sending)) co_return Result<>{};
  auto receiving = client.next_frame();
  co_await std::move(receiving);
  co_return Result<>{};
}

// Of small frames, the chunk they lie in is the most.
Task<Result<>> send_lies(OneNode& one) {
  const auto served = {0,  1,  2,  3,  8,  9,  10, 11, 12, 13, 14, 15, 16, 19, 20,
                       21, 22, 23, 32, 33, 35, 37, 42, 44, 47, 55, 60, 61, 74, 75};
  NodeAllocations nodes(one.world, one.clients);
  for (const std::size_t size : {4uz << 10, 256uz << 10, mib}) {
    for (const std::string& body : lying_bodies(size)) {
      for (const int key : served) {
        const wire::ApiInfo* api = wire::find_api(static_cast<std::int16_t>(key));
        const auto version =
            static_cast<std::int16_t>(api->max_version - (api->latest_version_unstable ? 1 : 0));
        const std::size_t before = nodes.bytes();
        nodes.reset_peak();
        auto asking = ask_once(one, static_cast<std::int16_t>(key), version, body);
        CO_TRY(co_await std::move(asking));
        EXPECT_LE(nodes.peak() - before, 4 * size + chunk)
            << "API " << key << ", " << size << " bytes of "
            << testing::PrintToString(body.substr(0, 8));
        EXPECT_GE(nodes.peak() - before, size <= chunk ? 0 : size) << "the frame itself is counted";
      }
    }
  }
  auto serving = be_served(one);
  co_return co_await std::move(serving);
}

TEST(HostileFloods, lengths_beyond_the_bytes_allocate_no_more_than_four_times_the_frame) {
  // One of the bodies is a Produce of nothing without acks: its connection goes on, and falls idle.
  OneNode one(1, {{"connections.max.idle.ms", "1000"}});
  one.run(send_lies);
}

// A megabyte of empty strings is sixteen in memory, and of other elements more: there is a budget.
Task<Result<>> ask_for_many_coordinators(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  const std::size_t before = allocated_bytes();
  reset_allocation_peak();
  std::string body("\0\xc1\x84\x3d", 4);  // groups; 1,000,000 names
  body += std::string(1'000'000, '\x01');
  body += '\0';
  client.add_body(10, 4, as_bytes(body));
  auto sending = client.flush();
  CO_TRY(co_await std::move(sending));
  auto receiving = client.next<wire::FindCoordinatorResponse>(4);
  const auto answer = co_await std::move(receiving);
  EXPECT_TRUE(answer.has_value());
  EXPECT_LE(allocated_bytes_peak() - before, 400 * mib);
  client.close();
  auto serving = be_served(one);
  co_return co_await std::move(serving);
}

TEST(HostileFloods, a_million_names_in_one_request_are_answered_and_forgotten) {
  OneNode one;
  one.run(be_served);
  const std::size_t before = allocated_bytes();
  one.run(ask_for_many_coordinators);
  one.world.run_for(seconds(1));
  EXPECT_LE(allocated_bytes(), before + 2 * mib) << "nothing of it is kept";
}

// --- answers ---

Task<Result<>> ask_for_configs_again_and_again(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  wire::DescribeConfigsRequest::DescribeConfigsResource broker;
  broker.resource_type = 4;
  broker.resource_name = "1";
  broker.configuration_keys = wire::Array<wire::Str>::null();
  std::vector<wire::DescribeConfigsRequest::DescribeConfigsResource> all(20'000, broker);
  wire::DescribeConfigsRequest request;
  request.include_documentation = true;
  request.include_synonyms = true;
  request.resources = all;
  reset_allocation_peak();
  const std::size_t before = allocated_bytes();
  auto calling = client.call<wire::DescribeConfigsResponse>(request, std::int16_t{4});
  CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
  EXPECT_LE(allocated_bytes_peak() - before, 800 * mib);  // both ends, decoded here
  EXPECT_EQ(answer->results.size(), all.size());
  if (answer->results.size() == all.size()) {
    EXPECT_EQ(answer->results[0].error_code, 0);
    EXPECT_EQ(answer->results[all.size() - 1].error_code,
              wire::code_of(ErrorCode::invalid_request));
  }
  auto serving = be_served(one);
  co_return co_await std::move(serving);
}

TEST(HostileFloods, few_bytes_that_ask_for_a_large_answer_get_a_bounded_one) {
  OneNode one;
  one.run(ask_for_configs_again_and_again);
}

// A flood of requests with large answers that nobody reads yet.
Task<Result<>> ask_and_do_not_read(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  wire::DescribeConfigsRequest::DescribeConfigsResource broker;
  broker.resource_type = 4;
  broker.resource_name = "1";
  broker.configuration_keys = wire::Array<wire::Str>::null();
  wire::DescribeConfigsRequest request;
  request.include_documentation = true;
  request.resources = {&broker, 1};
  reset_allocation_peak();
  const std::size_t before = allocated_bytes();
  for (int n = 0; n < 250; ++n) CO_TRY(client.add(request, std::int16_t{4}));
  auto sending = client.flush();
  CO_TRY(co_await std::move(sending));
  auto serving = be_served(one);
  CO_TRY(co_await std::move(serving));
  EXPECT_LE(allocated_bytes_peak() - before, 16 * mib);
  for (int n = 0; n < 250; ++n) {
    auto answering = client.next<wire::DescribeConfigsResponse>(std::int16_t{4});
    CO_TRY_ASSIGN(const auto answer, co_await std::move(answering));
    EXPECT_EQ(answer->results.size(), 1u);
  }
  co_return Result<>{};
}

TEST(HostileFloods, answers_that_nobody_reads_are_made_up_to_a_bound_and_all_in_the_end) {
  OneNode one;
  one.run(ask_and_do_not_read);
}

Task<Result<>> name_again(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  wire::MetadataRequest::MetadataRequestTopic topic;
  topic.name = "t";
  std::vector<wire::MetadataRequest::MetadataRequestTopic> topics(1000, topic);
  wire::MetadataRequest metadata;
  metadata.topics = topics;
  auto asking = client.call<wire::MetadataResponse>(metadata, std::int16_t{12});
  CO_TRY_ASSIGN(const auto described, co_await std::move(asking));
  EXPECT_EQ(described->topics.size(), 1u);

  std::vector<wire::Str> groups(3, wire::Str("g"));
  wire::DescribeGroupsRequest request;
  request.groups = groups;
  auto calling = client.call<wire::DescribeGroupsResponse>(request, std::int16_t{5});
  CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
  std::size_t refused = 0;
  for (const auto& group : answer->groups) {
    EXPECT_EQ(group.group_id.view(), "g");
    refused += group.error_code == wire::code_of(ErrorCode::invalid_request) ? 1 : 0;
  }
  EXPECT_EQ(answer->groups.size(), 3u);
  EXPECT_EQ(refused, 2u);

  wire::OffsetFetchRequest::OffsetFetchRequestGroup everything;
  everything.group_id = "g";
  everything.topics = wire::Array<wire::OffsetFetchRequest::OffsetFetchRequestTopics>::null();
  everything.member_id = wire::Str::null();
  std::vector<wire::OffsetFetchRequest::OffsetFetchRequestGroup> twice(2, everything);
  wire::OffsetFetchRequest offsets;
  offsets.groups = twice;
  auto fetching = client.call<wire::OffsetFetchResponse>(offsets, std::int16_t{9});
  CO_TRY_ASSIGN(const auto fetched, co_await std::move(fetching));
  EXPECT_EQ(fetched->groups.size(), 2u);
  EXPECT_EQ(std::ranges::count(fetched->groups, wire::code_of(ErrorCode::invalid_request),
                               [](const auto& group) { return group.error_code; }),
            1);
  co_return Result<>{};
}

TEST(HostileFloods, what_is_named_again_is_not_described_again) {
  OneNode one;
  one.run(name_again);
}

// --- floods of what is allowed ---

Task<Result<>> fetch_a_hundred_thousand_partitions(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  std::vector<wire::FetchRequest::FetchPartition> partitions(100'000);
  for (std::size_t i = 0; i < partitions.size(); ++i) {
    partitions[i].partition = static_cast<std::int32_t>(i);
    partitions[i].partition_max_bytes = INT32_MAX;
  }
  wire::FetchRequest::FetchTopic topic;
  topic.topic = "t";
  topic.partitions = partitions;
  wire::FetchRequest request;
  request.max_wait_ms = 0;
  request.max_bytes = INT32_MAX;
  request.topics = {&topic, 1};
  for (int session = 0; session < 5; ++session) {  // each makes a fetch session
    request.session_epoch = session == 0 ? -1 : 0;
    reset_allocation_peak();
    const std::size_t before = allocated_bytes();
    auto calling = client.call<wire::FetchResponse>(request, std::int16_t{12});
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    EXPECT_EQ(answer->error_code, 0);
    EXPECT_EQ(answer->responses[0].partitions.size(), partitions.size());
    EXPECT_EQ(answer->responses[0].partitions[7].error_code,
              wire::code_of(ErrorCode::unknown_topic_or_partition));
    EXPECT_LE(allocated_bytes_peak() - before, 150 * mib);
  }
  auto serving = be_served(one);
  co_return co_await std::move(serving);
}

TEST(HostileFloods, a_fetch_of_a_hundred_thousand_partitions_is_answered_for_each) {
  OneNode one(1, {{"max.incremental.fetch.session.cache.slots", "2"}});
  one.run(fetch_a_hundred_thousand_partitions);
}

Task<Result<>> create_too_many(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  auto creating = create_topic(client, "huge", 100'000);
  CO_TRY_ASSIGN(const std::int16_t created, co_await std::move(creating));
  EXPECT_EQ(created, wire::code_of(ErrorCode::policy_violation));
  wire::CreatePartitionsRequest::CreatePartitionsTopic topic;
  topic.name = "t";
  topic.count = 100'000;
  wire::CreatePartitionsRequest request;
  request.topics = {&topic, 1};
  request.timeout_ms = 1000;
  auto adding = client.call<wire::CreatePartitionsResponse>(request, std::int16_t{3});
  CO_TRY_ASSIGN(const auto added, co_await std::move(adding));
  EXPECT_EQ(added->results[0].error_code, wire::code_of(ErrorCode::policy_violation));
  auto serving = be_served(one);
  co_return co_await std::move(serving);
}

TEST(HostileFloods, a_hundred_thousand_partitions_at_once_are_against_the_policy) {
  OneNode one;
  one.run(create_too_many);
}

constexpr int producer_ids = 20'000;

Task<Result<>> take_producer_ids(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  wire::InitProducerIdRequest request;
  request.transactional_id = wire::Str::null();
  std::int64_t last = -1;
  for (int i = 0; i < producer_ids; ++i) {
    auto calling = client.call<wire::InitProducerIdResponse>(request, std::int16_t{4});
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    EXPECT_EQ(answer->error_code, 0);
    EXPECT_GT(answer->producer_id, last);
    last = answer->producer_id;
  }
  auto serving = be_served(one);
  co_return co_await std::move(serving);
}

TEST(HostileFloods, a_producer_id_that_writes_nothing_costs_nothing) {
  OneNode one;
  one.run(be_served);
  const std::size_t before = allocated_bytes();
  one.run(take_producer_ids);
  // What grows is the metadata log: one record for a thousand ids, on the simulated disk.
  EXPECT_LE(allocated_bytes(), before + mib);
}

// --- connections ---

struct Crowd {
  std::vector<std::unique_ptr<RawClient>> clients;
  std::size_t connected = 0;
  std::size_t closed = 0;
};

Task<> connect_and_wait(RawClient& client, Crowd& crowd) {
  auto connecting = client.connect();
  const auto connected = co_await std::move(connecting);
  if (connected) ++crowd.connected;
  auto receiving = client.next_frame();
  const auto frame = co_await std::move(receiving);
  EXPECT_FALSE(frame.has_value());
  ++crowd.closed;
}

void gather(OneNode& one, Crowd& crowd, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    crowd.clients.push_back(std::make_unique<RawClient>(one.env(), one.node.address()));
    one.scope.spawn(connect_and_wait(*crowd.clients.back(), crowd));
    if (i % 20 == 19) one.world.run_for(std::chrono::milliseconds(5));  // less than the backlog
  }
}

// The size of a frame at once, and then a byte of it each second.
Task<> drip(OneNode& one, RawClient& client, bool& cut) {
  auto connecting = client.connect();
  EXPECT_TRUE((co_await std::move(connecting)).has_value());
  std::string bytes("\0\x10\0\0", 4);  // a megabyte
  for (;;) {
    client.add_bytes(as_bytes(bytes));
    bytes = "x";
    auto sending = client.flush();
    if (!co_await std::move(sending)) break;
    auto sleeping = sleep_for(one.env(), seconds(1));
    co_await std::move(sleeping);
  }
  cut = true;
}

TEST(HostileFloods, thousands_of_idle_connections_are_small_and_closed_in_time) {
  constexpr std::size_t count = 4'000;
  for (const env::ShardId shards : {1u, 3u}) {
    OneNode one(shards, {{"connections.max.idle.ms", "60000"}});
    one.run(be_served);
    Crowd crowd;
    RawClient slow = one.client();
    bool cut = false;
    one.scope.spawn(drip(one, slow, cut));
    one.world.run_for(seconds(1));
    const std::size_t before = allocated_bytes();
    gather(one, crowd, count);
    one.world.run_for(seconds(50));
    EXPECT_EQ(crowd.connected, count);
    EXPECT_EQ(crowd.closed, 0u);
    EXPECT_LE(allocated_bytes() - before, count * 8 * 1024) << "both ends and the network";
    EXPECT_LE(one.input_bytes(), chunk + 8 * 1024)
        << "idle ones hold no chunk, the slow one has one";
    one.run(be_served);
    EXPECT_TRUE(one.world.run_until([&] { return crowd.closed == count; }, seconds(20)));
    EXPECT_FALSE(cut) << "who still sends is not idle";
    slow.close();
    EXPECT_TRUE(one.world.run_until([&] { return cut; }, seconds(5)));
    crowd.clients.clear();
    EXPECT_LE(allocated_bytes(), before + 4 * mib) << "pools of frames apart";
  }
}

TEST(HostileFloods, connections_beyond_the_bounds_are_closed_at_once) {
  for (const char* bound : {"max.connections", "max.connections.per.ip"}) {
    OneNode one(1, {{bound, "10"}, {"connections.max.idle.ms", "60000"}});
    one.world.run_for(seconds(1));  // the one that made the topic has gone
    Crowd crowd;
    gather(one, crowd, 25);
    one.world.run_for(seconds(1));
    EXPECT_EQ(crowd.closed, 15u) << bound;
    one.world.run_for(seconds(70));
    EXPECT_EQ(crowd.closed, 25u);
    one.run(be_served);
  }
}

// --- requests on one connection ---

struct Pipelined {
  std::unique_ptr<RawClient> client;
  std::size_t frames_taken = 0;
  bool ended = false;
};

constexpr std::size_t large_frame = 4 * mib;

// Long polls keep the connection busy, and behind them come large requests.
Task<> pipeline_large(Pipelined& flood) {
  auto connecting = flood.client->connect();
  EXPECT_TRUE((co_await std::move(connecting)).has_value());
  wire::FetchRequest::FetchPartition partition;
  partition.partition_max_bytes = 1;
  wire::FetchRequest::FetchTopic topic;
  topic.topic = "t";
  topic.partitions = {&partition, 1};
  wire::FetchRequest poll;
  poll.max_wait_ms = 60'000;
  poll.min_bytes = 1;
  poll.max_bytes = 1;
  poll.session_epoch = -1;
  poll.topics = {&topic, 1};
  EXPECT_TRUE(flood.client->add(poll, 12).has_value());
  const std::string body(large_frame, '\xff');
  for (; flood.frames_taken < 30; ++flood.frames_taken) {
    flood.client->add_body(3, 12, as_bytes(body));
    auto sending = flood.client->flush();
    if (!co_await std::move(sending)) break;
  }
  flood.ended = true;
}

TEST(HostileFloods, large_requests_behind_a_slow_one_are_read_up_to_a_bound) {
  OneNode one;
  Pipelined flood{.client = std::make_unique<RawClient>(one.env(), one.node.address())};
  one.scope.spawn(pipeline_large(flood));
  one.world.run_for(seconds(30));
  EXPECT_FALSE(flood.ended);
  EXPECT_GE(flood.frames_taken, 3u);
  EXPECT_LE(one.input_bytes(), 16 * mib + 3 * large_frame);
  one.run(be_served);
  // The first of them has no sense, and so the connection ends.
  EXPECT_TRUE(one.world.run_until([&] { return flood.ended; }, seconds(60)));
  EXPECT_LT(flood.frames_taken, 10u);
  one.world.run_for(seconds(1));
  EXPECT_EQ(one.input_bytes(), 0u);
}

}  // namespace
}  // namespace weir::sim
