// Consumers and administrators whose connections are cut at every byte of everything that they say
// and hear, once each. (Producers: producer_test.cc and cut_producer_test.cc; what else an
// administrator asks: cut_admin_test.cc.)

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/sanitizer.h"
#include "client/consumer/consumer.h"
#include "sim/node/cut_client_test_support.h"

namespace weir::sim {
namespace {

using client::Cluster;
using client::Consumer;
using client::ConsumerOptions;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::AnyOf;
using testing::ElementsAre;
using wire::ErrorCode;
using At = client::TopicPartition;

Task<Result<>> write_three(OneNode& one) {
  RawClient raw = one.client();
  auto connecting = raw.connect();
  CO_TRY(co_await std::move(connecting));
  const std::vector<std::string> values{"a", "b", "c"};
  auto producing = produce(raw, {"t", 0}, batch_of(values, one.env().clock.wall_ms()));
  CO_TRY_ASSIGN(const Appended appended, co_await std::move(producing));
  EXPECT_EQ(appended.error_code, 0);
  co_return Result<>{};
}

ConsumerOptions member_of(std::uint64_t number) {
  ConsumerOptions options;
  options.group.group_id = "g" + std::to_string(number);
  options.group.session_timeout = seconds(10);
  options.group.assignors = {client::Assignor::cooperative_sticky};
  options.reset.to = client::OffsetReset::earliest;
  options.commits_by_itself = false;
  options.fetch_wait_max = milliseconds(50);
  return options;
}

// Joins, reads, commits and leaves; `bytes` is what that took.
Task<Result<>> read_once(OneNode& one, std::uint64_t cut, std::uint64_t& bytes) {
  CutClient play(one, cut);
  Consumer consumer(play.cluster, member_of(cut));
  EXPECT_TRUE(consumer.subscribe({"t"}));
  std::vector<std::string> values;
  const env::Instant until = in(one, seconds(60));
  while (values.size() < 3 && one.env().clock.now() < until) {
    auto polling = consumer.poll(in(one, seconds(1)));
    const auto polled = co_await std::move(polling);
    EXPECT_TRUE(polled) << why_not(polled);
    if (!polled) break;
    for (const auto& each : *polled) {
      for (const auto& record : each.batch.records)
        values.emplace_back(as_text(record.value.view()));
    }
  }
  EXPECT_THAT(values, ElementsAre("a", "b", "c"));
  auto committing = consumer.commit(in(one, seconds(30)));
  const auto committed = co_await std::move(committing);
  EXPECT_TRUE(committed) << why_not(committed);
  const env::Instant before = one.env().clock.now();
  auto closing = consumer.close(before + seconds(5));
  EXPECT_TRUE(co_await std::move(closing));
  EXPECT_LE(one.env().clock.now() - before, seconds(5));
  bytes = play.network.bytes();
  auto ending = play.close();
  co_await std::move(ending);
  co_return Result<>{};
}

Task<Result<>> expect_committed(OneNode& one, client::Admin& admin, std::uint64_t number) {
  auto asking =
      admin.committed_offsets("g" + std::to_string(number), {}, false, in(one, seconds(10)));
  const auto offsets = co_await std::move(asking);
  EXPECT_TRUE(offsets) << why_not(offsets);
  if (offsets) {
    const auto found = offsets->find({"t", 0});
    EXPECT_TRUE(found != offsets->end() && found->second && found->second->offset == 3);
  }
  co_return Result<>{};
}

TEST(CutConnections, a_member_cut_at_any_byte_reads_and_commits_everything_once) {
  OneNode one;
  one.run([](OneNode& here) { return write_three(here); });
  one.run([](OneNode& here) -> Task<Result<>> {
    Cluster cluster(here.env(), {.bootstrap = {here.node.address()}});
    client::Admin admin(cluster);
    std::uint64_t cut = 0, bytes = 1;
    for (; cut < bytes && !testing::Test::HasFailure(); cut += test_stride) {
      SCOPED_TRACE(cut);
      auto reading = read_once(here, cut, bytes);
      CO_TRY(co_await std::move(reading));
      auto judging = expect_committed(here, admin, cut);
      CO_TRY(co_await std::move(judging));
    }
    EXPECT_GT(cut, 1'000u);
    auto closing = cluster.close();
    co_await std::move(closing);
    co_return Result<>{};
  });
}

// Everything succeeds, or was carried out by the request whose answer was lost.
Task<Result<>> administer(OneNode& one, std::uint64_t cut, std::uint64_t& bytes) {
  CutClient play(one, cut);
  client::Admin admin(play.cluster);
  const std::string name = "made-" + std::to_string(cut);
  std::vector<client::NewTopic> wanted(1);
  wanted[0].name = name;
  wanted[0].partitions = 1;
  wanted[0].replication_factor = 1;
  auto creating = admin.create_topics(wanted, false, in(one, seconds(30)));
  const auto created = co_await std::move(creating);
  EXPECT_THAT(answer_for(created, name), AnyOf(ErrorCode::none, ErrorCode::topic_already_exists));

  const client::ConfigResource resource{client::ConfigResourceType::topic, name};
  std::map<client::ConfigResource, std::vector<client::ConfigAlteration>> changes;
  changes[resource].push_back({.name = "retention.ms", .value = "1000"});
  auto altering = admin.alter_configs(changes, false, in(one, seconds(30)));
  EXPECT_EQ(answer_for(co_await std::move(altering), resource), ErrorCode::none);

  auto describing = admin.describe_topics({name}, in(one, seconds(30)));
  const auto described = co_await std::move(describing);
  EXPECT_EQ(answer_for(described, name), ErrorCode::none);

  auto listing = admin.list_offsets({{{name, 0}, client::OffsetSpec::latest()}},
                                    client::IsolationLevel::read_uncommitted, in(one, seconds(30)));
  const auto listed = co_await std::move(listing);
  EXPECT_EQ(answer_for(listed, At{name, 0}), ErrorCode::none);

  const std::string group = "by-hand-" + std::to_string(cut);
  auto moving = admin.alter_offsets(group, {{{"t", 0}, {.offset = 2}}}, in(one, seconds(30)));
  EXPECT_EQ(answer_for(co_await std::move(moving), At{"t", 0}), ErrorCode::none);

  auto deleting = admin.delete_groups({group}, in(one, seconds(30)));
  EXPECT_THAT(answer_for(co_await std::move(deleting), group),
              AnyOf(ErrorCode::none, ErrorCode::group_id_not_found));

  auto removing = admin.delete_topics({name}, in(one, seconds(30)));
  EXPECT_THAT(answer_for(co_await std::move(removing), name),
              AnyOf(ErrorCode::none, ErrorCode::unknown_topic_or_partition));
  bytes = play.network.bytes();
  auto ending = play.close();
  co_await std::move(ending);
  co_return Result<>{};
}

TEST(CutConnections, an_administrator_cut_at_any_byte_has_its_way_all_the_same) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    std::uint64_t cut = 0, bytes = 1;
    for (; cut < bytes && !testing::Test::HasFailure(); cut += test_stride) {
      SCOPED_TRACE(cut);
      auto working = administer(here, cut, bytes);
      CO_TRY(co_await std::move(working));
    }
    EXPECT_GT(cut, 1'000u);
    co_return Result<>{};
  });
}

}  // namespace
}  // namespace weir::sim
