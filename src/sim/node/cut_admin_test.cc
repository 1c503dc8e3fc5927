// Administrators whose connections are cut at every byte of what they ask and are told, once each;
// another one, who is not cut, sees what became of it. (Topics, and cuts before anything was asked:
// cut_connections_test.cc.)

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/sanitizer.h"
#include "sim/node/cut_client_test_support.h"

namespace weir::sim {
namespace {

using client::Admin;
using std::chrono::seconds;
using testing::AnyOf;
using wire::ErrorCode;
using Place = client::TopicPartition;

// Who is cut at `cut`, and who is not.
struct TwoAdmins {
  OneNode& one;
  Admin& cut_off;
  Admin& sure;
  std::uint64_t cut;
  env::Instant soon() const { return in(one, seconds(30)); }
};
using Calls = Task<Result<>> (*)(TwoAdmins);

template <Calls calls>
Task<Result<>> cut_at(OneNode& one, Admin& sure, std::uint64_t cut, std::uint64_t& bytes) {
  CutClient play(one);
  auto readying = play.cluster.ready(in(one, seconds(30)));
  EXPECT_TRUE(co_await std::move(readying));
  const std::uint64_t begin = play.network.bytes();
  play.network.cut_after(begin + cut);
  Admin admin(play.cluster);
  auto calling = calls({one, admin, sure, cut});
  CO_TRY(co_await std::move(calling));
  bytes = play.network.bytes() - begin;
  auto closing = play.close();
  co_await std::move(closing);
  co_return Result<>{};
}

template <Calls calls>
Task<Result<>> cut_everywhere(OneNode& one) {
  client::Cluster cluster(one.env(), {.bootstrap = {one.node.address()}});
  Admin sure(cluster);
  std::uint64_t cut = 0, bytes = 1;
  for (; cut < bytes && !testing::Test::HasFailure(); cut += test_stride) {
    SCOPED_TRACE(cut);
    auto playing = cut_at<calls>(one, sure, cut, bytes);
    CO_TRY(co_await std::move(playing));
  }
  EXPECT_GT(cut, 200u);
  auto closing = cluster.close();
  co_await std::move(closing);
  co_return Result<>{};
}

// --- partitions and configs ---

Task<Result<>> grow_and_describe(TwoAdmins of) {
  const std::string name = "grown-" + std::to_string(of.cut);
  std::vector<client::NewTopic> wanted(1);
  wanted[0].name = name;
  wanted[0].partitions = 1;
  wanted[0].replication_factor = 1;
  wanted[0].configs["retention.ms"] = "4711";
  auto creating = of.sure.create_topics(wanted, false, of.soon());
  EXPECT_EQ(answer_for(co_await std::move(creating), name), ErrorCode::none);

  // INVALID_PARTITIONS: it has them already, from the request whose answer was lost.
  auto growing =
      of.cut_off.create_partitions({{name, {.total = 2, .assignment = {}}}}, false, of.soon());
  EXPECT_THAT(answer_for(co_await std::move(growing), name),
              AnyOf(ErrorCode::none, ErrorCode::invalid_partitions));

  const client::ConfigResource topic{client::ConfigResourceType::topic, name};
  const client::ConfigResource broker{client::ConfigResourceType::broker, "1"};
  auto asking = of.cut_off.describe_configs({topic, broker}, {.names = {"retention.ms", "node.id"}},
                                            of.soon());
  const auto configs = co_await std::move(asking);
  EXPECT_EQ(answer_for(configs, topic), ErrorCode::none);
  EXPECT_EQ(answer_for(configs, broker), ErrorCode::none);
  if (configs.at(topic)) EXPECT_EQ(configs.at(topic)->at(0).value, "4711");
  if (configs.at(broker)) EXPECT_EQ(configs.at(broker)->at(0).value, "1");

  auto looking = of.sure.describe_topics({name}, of.soon());
  const auto described = co_await std::move(looking);
  EXPECT_EQ(answer_for(described, name), ErrorCode::none);
  if (described.at(name)) EXPECT_EQ(described.at(name)->partitions.size(), 2u);
  auto deleting = of.sure.delete_topics({name}, of.soon());
  EXPECT_EQ(answer_for(co_await std::move(deleting), name), ErrorCode::none);
  co_return Result<>{};
}

TEST(CutAdmin, partitions_are_added_once_and_configs_described) {
  OneNode one;
  one.run(cut_everywhere<grow_and_describe>);
}

// --- records ---

constexpr std::uint64_t many_records = 5'000;

Task<Result<>> write_many(OneNode& one) {
  RawClient raw = one.client();
  auto connecting = raw.connect();
  CO_TRY(co_await std::move(connecting));
  const std::vector<std::string> values(many_records, "x");
  auto producing = produce(raw, {"t", 0}, batch_of(values, one.env().clock.wall_ms()));
  CO_TRY_ASSIGN(const Appended appended, co_await std::move(producing));
  EXPECT_EQ(appended.error_code, 0);
  co_return Result<>{};
}

// Each cut deletes one record more than the one before it.
Task<Result<>> delete_up_to_the_cut(TwoAdmins of) {
  const Place t{"t", 0};
  const auto before = static_cast<Offset>(of.cut + 1);
  auto deleting = of.cut_off.delete_records({{t, before}}, of.soon());
  const auto deleted = co_await std::move(deleting);
  EXPECT_EQ(answer_for(deleted, t), ErrorCode::none);
  if (deleted.at(t)) EXPECT_EQ(*deleted.at(t), before);

  auto listing = of.sure.list_offsets({{t, client::OffsetSpec::earliest()}},
                                      client::IsolationLevel::read_uncommitted, of.soon());
  const auto earliest = co_await std::move(listing);
  EXPECT_EQ(answer_for(earliest, t), ErrorCode::none);
  if (earliest.at(t)) EXPECT_EQ(earliest.at(t)->offset, before);
  co_return Result<>{};
}

TEST(CutAdmin, records_are_deleted_up_to_the_offset_that_was_asked_for) {
  OneNode one;
  one.run(write_many);
  one.run(cut_everywhere<delete_up_to_the_cut>);
}

// --- the cluster ---

Task<Result<>> look_at_the_cluster(TwoAdmins of) {
  auto asking = of.cut_off.describe_cluster(false, of.soon());
  const auto cluster = co_await std::move(asking);
  EXPECT_TRUE(cluster) << why_not(cluster);
  if (cluster) EXPECT_EQ(cluster->brokers.size(), 1u);
  auto asking_quorum = of.cut_off.describe_quorum(of.soon());
  const auto quorum = co_await std::move(asking_quorum);
  EXPECT_TRUE(quorum) << why_not(quorum);
  if (quorum) EXPECT_EQ(quorum->voters.size(), 1u);
  auto asking_disks = of.cut_off.describe_log_dirs({}, {}, of.soon());
  const auto disks = co_await std::move(asking_disks);
  EXPECT_TRUE(disks) << why_not(disks);
  if (disks) {
    EXPECT_EQ(answer_for(*disks, BrokerId{1}), ErrorCode::none);
    if (disks->at(1)) EXPECT_EQ(disks->at(1)->size(), 1u);
  }
  auto removing = of.cut_off.remove_members("nobody's", {{.id = "a stranger", .instance_id = {}}},
                                            "cut", of.soon());
  const auto removed = co_await std::move(removing);
  EXPECT_TRUE(removed) << why_not(removed);
  if (removed) {
    EXPECT_FALSE(removed->at(0));
    EXPECT_TRUE(removed->at(0).error().is_answer()) << why_not(removed->at(0));
  }
  co_return Result<>{};
}

TEST(CutAdmin, the_cluster_is_described_and_a_stranger_not_removed) {
  OneNode one;
  one.run(cut_everywhere<look_at_the_cluster>);
}

// --- groups ---

Task<Result<std::vector<Offset>>> committed_in_pair(TwoAdmins of, Admin& admin, std::string group) {
  auto asking = admin.committed_offsets(std::move(group), {}, false, of.soon());
  const auto offsets = co_await std::move(asking);
  EXPECT_TRUE(offsets) << why_not(offsets);
  std::vector<Offset> found(2, no_offset);
  if (!offsets) co_return found;
  for (const auto& [place, committed] : *offsets) {
    EXPECT_TRUE(committed) << why_not(committed);
    if (committed) found.at(static_cast<std::size_t>(place.partition)) = committed->offset;
  }
  co_return found;
}

Task<Result<>> look_at_group(TwoAdmins of, std::string group) {
  auto listing = of.cut_off.list_groups({}, of.soon());
  const auto listed = co_await std::move(listing);
  EXPECT_TRUE(listed) << why_not(listed);
  if (listed) EXPECT_TRUE(listed->contains(group));
  auto describing = of.cut_off.describe_groups({group}, of.soon());
  const auto described = co_await std::move(describing);
  EXPECT_EQ(answer_for(described, group), ErrorCode::none);
  if (described.at(group)) EXPECT_EQ(described.at(group)->state, "Empty");
  auto asking = committed_in_pair(of, of.cut_off, group);
  CO_TRY_ASSIGN(const auto offsets, co_await std::move(asking));
  EXPECT_EQ(offsets, (std::vector<Offset>{2, 2}));
  co_return Result<>{};
}

Task<Result<>> change_group(TwoAdmins of, std::string group) {
  const Place first{"pair", 0}, second{"pair", 1};
  auto resetting = of.cut_off.alter_offsets(group, {{first, {.offset = 1}}}, of.soon());
  EXPECT_EQ(answer_for(co_await std::move(resetting), first), ErrorCode::none);
  auto deleting = of.cut_off.delete_offsets(group, {second}, of.soon());
  EXPECT_EQ(answer_for(co_await std::move(deleting), second), ErrorCode::none);
  auto asking = committed_in_pair(of, of.sure, group);
  CO_TRY_ASSIGN(const auto offsets, co_await std::move(asking));
  EXPECT_EQ(offsets, (std::vector<Offset>{1, no_offset}));

  // GROUP_ID_NOT_FOUND: the request whose answer was lost has deleted it.
  auto ending = of.cut_off.delete_groups({group}, of.soon());
  EXPECT_THAT(answer_for(co_await std::move(ending), group),
              AnyOf(ErrorCode::none, ErrorCode::group_id_not_found));
  auto listing = of.sure.list_groups({}, of.soon());
  const auto listed = co_await std::move(listing);
  EXPECT_TRUE(listed) << why_not(listed);
  if (listed) EXPECT_FALSE(listed->contains(group));
  co_return Result<>{};
}

Task<Result<>> keep_a_group(TwoAdmins of) {
  const std::string group = "kept-" + std::to_string(of.cut);
  const client::CommittedOffset at_two{.offset = 2};
  auto committing =
      of.sure.alter_offsets(group, {{{"pair", 0}, at_two}, {{"pair", 1}, at_two}}, of.soon());
  const auto committed = co_await std::move(committing);
  for (const auto& [place, outcome] : committed) EXPECT_TRUE(outcome) << why_not(outcome);
  auto looking = look_at_group(of, group);
  CO_TRY(co_await std::move(looking));
  auto changing = change_group(of, group);
  co_return co_await std::move(changing);
}

Task<Result<>> make_topic_of_two(OneNode& one) {
  RawClient raw = one.client();
  auto connecting = raw.connect();
  CO_TRY(co_await std::move(connecting));
  auto creating = create_topic(raw, "pair", 2);
  CO_TRY_ASSIGN(const auto code, co_await std::move(creating));
  EXPECT_EQ(code, 0);
  co_return Result<>{};
}

TEST(CutAdmin, a_group_is_seen_and_changed_and_deleted_all_the_same) {
  OneNode one;
  one.run(make_topic_of_two);
  one.run(cut_everywhere<keep_a_group>);
}

}  // namespace
}  // namespace weir::sim
