#include <gtest/gtest.h>

#include "coordinator/group/shard_test_support.h"

namespace weir::coordinator {
namespace {

class JoinGroup : public ShardTest {};

TEST_F(JoinGroup, refuses_an_empty_group_id) {
  EXPECT_EQ(joined(join({.group = "", .member = "m"})).error, ErrorCode::invalid_group_id);
}

TEST_F(JoinGroup, refuses_session_timeouts_outside_the_bounds) {
  EXPECT_EQ(joined(join({.session_ms = 5'999})).error, ErrorCode::invalid_session_timeout);
  EXPECT_EQ(joined(join({.session_ms = 1'800'001})).error, ErrorCode::invalid_session_timeout);
  EXPECT_EQ(joined(join({.session_ms = 6'000})).error, ErrorCode::member_id_required);
  EXPECT_EQ(joined(join({.session_ms = 1'800'000})).error, ErrorCode::member_id_required);
}

TEST_F(JoinGroup, names_the_member_of_a_group_that_is_not_there_unknown) {
  const JoinAnswer answer = joined(join({.member = "stranger"}));
  EXPECT_EQ(answer.error, ErrorCode::unknown_member_id);
  EXPECT_EQ(answer.member_id, "stranger");
  EXPECT_TRUE(uncommitted.empty());
}

TEST_F(JoinGroup, hands_out_a_member_id_from_version_4_on) {
  const JoinAnswer answer = joined(join({.version = 4}));
  EXPECT_EQ(answer.error, ErrorCode::member_id_required);
  EXPECT_EQ(answer.member_id, "app-00000000-0000-1234-0000-000000000001");
  const Token old = join({.version = 3});
  EXPECT_FALSE(has_joined(old));
  EXPECT_EQ(state(), "PreparingRebalance");
}

TEST_F(JoinGroup, writes_a_new_group_to_the_log_at_once) {
  join({});
  ASSERT_EQ(uncommitted.size(), 1U);
  const auto& stored = std::get<GroupStored>(uncommitted[0].record);
  EXPECT_EQ(stored.group, "g");
  EXPECT_EQ(stored.value, (StoredGroup{.state_timestamp = now.wall}));
  join({});
  EXPECT_EQ(uncommitted.size(), 1U);
}

TEST_F(JoinGroup, forgets_an_id_that_was_handed_out_and_not_used_in_a_session) {
  Join what;
  what.member = joined(join({})).member_id;
  advance(10s);
  EXPECT_EQ(joined(join(what)).error, ErrorCode::unknown_member_id);
}

TEST_F(JoinGroup, refuses_an_instance_id_with_an_id_that_was_handed_out) {
  Join what;
  what.member = joined(join({})).member_id;
  what.instance = "i";
  EXPECT_EQ(joined(join(what)).error, ErrorCode::unknown_server_error);
}

TEST_F(JoinGroup, refuses_protocols_that_do_not_fit) {
  EXPECT_EQ(joined(join({.protocols = {}})).error, ErrorCode::inconsistent_group_protocol);
  EXPECT_EQ(joined(join({.type = ""})).error, ErrorCode::inconsistent_group_protocol);
  stable_group(1);
  EXPECT_EQ(joined(join({.type = "connect"})).error, ErrorCode::inconsistent_group_protocol);
  EXPECT_EQ(joined(join({.protocols = {{"sticky", ""}}})).error,
            ErrorCode::inconsistent_group_protocol);
  const auto member = classic().members().begin()->first;
  const JoinAnswer answer = joined(join({.member = member, .type = "connect"}));
  EXPECT_EQ(answer.error, ErrorCode::inconsistent_group_protocol);
  EXPECT_EQ(answer.member_id, member);
}

TEST_F(JoinGroup, counts_a_protocol_that_is_listed_twice_once) {
  Token waiting = 0;
  join_dynamic({.protocols = {{"range", "a"}, {"range", "b"}}}, &waiting);
  advance(3s);
  const JoinAnswer answer = joined(waiting);
  EXPECT_EQ(answer.error, ErrorCode::none);
  EXPECT_EQ(answer.protocol, "range");
}

TEST_F(JoinGroup, first_generation_starts_when_the_initial_delay_is_over) {
  Token waiting = 0;
  const std::string member = join_dynamic({}, &waiting);
  advance(2999ms);
  EXPECT_FALSE(has_joined(waiting));
  advance(1ms);
  const JoinAnswer answer = joined(waiting);
  EXPECT_EQ(answer.error, ErrorCode::none);
  EXPECT_EQ(answer.generation, 1);
  EXPECT_EQ(answer.protocol_type, "consumer");
  EXPECT_EQ(answer.protocol, "range");
  EXPECT_EQ(answer.leader, member);
  EXPECT_EQ(answer.member_id, member);
  EXPECT_FALSE(answer.skip_assignment);
  ASSERT_EQ(answer.members.size(), 1U);
  EXPECT_EQ(answer.members[0].member_id, member);
  EXPECT_EQ(answer.members[0].metadata, to_buffer(as_bytes(subscription({"orders"}))));
  EXPECT_EQ(state(), "CompletingRebalance");
}

TEST_F(JoinGroup, each_arrival_extends_the_initial_delay_up_to_the_rebalance_timeout) {
  std::vector<Token> waiting(4);
  join_dynamic({.rebalance_ms = 10'000}, &waiting[0]);
  for (std::size_t i = 1; i < 4; ++i) {
    advance(2500ms);
    EXPECT_FALSE(has_joined(waiting[0])) << i;
    join_dynamic({.rebalance_ms = 10'000}, &waiting[i]);
  }
  // 3 s, then 3 s, 3 s and the last 1 s.
  advance(2499ms);
  EXPECT_FALSE(has_joined(waiting[0]));
  advance(1ms);
  for (const Token token : waiting) EXPECT_TRUE(has_joined(token));
}

TEST_F(JoinGroup, only_the_leader_hears_of_the_members) {
  std::vector<Token> waiting(2);
  const std::string first = join_dynamic({}, &waiting[0]);
  join_dynamic({}, &waiting[1]);
  advance(6s);
  const JoinAnswer leader = joined(waiting[0]);
  EXPECT_EQ(leader.leader, first);
  EXPECT_EQ(leader.members.size(), 2U);
  const JoinAnswer follower = joined(waiting[1]);
  EXPECT_EQ(follower.leader, first);
  EXPECT_TRUE(follower.members.empty());
}

TEST_F(JoinGroup, members_vote_for_a_protocol_that_all_of_them_have) {
  std::vector<Token> waiting(3);
  join_dynamic({.protocols = {{"a", ""}, {"b", ""}, {"c", ""}}}, &waiting[0]);
  join_dynamic({.protocols = {{"c", ""}, {"b", ""}}}, &waiting[1]);
  join_dynamic({.protocols = {{"b", ""}, {"c", ""}, {"a", ""}}}, &waiting[2]);
  advance(10s);
  EXPECT_EQ(joined(waiting[0]).protocol, "b");
}

TEST_F(JoinGroup, newcomer_sends_a_stable_group_into_a_rebalance) {
  const auto members = stable_group(1);
  Token newcomer = 0;
  join_dynamic({}, &newcomer);
  EXPECT_EQ(state(), "PreparingRebalance");
  EXPECT_FALSE(has_joined(newcomer));
  EXPECT_EQ(heartbeat({.member = members[0]}), ErrorCode::rebalance_in_progress);
  const Token again = join({.member = members[0]});
  EXPECT_EQ(joined(again).generation, 2);
  EXPECT_EQ(joined(newcomer).generation, 2);
}

TEST_F(JoinGroup, members_that_do_not_rejoin_in_time_are_out) {
  const auto members = stable_group(2);
  Token newcomer = 0;
  const std::string id = join_dynamic({.rebalance_ms = 5'000}, &newcomer);
  const Token again = join({.member = members[1], .rebalance_ms = 5'000});
  // The longest time-out counts: the silent member's 60 s; its session is shorter.
  for (int i = 0; i < 20 && !has_joined(newcomer); ++i) advance(1s);
  const JoinAnswer answer = joined(newcomer);
  EXPECT_EQ(answer.error, ErrorCode::none);
  EXPECT_EQ(joined(again).generation, 2);
  EXPECT_EQ(classic().members().size(), 2U);
  EXPECT_EQ(classic().members().count(members[0]), 0U);
  EXPECT_EQ(classic().members().count(id), 1U);
}

TEST_F(JoinGroup, rebalance_timeout_ends_the_wait_for_a_member_that_only_sends_heartbeats) {
  const auto members = stable_group(2);
  Token newcomer = 0;
  join_dynamic({}, &newcomer);
  join({.member = members[1]});
  for (int i = 0; i < 59; ++i) {
    advance(1s);
    EXPECT_EQ(heartbeat({.member = members[0]}), ErrorCode::rebalance_in_progress);
  }
  EXPECT_FALSE(has_joined(newcomer));
  advance(1s);
  EXPECT_EQ(joined(newcomer).error, ErrorCode::none);
  EXPECT_EQ(heartbeat({.member = members[0]}), ErrorCode::unknown_member_id);
}

TEST_F(JoinGroup, unchanged_follower_of_a_stable_group_gets_the_current_generation) {
  const auto members = stable_group(2);
  const std::string leader = *classic().leader();
  const std::string follower = members[0] == leader ? members[1] : members[0];
  const JoinAnswer answer = joined(join({.member = follower}));
  EXPECT_EQ(answer.error, ErrorCode::none);
  EXPECT_EQ(answer.generation, 1);
  EXPECT_EQ(answer.leader, leader);
  EXPECT_TRUE(answer.members.empty());
  EXPECT_EQ(state(), "Stable");
}

TEST_F(JoinGroup, leader_or_changed_metadata_start_a_rebalance) {
  auto members = stable_group(2);
  const std::string leader = *classic().leader();
  const std::string follower = members[0] == leader ? members[1] : members[0];
  EXPECT_FALSE(has_joined(join({.member = leader})));
  EXPECT_EQ(state(), "PreparingRebalance");
  members = stable_group(2, "h");
  const std::string leader_h = *classic("h").leader();
  const std::string follower_h = members[0] == leader_h ? members[1] : members[0];
  join({.group = "h", .member = follower_h, .protocols = {{"range", subscription({"bills"})}}});
  EXPECT_EQ(state("h"), "PreparingRebalance");
}

TEST_F(JoinGroup, repeated_join_before_the_sync_gets_the_same_generation) {
  Token waiting = 0;
  const std::string member = join_dynamic({}, &waiting);
  advance(3s);
  EXPECT_EQ(joined(waiting).generation, 1);
  const JoinAnswer again = joined(join({.member = member}));
  EXPECT_EQ(again.generation, 1);
  EXPECT_EQ(again.members.size(), 1U);
  EXPECT_EQ(state(), "CompletingRebalance");
  const Token changed = join({.member = member, .protocols = {{"range", "other"}}});
  EXPECT_EQ(joined(changed).generation, 2);
}

TEST_F(JoinGroup, second_join_of_a_waiting_member_answers_the_first_one) {
  Token waiting = 0;
  const std::string member = join_dynamic({}, &waiting);
  const Token again = join({.member = member});
  EXPECT_EQ(joined(waiting).error, ErrorCode::rebalance_in_progress);
  advance(6s);
  EXPECT_EQ(joined(again).error, ErrorCode::none);
}

TEST_F(JoinGroup, group_is_full_at_its_largest_size) {
  config.group_max_size = 2;
  shard->set_config(config);
  stable_group(2);
  const JoinAnswer answer = joined(join({}));
  EXPECT_EQ(answer.error, ErrorCode::group_max_size_reached);
  EXPECT_EQ(answer.member_id, "");
}

TEST_F(JoinGroup, last_to_rejoin_are_turned_away_when_the_limit_has_shrunk) {
  const auto members = stable_group(3);
  config.group_max_size = 2;
  fail_over();
  EXPECT_EQ(state(), "PreparingRebalance");
  const Token first = join({.member = members[0]});
  const Token second = join({.member = members[1]});
  EXPECT_EQ(joined(join({.member = members[2]})).error, ErrorCode::group_max_size_reached);
  for (int i = 0; i < 100 && !has_joined(first); ++i) advance(1s);
  EXPECT_EQ(joined(first).generation, 2);
  EXPECT_EQ(joined(second).generation, 2);
  EXPECT_EQ(classic().members().size(), 2U);
}

TEST_F(JoinGroup, new_member_that_never_comes_back_is_dropped_after_five_minutes) {
  const auto members = stable_group(1);
  Token newcomer = 0;
  join_dynamic({.session_ms = 1'000'000, .rebalance_ms = 1'000'000}, &newcomer);
  for (int i = 0; i < 299; ++i) {
    advance(1s);
    ASSERT_EQ(heartbeat({.member = members[0]}), ErrorCode::rebalance_in_progress);
  }
  EXPECT_FALSE(has_joined(newcomer));
  advance(1s);
  EXPECT_EQ(joined(newcomer).error, ErrorCode::unknown_member_id);
}

TEST_F(JoinGroup, version_0_uses_the_session_timeout_for_the_rebalance) {
  join({.version = 0, .session_ms = 7'000, .rebalance_ms = -1});
  EXPECT_EQ(classic().members().begin()->second.rebalance_timeout_ms, 7'000);
}

}  // namespace
}  // namespace weir::coordinator
