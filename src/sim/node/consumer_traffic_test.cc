// What a consumer fetches ahead, and what it tells a whole node of itself.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "client/consumer/consumer.h"
#include "sim/node/cut_client_test_support.h"

namespace weir::sim {
namespace {

using client::Consumer;
using client::ConsumerOptions;
using client::OffsetReset;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr PartitionIndex wide_partitions = 4;
constexpr std::size_t wide_records = 120;
constexpr std::size_t wide_value = 10'000;

// A topic of batches with one large record each.
Task<Result<>> write_wide(OneNode& one) {
  RawClient raw = one.client();
  auto connecting = raw.connect();
  CO_TRY(co_await std::move(connecting));
  auto creating = create_topic(raw, "wide", wide_partitions);
  CO_TRY_ASSIGN(const auto code, co_await std::move(creating));
  EXPECT_EQ(code, 0);
  const std::vector<std::string> values{std::string(wide_value, 'v')};
  for (std::size_t i = 0; i < wide_records; ++i) {
    const auto partition = static_cast<PartitionIndex>(i % wide_partitions);
    auto producing = produce(raw, {"wide", partition}, batch_of(values, one.env().clock.wall_ms()));
    CO_TRY_ASSIGN(const Appended appended, co_await std::move(producing));
    EXPECT_EQ(appended.error_code, 0);
  }
  co_return Result<>{};
}

constexpr std::size_t prefetch_max = 100'000;

ConsumerOptions one_at_a_time() {
  ConsumerOptions options;
  options.reset.to = OffsetReset::earliest;
  options.poll_records_max = 1;
  options.limits.partition_bytes_max = 40'000;
  options.limits.prefetched_bytes_max = prefetch_max;
  return options;
}

// The records of one poll; -1: it failed.
Task<std::ptrdiff_t> poll_wide(OneNode& one, Consumer& consumer) {
  auto polling = consumer.poll(in(one, seconds(1)));
  const auto polled = co_await std::move(polling);
  EXPECT_TRUE(polled) << why_not(polled);
  if (!polled) co_return -1;
  std::ptrdiff_t count = 0;
  for (const auto& each : *polled) count += std::ssize(each.batch.records);
  co_return count;
}

// Takes one record at a time, with pauses in which more could come than there is room for. What it
// holds in the end shows when there is no node to hear of more.
Task<Result<>> read_wide_slowly(OneNode& one) {
  CutClient play(one);  // nothing is cut: it counts
  Consumer consumer(play.cluster, one_at_a_time());
  client::Partitions all;
  for (PartitionIndex p = 0; p < wide_partitions; ++p) all.push_back({"wide", p});
  consumer.assign(all);
  for (std::size_t read = 0; read < wide_records / 2; ++read) {
    auto polling = poll_wide(one, consumer);
    EXPECT_EQ(co_await std::move(polling), 1);
    co_await sleep_for(one.env(), seconds(1));
    // A broker sends a batch that is larger than what is left, when it is the first.
    if (read == 0) EXPECT_LE(play.network.bytes(), prefetch_max + 2 * wide_value);
  }
  one.world.at(one.world.now(), [&one] { one.node.crash(Crash::process); });
  co_await sleep_for(one.env(), milliseconds(10));
  std::ptrdiff_t held = 0;
  for (std::ptrdiff_t last = 1; last > 0; held += last) {
    auto polling = poll_wide(one, consumer);
    last = co_await std::move(polling);
  }
  EXPECT_LE(held, std::ptrdiff_t{prefetch_max / wide_value} + 1);
  EXPECT_GE(held, 5) << "it does fetch ahead";
  one.world.at(one.world.now(), [&one] { one.node.start(); });
  std::ptrdiff_t rest = 0;
  for (const auto until = in(one, seconds(60)); in(one, {}) < until;) {
    auto polling = poll_wide(one, consumer);
    rest += co_await std::move(polling);
  }
  EXPECT_EQ(held + rest, std::ptrdiff_t{wide_records / 2}) << "each record once";
  auto closing = consumer.close(in(one, seconds(5)));
  EXPECT_TRUE(co_await std::move(closing));
  auto ending = play.close();
  co_await std::move(ending);
  co_return Result<>{};
}

TEST(ConsumerTraffic, what_is_fetched_ahead_stays_within_its_bound) {
  OneNode one;
  one.run(write_wide);
  one.run(read_wide_slowly);
}

// --- who it is ---

Task<Result<>> join_as_somebody(OneNode& one) {
  client::ClusterOptions where{.bootstrap = {one.node.address()}};
  where.connection.client_id = "reader-7";
  where.rack = "r7";
  client::Cluster cluster(one.env(), where);
  ConsumerOptions options;
  options.group.group_id = "g";
  options.group.rack = where.rack;
  options.group.instance_id = "seventh";
  Consumer consumer(cluster, options);
  EXPECT_TRUE(consumer.subscribe({"t"}));
  while (consumer.assignment().empty()) {
    auto polling = consumer.poll(in(one, milliseconds(100)));
    EXPECT_TRUE(co_await std::move(polling));
  }
  client::Admin admin(cluster);
  auto describing = admin.describe_groups({"g"}, in(one, seconds(5)));
  const auto described = co_await std::move(describing);
  EXPECT_EQ(answer_for(described, std::string("g")), wire::ErrorCode::none);
  if (described.at("g")) {
    EXPECT_EQ(described.at("g")->members.size(), 1u);
    for (const auto& member : described.at("g")->members) {
      EXPECT_EQ(member.client_id, "reader-7");
      EXPECT_EQ(member.rack, "r7");
      EXPECT_EQ(member.instance_id, "seventh");
    }
  }
  auto closing = consumer.close(in(one, seconds(5)));
  EXPECT_TRUE(co_await std::move(closing));
  auto ending = cluster.close();
  co_await std::move(ending);
  co_return Result<>{};
}

TEST(ConsumerTraffic, the_broker_knows_who_is_in_the_group) {
  OneNode one;
  one.run(join_as_somebody);
}

}  // namespace
}  // namespace weir::sim
