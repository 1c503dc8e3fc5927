// Very many of what is allowed: groups, producers, members and fetch sessions. What each costs is
// counted on the node, with the records that the simulated disk holds of it. Tens of thousands
// here; millions, on the real program, in test/e2e/flood_bench.py.

#include <fmt/format.h>

#include <functional>

#include "sim/node/allocation_counter_test_support.h"
#include "sim/node/one_node_test_support.h"
#include "wire/error_code.h"
#include "wire/message/fetch_request.h"
#include "wire/message/fetch_response.h"
#include "wire/message/find_coordinator_request.h"
#include "wire/message/find_coordinator_response.h"
#include "wire/message/join_group_request.h"
#include "wire/message/join_group_response.h"
#include "wire/message/offset_commit_request.h"
#include "wire/message/offset_commit_response.h"
#include "wire/message/offset_fetch_request.h"
#include "wire/message/offset_fetch_response.h"

namespace weir::sim {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using wire::ErrorCode;

constexpr int burst = 200;  // requests on their way

Task<Result<>> wait_for_coordinator(OneNode& one, RawClient& client, std::string group) {
  for (;;) {
    std::vector<wire::Str> names{wire::Str(group)};
    wire::FindCoordinatorRequest request;
    request.coordinator_keys = names;
    auto calling = client.call<wire::FindCoordinatorResponse>(request, std::int16_t{4});
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    if (answer->coordinators[0].error_code == 0) co_return Result<>{};
    auto sleeping = sleep_for(one.env(), seconds(1));
    co_await std::move(sleeping);
  }
}

Task<Result<>> be_coordinated(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  auto waiting = wait_for_coordinator(one, client, "g");
  co_return co_await std::move(waiting);
}

// The offsets topic is there, and each of its partitions is loaded.
void coordinate(OneNode& one) {
  one.run(be_coordinated);
  one.world.run_for(seconds(5));
}

// --- groups ---

constexpr int crowd_of_groups = 20'000;

Result<> add_commit(RawClient& client, int number) {
  const std::string group = fmt::format("group-{}", number);
  wire::OffsetCommitRequest::OffsetCommitRequestPartition partition;
  partition.committed_offset = number;
  wire::OffsetCommitRequest::OffsetCommitRequestTopic topic;
  topic.name = "t";
  topic.partitions = {&partition, 1};
  wire::OffsetCommitRequest request;
  request.group_id = group;
  request.topics = {&topic, 1};
  return client.add(request, 8);
}

Task<Result<>> commit_for_each_group(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  for (int n = 0; n < crowd_of_groups; n += burst) {
    for (int i = n; i < n + burst; ++i) CO_TRY(add_commit(client, i));
    auto sending = client.flush();
    CO_TRY(co_await std::move(sending));
    for (int i = n; i < n + burst; ++i) {
      auto receiving = client.next<wire::OffsetCommitResponse>(std::int16_t{8});
      CO_TRY_ASSIGN(const auto answer, co_await std::move(receiving));
      EXPECT_EQ(answer->topics[0].partitions[0].error_code, 0);
    }
  }
  co_return Result<>{};
}

Task<Result<>> ask_for_offsets(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  for (const int number : {0, 7, crowd_of_groups - 1}) {
    const std::string name = fmt::format("group-{}", number);
    wire::OffsetFetchRequest::OffsetFetchRequestGroup group;
    group.group_id = name;
    group.topics = wire::Array<wire::OffsetFetchRequest::OffsetFetchRequestTopics>::null();
    group.member_id = wire::Str::null();
    wire::OffsetFetchRequest request;
    request.groups = {&group, 1};
    auto calling = client.call<wire::OffsetFetchResponse>(request, std::int16_t{9});
    CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
    EXPECT_EQ(answer->groups[0].topics[0].partitions[0].committed_offset, number);
  }
  auto serving = be_served(one);
  co_return co_await std::move(serving);
}

TEST(HostileCrowds, many_groups_are_small_and_each_keeps_its_offset) {
  OneNode one;
  coordinate(one);
  one.run(be_served);
  NodeAllocations nodes(one.world, one.clients);
  const std::size_t before = nodes.bytes();
  one.run(commit_for_each_group);
  EXPECT_LE((nodes.bytes() - before) / crowd_of_groups, 1536u);
  one.run(ask_for_offsets);
}

// --- producers ---

constexpr int crowd_of_producers = 20'000;

// The active one: what it wrote last, which it may send again at any time.
struct Active {
  ProducerIdentity identity;
  Sequence sequence = 0;
  std::vector<std::byte> last;
  Offset last_offset = no_offset;
};
Active active;
TimestampMs record_time = 0;  // what its records say

Task<Result<>> write_and_repeat(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  if (active.identity.id < 0) {
    auto beginning = init_producer_id(client);
    CO_TRY_ASSIGN(active.identity, co_await std::move(beginning));
  }
  if (!active.last.empty()) {
    auto repeating = produce(client, {"t", 0}, active.last);
    CO_TRY_ASSIGN(const Appended again, co_await std::move(repeating));
    EXPECT_EQ(again.error_code, 0);
    EXPECT_EQ(again.base_offset, active.last_offset) << "known, and not appended again";
  }
  const std::vector<std::string> values{"active"};
  active.last = batch_of(values, record_time, active.identity, active.sequence++);
  auto producing = produce(client, {"t", 0}, active.last);
  CO_TRY_ASSIGN(const Appended appended, co_await std::move(producing));
  EXPECT_EQ(appended.error_code, 0);
  EXPECT_GT(appended.base_offset, active.last_offset);
  active.last_offset = appended.base_offset;
  co_return Result<>{};
}

Task<Result<>> write_once_each(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  const std::vector<std::string> values{"x"};
  ProducerIdentity identity{.id = 1'000'000, .epoch = 0};
  for (int n = 0; n < crowd_of_producers; n += burst) {
    for (int i = 0; i < burst; ++i, ++identity.id) {
      CO_TRY(add_produce(client, {"t", 0}, batch_of(values, one.env().clock.wall_ms(), identity, 0),
                         -1));
    }
    auto sending = client.flush();
    CO_TRY(co_await std::move(sending));
    for (int i = 0; i < burst; ++i) {
      auto receiving = next_appended(client);
      CO_TRY_ASSIGN(const Appended appended, co_await std::move(receiving));
      EXPECT_EQ(appended.error_code, 0);
    }
  }
  co_return Result<>{};
}

TEST(HostileCrowds,
     idle_producers_expire_and_an_active_ones_batches_are_known_as_long_as_it_writes) {
  // Once with records of now, once with records of two months ago, which do not make it idle.
  for (const bool long_ago : {false, true}) {
    OneNode one(1, {{"producer.id.expiration.ms", "60000"},
                    {"producer.id.expiration.check.interval.ms", "10000"}});
    active = {};
    const auto now = [&] { return one.env().clock.wall_ms() - (long_ago ? 60 * 86'400'000LL : 0); };
    record_time = now();
    one.run(write_and_repeat);
    NodeAllocations nodes(one.world, one.clients);
    const std::size_t before = nodes.bytes();
    one.run(write_once_each);
    const std::size_t with_crowd = nodes.bytes() - before;
    EXPECT_LE(with_crowd / crowd_of_producers, 1024u);
    for (int i = 0; i < 8; ++i) {
      one.world.run_for(seconds(20));
      record_time = now();
      one.run(write_and_repeat);
    }
    // Idle ones have gone: what is left are their batches on the disk.
    EXPECT_LE(nodes.bytes() - before + crowd_of_producers * 200, with_crowd);
    one.run(be_served);
  }
}

// --- members ---

struct Member {
  std::unique_ptr<RawClient> client;
  std::int16_t error_code = -1;
};

Task<> join(OneNode& one, Member& member, std::string group) {
  member.client = std::make_unique<RawClient>(one.env(), one.node.address());
  auto connecting = member.client->connect();
  EXPECT_TRUE((co_await std::move(connecting)).has_value());
  wire::JoinGroupRequest::JoinGroupRequestProtocol protocol;
  protocol.name = "range";
  wire::JoinGroupRequest request;
  request.group_id = group;
  request.session_timeout_ms = 60'000;
  request.rebalance_timeout_ms = 60'000;
  request.protocol_type = "consumer";
  request.protocols = {&protocol, 1};
  auto calling = member.client->call<wire::JoinGroupResponse>(request, std::int16_t{3});
  const auto answer = co_await std::move(calling);
  if (answer) member.error_code = (*answer)->error_code;
}

void join_all(OneNode& one, std::vector<Member>& members,
              const std::function<std::string(std::size_t)>& group_of) {
  for (std::size_t i = 0; i < members.size(); ++i) {
    one.scope.spawn(join(one, members[i], group_of(i)));
    if (i % 20 == 19) one.world.run_for(std::chrono::milliseconds(5));  // less than the backlog
  }
  one.world.run_for(seconds(5));
}

TEST(HostileCrowds, a_group_ends_at_its_largest_size_and_many_groups_are_served) {
  OneNode one(1, {{"group.max.size", "100"}});
  coordinate(one);
  std::vector<Member> full(1'000);
  join_all(one, full, [](std::size_t) { return std::string("full"); });
  EXPECT_EQ(std::ranges::count(full, 0, &Member::error_code), 100);
  EXPECT_EQ(std::ranges::count(full, wire::code_of(ErrorCode::group_max_size_reached),
                               &Member::error_code),
            900);

  NodeAllocations nodes(one.world, one.clients);
  const std::size_t before = nodes.bytes();
  std::vector<Member> alone(2'000);
  join_all(one, alone, [](std::size_t i) { return fmt::format("group-{}", i); });
  EXPECT_EQ(std::ranges::count(alone, 0, &Member::error_code), 2'000);
  EXPECT_LE((nodes.bytes() - before) / alone.size(), 12u * 1024) << "its connection included";
  one.run(be_served);
}

// --- fetch sessions ---

Task<Result<wire::ErrorCode>> fetch_in(RawClient& client, std::int32_t& id, std::int32_t epoch) {
  wire::FetchRequest::FetchPartition partition;
  partition.partition_max_bytes = 1;
  wire::FetchRequest::FetchTopic topic;
  topic.topic = "t";
  topic.partitions = {&partition, 1};
  wire::FetchRequest request;
  request.max_bytes = 1;
  request.session_id = id;
  request.session_epoch = epoch;
  if (epoch == 0) request.topics = {&topic, 1};
  auto calling = client.call<wire::FetchResponse>(request, std::int16_t{12});
  CO_TRY_ASSIGN(const auto answer, co_await std::move(calling));
  id = answer->session_id;
  co_return static_cast<wire::ErrorCode>(answer->error_code);
}

constexpr int slots = 100;

Task<Result<>> churn(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  std::int32_t mine = 0;
  auto beginning = fetch_in(client, mine, 0);
  CO_TRY(co_await std::move(beginning));
  EXPECT_GT(mine, 0);
  NodeAllocations nodes(one.world, one.clients);
  std::size_t before = 0;
  int without = 0;
  std::int32_t another = 0;
  for (int n = 0; n < 5'000; ++n) {
    if (n == slots) before = nodes.bytes();
    std::int32_t id = 0;
    auto asking = fetch_in(client, id, 0);
    CO_TRY_ASSIGN(const wire::ErrorCode error, co_await std::move(asking));
    EXPECT_EQ(error, ErrorCode::none);
    without += id == 0 ? 1 : 0;
    if (id != 0) another = id;
  }
  EXPECT_EQ(without, 5'000 - (slots - 1)) << "beyond the cache: answered, without a session";
  EXPECT_LE(nodes.bytes(), before + 64 * 1024);
  // Those that are there go on; one that is not, and one of another epoch, are told so.
  std::int32_t same = mine;
  auto going_on = fetch_in(client, same, 1);
  CO_TRY_ASSIGN(const wire::ErrorCode on, co_await std::move(going_on));
  EXPECT_EQ(on, ErrorCode::none);
  std::int32_t wrong = another;
  auto erring = fetch_in(client, wrong, 5);
  CO_TRY_ASSIGN(const wire::ErrorCode epoch, co_await std::move(erring));
  EXPECT_EQ(epoch, ErrorCode::invalid_fetch_session_epoch);
  std::int32_t nobodys = mine ^ 0x5555;
  auto missing = fetch_in(client, nobodys, 1);
  CO_TRY_ASSIGN(const wire::ErrorCode unknown, co_await std::move(missing));
  EXPECT_EQ(unknown, ErrorCode::fetch_session_id_not_found);
  co_return Result<>{};
}

TEST(HostileCrowds, fetch_sessions_end_at_the_slots_of_the_cache) {
  OneNode one(1, {{"max.incremental.fetch.session.cache.slots", std::to_string(slots)}});
  one.run(churn);
}

}  // namespace
}  // namespace weir::sim
