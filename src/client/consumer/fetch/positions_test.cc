#include "client/consumer/fetch/positions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/consumer/fetch/fetch_error.h"
#include "client/consumer/fetch/fetch_planner.h"

namespace weir::client {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using Stage = PartitionState::Stage;

const TopicPartition a0{"a", 0};
const TopicPartition a1{"a", 1};
constexpr TimestampMs wall = 1'000'000;
constexpr env::Instant at(std::int64_t ms) { return env::Instant(milliseconds(ms)); }

ClusterView view_of(BrokerId leader, LeaderEpoch epoch) {
  ClusterView view;
  view.brokers[1] = view.brokers[2] = {};
  view.topics["a"].partitions = {{.leader = leader, .leader_epoch = epoch},
                                 {.leader = leader, .leader_epoch = epoch}};
  return view;
}

std::uint64_t version(Positions& of) { return of.find(a0)->version; }

Positions standing(Position where, ResetPolicy policy = {OffsetReset::earliest}) {
  Positions positions(policy);
  positions.add(a0, false, wall);
  positions.take_failure();  // of the policy none: the application seeks
  positions.leaders(view_of(1, 5));
  positions.seek(a0, where);
  return positions;
}

TEST(Positions, begins_where_the_group_committed_and_checks_the_epoch) {
  Positions positions({OffsetReset::latest});
  positions.add(a0, true, wall);
  EXPECT_EQ(positions.find(a0)->stage, Stage::unset);
  positions.committed(a0, version(positions), {7, 3}, wall);
  EXPECT_EQ(positions.find(a0)->stage, Stage::validating);
  positions.validated(a0, version(positions), {7, 3}, wall);
  EXPECT_EQ(positions.find(a0)->stage, Stage::ready);
  EXPECT_EQ(positions.find(a0)->fetch, (Position{7, 3}));
  positions.seek(a0, {9});
  EXPECT_EQ(positions.find(a0)->stage, Stage::ready);
}

TEST(Positions, without_a_commit_it_begins_as_the_policy_says) {
  struct Row {
    ResetPolicy policy;
    std::int64_t time;
  };
  for (const Row& row :
       {Row{{OffsetReset::latest}, time_of_latest}, Row{{OffsetReset::earliest}, time_of_earliest},
        Row{{OffsetReset::by_duration, milliseconds(400)}, wall - 400},
        Row{{OffsetReset::by_duration, milliseconds(wall * 2)}, 0}}) {
    Positions positions(row.policy);
    positions.add(a0, true, wall);
    positions.committed(a0, version(positions), {}, wall);
    EXPECT_EQ(positions.find(a0)->stage, Stage::resetting);
    EXPECT_EQ(positions.find(a0)->reset_time, row.time);
    positions.reset_found(a0, version(positions), {12, 3});
    EXPECT_EQ(positions.find(a0)->stage, Stage::ready);
    EXPECT_EQ(positions.find(a0)->position, (Position{12, 3}));
  }
  Positions none({OffsetReset::none});
  none.add(a0, false, wall);
  EXPECT_EQ(none.find(a0)->stage, Stage::failed);
  EXPECT_EQ(none.take_failure()->cause.code, Errc::not_found);
  EXPECT_FALSE(none.take_failure().has_value());
}

TEST(Positions, a_seek_forgets_what_was_wrong_before_it) {
  const TopicPartition a2{"a", 2};
  Positions none({OffsetReset::none});
  for (const auto& of : {a0, a1, a2}) none.add(of, false, wall);
  EXPECT_TRUE(none.seek(a0, {.offset = 5}));
  EXPECT_TRUE(none.seek_to_time(a1, time_of_earliest));
  ASSERT_TRUE(none.has_failure());
  EXPECT_NE(none.take_failure()->message().find("partition 2"), std::string::npos);
  EXPECT_FALSE(none.has_failure());
}

TEST(Positions, a_time_after_the_last_record_is_the_end) {
  Positions positions({OffsetReset::earliest});
  positions.add(a0, false, wall);
  positions.seek_to_time(a0, 77);
  EXPECT_EQ(positions.find(a0)->reset_time, 77);
  positions.reset_found(a0, version(positions), {});
  EXPECT_EQ(positions.find(a0)->stage, Stage::resetting);
  EXPECT_EQ(positions.find(a0)->reset_time, time_of_latest);
}

TEST(Positions, an_answer_that_was_overtaken_changes_nothing) {
  Positions positions = standing({3, 1});
  const auto old = version(positions);
  positions.seek(a0, {100});
  positions.validated(a0, old, {1, 0}, wall);
  positions.reset_found(a0, old, {1});
  positions.committed(a0, old, {1}, wall);
  positions.out_of_range(a0, old, wall);
  positions.fetched(a0, old, {1});
  positions.retry(a0, old, at(9), Error{Errc::io, "x"});
  positions.fail(a0, old, Error{Errc::io, "x"});
  EXPECT_EQ(positions.find(a0)->fetch, Position{100});
  EXPECT_EQ(positions.find(a0)->stage, Stage::ready);
  EXPECT_FALSE(positions.find(a0)->trouble.has_value());
  EXPECT_FALSE(positions.take_failure().has_value());
}

TEST(Positions, trouble_is_told_until_the_application_goes_elsewhere) {
  Positions positions = standing({3, 1});
  positions.retry(a0, version(positions), at(9), Error{Errc::io, "x"});
  ASSERT_TRUE(positions.find(a0)->trouble.has_value());
  EXPECT_EQ(positions.find(a0)->trouble->cause.what, "x");
  positions.seek(a0, {100});
  EXPECT_FALSE(positions.find(a0)->trouble.has_value());
}

TEST(Positions, a_log_that_was_truncated_is_gone_on_with_at_its_end) {
  Positions positions = standing({10, 4});
  positions.validated(a0, version(positions), {6, 3}, wall);
  EXPECT_EQ(positions.find(a0)->position, (Position{6, 3}));
  EXPECT_EQ(positions.find(a0)->stage, Stage::ready);

  Positions unknown = standing({10, 4});
  unknown.validated(a0, version(unknown), {}, wall);
  EXPECT_EQ(unknown.find(a0)->stage, Stage::resetting);

  Positions none = standing({10, 4}, {OffsetReset::none});
  none.validated(a0, version(none), {6, 3}, wall);
  EXPECT_EQ(none.find(a0)->stage, Stage::failed);
  EXPECT_EQ(none.take_failure()->cause.code, Errc::out_of_range);
}

TEST(Positions, a_new_leader_is_asked_whether_it_has_what_was_read) {
  Positions positions = standing({10});
  positions.fetched(a0, version(positions), {20, 5});
  positions.find(a0)->prefetched_bytes = 100;
  positions.handed_out(a0, {12, 5});
  positions.leaders(view_of(1, 5));
  EXPECT_EQ(positions.find(a0)->stage, Stage::ready);
  positions.leaders(view_of(2, 6));
  EXPECT_EQ(positions.find(a0)->stage, Stage::validating);
  EXPECT_EQ(positions.find(a0)->fetch, (Position{12, 5}));  // asked for again
  EXPECT_EQ(positions.find(a0)->prefetched_bytes, 0u);
  EXPECT_EQ(positions.find(a0)->leader, 2);
}

TEST(Positions, out_of_range_is_reset_or_told) {
  Positions positions = standing({10});
  positions.out_of_range(a0, version(positions), wall);
  EXPECT_EQ(positions.find(a0)->stage, Stage::resetting);
  Positions none = standing({10}, {OffsetReset::none});
  none.out_of_range(a0, version(none), wall);
  EXPECT_EQ(none.take_failure()->answer, wire::ErrorCode::offset_out_of_range);
}

TEST(Positions, a_commit_covers_what_the_application_is_through_with) {
  Positions positions = standing({10});
  EXPECT_THAT(positions.to_commit(), ElementsAre(Pair(a0, Position{10})));
  positions.commit_answered(a0, {10});
  positions.fetched(a0, version(positions), {30, 5});
  EXPECT_THAT(positions.to_commit(), IsEmpty());  // prefetched is not handed out
  positions.handed_out(a0, {20, 5});
  EXPECT_THAT(positions.to_commit(), IsEmpty());  // handed out is not processed
  EXPECT_TRUE(positions.finished(a0, 15));
  EXPECT_THAT(positions.to_commit(), ElementsAre(Pair(a0, Position{15})));
  EXPECT_FALSE(positions.finished(a0, 21));
  EXPECT_FALSE(positions.finished(a1, 1));
  EXPECT_TRUE(positions.finished(a0, 20));
  EXPECT_THAT(positions.to_commit(), ElementsAre(Pair(a0, Position{20, 5})));
  positions.handed_out(a0, {25, 5});
  positions.finished_all();
  EXPECT_THAT(positions.to_commit(), ElementsAre(Pair(a0, Position{25, 5})));
  positions.seek_to_time(a0, time_of_earliest);
  EXPECT_THAT(positions.to_commit(), IsEmpty());  // it stands nowhere
  positions.remove(a0);
  EXPECT_FALSE(positions.seek(a0, {1}));
  EXPECT_FALSE(positions.seek_to_time(a0, 1));
  EXPECT_FALSE(positions.pause(a0, true));
}

TEST(FetchPlanner, asks_for_what_stands_is_not_paused_and_has_room) {
  Positions positions = standing({10});
  const FetchLimits limits{
      .bytes_max = 1'000, .partition_bytes_max = 100, .prefetched_bytes_max = 500};
  const auto plan = [&](std::set<BrokerId> busy = {}, std::size_t coming = 0) {
    return plan_fetches(positions, view_of(1, 5), busy, coming, limits, at(5));
  };
  ASSERT_EQ(plan().size(), 1u);
  EXPECT_EQ(plan()[1].targets[a0].offset, 10);
  EXPECT_EQ(plan()[1].targets[a0].leader_epoch, 5);
  EXPECT_EQ(plan()[1].bytes_max, 500);
  EXPECT_THAT(plan({1}), IsEmpty());
  EXPECT_THAT(plan({}, 500), IsEmpty());
  EXPECT_EQ(plan({}, 499)[1].bytes_max, 1);
  positions.pause(a0, true);
  EXPECT_THAT(plan(), IsEmpty());
  positions.pause(a0, false);
  positions.find(a0)->prefetched_bytes = 100;
  EXPECT_THAT(plan(), IsEmpty());
  positions.find(a0)->prefetched_bytes = 99;
  EXPECT_EQ(plan().size(), 1u);
  positions.retry(a0, version(positions), at(6), Error{Errc::io, "x"});
  EXPECT_THAT(plan(), IsEmpty());
  positions.retry(a0, version(positions), at(5), Error{Errc::io, "x"});
  positions.find(a0)->near_replica = 2;
  positions.find(a0)->near_until = at(6);
  EXPECT_TRUE(plan().contains(2));
  positions.find(a0)->near_until = at(5);
  EXPECT_TRUE(plan().contains(1));
  positions.leaders(view_of(no_broker, 6));
  EXPECT_THAT(plan(), IsEmpty());
}

TEST(FetchRemedy, every_error_has_one) {
  for (const wire::ErrorInfo& info : wire::all_errors()) {
    const bool is_passing = info.retriable && info.code != wire::ErrorCode::corrupt_message;
    if (is_passing) EXPECT_NE(remedy_of(info.code), FetchRemedy::fail) << info.name;
  }
  EXPECT_EQ(remedy_of(wire::ErrorCode::offset_out_of_range), FetchRemedy::reset);
  EXPECT_EQ(remedy_of(wire::ErrorCode::fenced_leader_epoch), FetchRemedy::refresh);
  EXPECT_EQ(remedy_of(wire::ErrorCode::unknown_leader_epoch), FetchRemedy::retry);
  EXPECT_EQ(remedy_of(wire::ErrorCode::topic_authorization_failed), FetchRemedy::fail);
}

}  // namespace
}  // namespace weir::client
