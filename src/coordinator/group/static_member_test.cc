#include <gtest/gtest.h>

#include "coordinator/group/shard_test_support.h"

namespace weir::coordinator {
namespace {

class StaticMember : public ShardTest {
 protected:
  // Two static members, a and b, in a stable group.
  void stable() {
    const Token first = join({.instance = "a"});
    const Token second = join({.instance = "b"});
    advance(6s);
    a = joined(first).member_id;
    const JoinAnswer answer = joined(second);
    b = answer.member_id;
    leader = answer.leader;
    commit_log();
    sync({.member = leader, .assignments = {{a, "A"}, {b, "B"}}});
    commit_log();
    sync({.member = leader == a ? b : a});
    syncs.clear();
    ASSERT_EQ(state(), "Stable");
  }
  std::string a;
  std::string b;
  std::string leader;
};

TEST_F(StaticMember, joins_with_one_request_and_is_named_after_its_instance) {
  const Token waiting = join({.instance = "a"});
  advance(3s);
  const JoinAnswer answer = joined(waiting);
  EXPECT_EQ(answer.error, ErrorCode::none);
  EXPECT_TRUE(answer.member_id.starts_with("a-"));
  ASSERT_EQ(answer.members.size(), 1U);
  EXPECT_EQ(answer.members[0].instance_id, "a");
}

TEST_F(StaticMember, comes_back_without_a_rebalance_under_a_new_id) {
  stable();
  const Token waiting = join({.instance = "b"});
  EXPECT_FALSE(has_joined(waiting));
  ASSERT_EQ(uncommitted.size(), 1U);
  commit_log();
  const JoinAnswer answer = joined(waiting);
  EXPECT_EQ(answer.error, ErrorCode::none);
  EXPECT_EQ(answer.generation, 1);
  EXPECT_NE(answer.member_id, b);
  EXPECT_EQ(answer.skip_assignment, leader == b);
  EXPECT_EQ(state(), "Stable");
  EXPECT_EQ(synced(sync({.member = answer.member_id, .instance = "b"})).assignment,
            to_buffer(as_bytes("B")));
  // The one that was replaced is fenced.
  EXPECT_EQ(heartbeat({.member = b, .instance = "b"}), ErrorCode::fenced_instance_id);
  EXPECT_EQ(heartbeat({.member = b}), ErrorCode::unknown_member_id);
  EXPECT_EQ(synced(sync({.member = b, .instance = "b"})).error, ErrorCode::fenced_instance_id);
  EXPECT_EQ(joined(join({.member = b, .instance = "b"})).error, ErrorCode::fenced_instance_id);
  EXPECT_EQ(commit({.member = b, .generation = 1, .instance = "b"}), ErrorCode::fenced_instance_id);
  EXPECT_EQ(leave("g", b, "b"), ErrorCode::fenced_instance_id);
}

TEST_F(StaticMember, returning_leader_skips_the_assignment_from_version_9_on) {
  stable();
  const std::string instance = leader == a ? "a" : "b";
  const Token waiting = join({.instance = instance});
  commit_log();
  const JoinAnswer answer = joined(waiting);
  EXPECT_TRUE(answer.skip_assignment);
  EXPECT_EQ(answer.leader, answer.member_id);
  EXPECT_EQ(answer.members.size(), 2U);
}

TEST_F(StaticMember, returning_leader_of_version_8_must_not_believe_that_it_leads) {
  stable();
  const std::string instance = leader == a ? "a" : "b";
  const Token waiting = join({.instance = instance, .version = 8});
  commit_log();
  const JoinAnswer answer = joined(waiting);
  EXPECT_FALSE(answer.skip_assignment);
  EXPECT_EQ(answer.leader, leader);
  EXPECT_NE(answer.member_id, leader);
  EXPECT_TRUE(answer.members.empty());
}

TEST_F(StaticMember, keeps_its_old_id_when_the_new_one_is_not_stored) {
  stable();
  const Token waiting = join({.instance = "b", .session_ms = 20'000});
  refuse_log(ErrorCode::coordinator_not_available);
  const JoinAnswer answer = joined(waiting);
  EXPECT_EQ(answer.error, ErrorCode::coordinator_not_available);
  EXPECT_EQ(answer.member_id, "");
  EXPECT_EQ(heartbeat({.member = b, .instance = "b"}), ErrorCode::none);
  EXPECT_EQ(classic().members().at(b).session_timeout_ms, 10'000);
  EXPECT_EQ(*classic().leader(), leader);
}

TEST_F(StaticMember, another_protocol_brings_a_rebalance) {
  const Token first = join({.instance = "a", .protocols = {{"x", ""}, {"y", ""}}});
  advance(3s);
  a = joined(first).member_id;
  sync({.member = a});
  commit_log();
  const Token waiting = join({.instance = "a", .protocols = {{"y", ""}, {"x", ""}}});
  const JoinAnswer answer = joined(waiting);
  EXPECT_EQ(answer.generation, 2);
  EXPECT_EQ(answer.protocol, "y");
}

TEST_F(StaticMember, replacement_before_the_sync_brings_a_rebalance) {
  const Token first = join({.instance = "a"});
  advance(3s);
  a = joined(first).member_id;
  ASSERT_EQ(state(), "CompletingRebalance");
  const Token waiting = join({.instance = "a"});
  EXPECT_EQ(joined(waiting).generation, 2);
}

TEST_F(StaticMember, waiting_twin_is_fenced) {
  const Token first = join({.instance = "a"});
  const Token twin = join({.instance = "a"});
  EXPECT_EQ(joined(first).error, ErrorCode::fenced_instance_id);
  EXPECT_FALSE(has_joined(twin));
  advance(3s);
  EXPECT_EQ(joined(twin).error, ErrorCode::none);
  EXPECT_EQ(classic().members().size(), 1U);
}

TEST_F(StaticMember, rebalance_that_begins_while_the_new_id_is_stored_answers_it) {
  stable();
  const Token waiting = join({.instance = "b"});
  const Token newcomer = join({.instance = "c"});
  EXPECT_EQ(state(), "PreparingRebalance");
  commit_log();
  EXPECT_FALSE(has_joined(waiting));
  const Token other = join({.member = a, .instance = "a"});
  EXPECT_EQ(joined(waiting).generation, 2);
  EXPECT_EQ(joined(newcomer).generation, 2);
  EXPECT_EQ(joined(other).generation, 2);
}

TEST_F(StaticMember, that_is_away_keeps_its_place_in_a_rebalance_until_its_session_ends) {
  stable();
  const Token newcomer = join({.instance = "c", .rebalance_ms = 1'000});
  const Token again = join({.member = a, .instance = "a", .rebalance_ms = 1'000});
  EXPECT_FALSE(has_joined(newcomer));
  // The silent member's session of 10 s ends before its rebalance timeout of 60 s.
  advance(10s);
  EXPECT_EQ(joined(newcomer).generation, 2);
  EXPECT_EQ(joined(again).generation, 2);
  EXPECT_EQ(classic().members().size(), 2U);
}

TEST_F(StaticMember, is_carried_into_the_next_generation_when_the_rebalance_times_out_first) {
  const Token first = join({.instance = "a", .session_ms = 1'000'000, .rebalance_ms = 5'000});
  const Token second = join({.instance = "b", .session_ms = 1'000'000, .rebalance_ms = 5'000});
  advance(6s);
  a = joined(first).member_id;
  b = joined(second).member_id;
  sync({.member = *classic().leader()});
  commit_log();
  const Token newcomer = join({.instance = "c", .session_ms = 1'000'000, .rebalance_ms = 5'000});
  advance(5s);
  const JoinAnswer answer = joined(newcomer);
  EXPECT_EQ(answer.error, ErrorCode::none);
  EXPECT_EQ(answer.generation, 2);
  EXPECT_EQ(answer.leader, answer.member_id) << "the lead goes to somebody who is here";
  EXPECT_EQ(answer.members.size(), 3U);
}

TEST_F(StaticMember, operator_removes_it_by_its_instance) {
  stable();
  EXPECT_EQ(leave("g", "", "b"), ErrorCode::none);
  EXPECT_EQ(state(), "PreparingRebalance");
  EXPECT_EQ(classic().members().count(b), 0U);
  EXPECT_EQ(leave("g", "", "b"), ErrorCode::unknown_member_id);
}

TEST_F(StaticMember, is_still_known_after_a_fail_over) {
  stable();
  const Token waiting = join({.instance = "b"});
  commit_log();
  const std::string renamed = joined(waiting).member_id;
  fail_over();
  EXPECT_EQ(state(), "Stable");
  EXPECT_EQ(heartbeat({.member = renamed, .instance = "b"}), ErrorCode::none);
  EXPECT_EQ(heartbeat({.member = b, .instance = "b"}), ErrorCode::fenced_instance_id);
}

}  // namespace
}  // namespace weir::coordinator
