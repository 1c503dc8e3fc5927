#include <gtest/gtest.h>

#include "coordinator/group/shard_test_support.h"

namespace weir::coordinator {
namespace {

class SyncGroup : public ShardTest {
 protected:
  // Two members that have joined generation 1 and have not synced.
  void completing() {
    std::vector<Token> waiting(2);
    leader = join_dynamic({}, &waiting[0]);
    follower = join_dynamic({}, &waiting[1]);
    advance(6s);
    commit_log();
    joins.clear();
    ASSERT_EQ(state(), "CompletingRebalance");
  }
  Sync assignment() {
    return {.member = leader, .assignments = {{leader, "L"}, {follower, "F"}, {"stranger", "S"}}};
  }
  std::string leader;
  std::string follower;
};

TEST_F(SyncGroup, refuses_what_is_not_there) {
  EXPECT_EQ(synced(sync({.group = "", .member = "m"})).error, ErrorCode::invalid_group_id);
  EXPECT_EQ(synced(sync({.member = "m"})).error, ErrorCode::unknown_member_id);
  commit({});  // a simple group
  EXPECT_EQ(synced(sync({.member = "m"})).error, ErrorCode::unknown_member_id);
}

TEST_F(SyncGroup, refuses_strangers_old_generations_and_other_protocols) {
  completing();
  EXPECT_EQ(synced(sync({.member = "m"})).error, ErrorCode::unknown_member_id);
  EXPECT_EQ(synced(sync({.member = leader, .generation = 0})).error, ErrorCode::illegal_generation);
  EXPECT_EQ(synced(sync({.member = leader, .type = "connect"})).error,
            ErrorCode::inconsistent_group_protocol);
  EXPECT_EQ(synced(sync({.member = leader, .protocol = "sticky"})).error,
            ErrorCode::inconsistent_group_protocol);
  EXPECT_FALSE(has_synced(sync({.member = follower, .type = "consumer", .protocol = "range"})));
}

TEST_F(SyncGroup, everybody_gets_the_share_once_it_is_committed) {
  completing();
  const Token first = sync({.member = follower});
  const Token second = sync(assignment());
  EXPECT_FALSE(has_synced(first));
  EXPECT_FALSE(has_synced(second));
  EXPECT_EQ(state(), "CompletingRebalance");
  commit_log();
  const SyncAnswer answer = synced(first);
  EXPECT_EQ(answer.error, ErrorCode::none);
  EXPECT_EQ(answer.assignment, to_buffer(as_bytes("F")));
  EXPECT_EQ(answer.protocol_type, "consumer");
  EXPECT_EQ(answer.protocol, "range");
  EXPECT_EQ(synced(second).assignment, to_buffer(as_bytes("L")));
  EXPECT_EQ(state(), "Stable");
}

TEST_F(SyncGroup, log_holds_the_generation_with_its_members) {
  completing();
  sync(assignment());
  ASSERT_EQ(uncommitted.size(), 1U);
  const StoredGroup& stored = std::get<GroupStored>(uncommitted[0].record).value;
  EXPECT_EQ(stored.protocol_type, "consumer");
  EXPECT_EQ(stored.protocol, "range");
  EXPECT_EQ(stored.leader, leader);
  EXPECT_EQ(stored.generation, 1);
  ASSERT_EQ(stored.members.size(), 2U);
  const auto& member =
      stored.members[0].member_id == leader ? stored.members[0] : stored.members[1];
  EXPECT_EQ(member.client_id, "app");
  EXPECT_EQ(member.client_host, "/10.0.0.1");
  EXPECT_EQ(member.session_timeout_ms, 10'000);
  EXPECT_EQ(member.rebalance_timeout_ms, 60'000);
  EXPECT_EQ(member.subscription, to_buffer(as_bytes(subscription({"orders"}))));
  EXPECT_EQ(member.assignment, to_buffer(as_bytes("L")));
}

TEST_F(SyncGroup, member_without_a_share_gets_an_empty_one) {
  completing();
  const Token waiting = sync({.member = follower});
  sync({.member = leader, .assignments = {{leader, "L"}}});
  commit_log();
  EXPECT_EQ(synced(waiting).error, ErrorCode::none);
  EXPECT_TRUE(synced(sync({.member = follower})).assignment.empty());
}

TEST_F(SyncGroup, late_member_of_a_stable_group_is_answered_at_once) {
  completing();
  sync(assignment());
  commit_log();
  EXPECT_EQ(synced(sync({.member = follower})).assignment, to_buffer(as_bytes("F")));
}

TEST_F(SyncGroup, rebalance_sends_waiting_members_back) {
  completing();
  const Token waiting = sync({.member = follower});
  join_dynamic({});
  EXPECT_EQ(synced(waiting).error, ErrorCode::rebalance_in_progress);
  EXPECT_EQ(synced(sync({.member = leader})).error, ErrorCode::rebalance_in_progress);
}

TEST_F(SyncGroup, assignment_that_is_committed_too_late_is_not_handed_out) {
  completing();
  const Token waiting = sync(assignment());
  join_dynamic({});
  EXPECT_EQ(synced(waiting).error, ErrorCode::rebalance_in_progress);
  commit_log();
  EXPECT_EQ(state(), "PreparingRebalance");
}

TEST_F(SyncGroup, refused_append_sends_everybody_back_with_its_error) {
  completing();
  const Token first = sync({.member = follower});
  const Token second = sync(assignment());
  refuse_log(ErrorCode::coordinator_not_available);
  EXPECT_EQ(synced(first).error, ErrorCode::coordinator_not_available);
  EXPECT_EQ(synced(second).error, ErrorCode::coordinator_not_available);
  EXPECT_EQ(state(), "PreparingRebalance");
}

TEST_F(SyncGroup, member_that_does_not_sync_in_time_is_out) {
  completing();
  const Token waiting = sync(assignment());
  commit_log();
  EXPECT_EQ(synced(waiting).error, ErrorCode::none);
  for (int i = 0; i < 59; ++i) {
    advance(1s);
    ASSERT_EQ(heartbeat({.member = leader}), ErrorCode::none);
    ASSERT_EQ(heartbeat({.member = follower}), ErrorCode::none);
  }
  advance(1s);
  EXPECT_EQ(heartbeat({.member = follower}), ErrorCode::unknown_member_id);
  EXPECT_EQ(heartbeat({.member = leader}), ErrorCode::rebalance_in_progress);
}

TEST_F(SyncGroup, waiting_member_needs_no_heartbeat) {
  completing();
  const Token waiting = sync({.member = follower});
  for (int i = 0; i < 30; ++i) {
    advance(1s);
    ASSERT_EQ(heartbeat({.member = leader}), ErrorCode::none);
  }
  EXPECT_FALSE(has_synced(waiting));
  sync(assignment());
  commit_log();
  EXPECT_EQ(synced(waiting).error, ErrorCode::none);
  // Its session starts anew with the answer.
  advance(9999ms);
  EXPECT_EQ(heartbeat({.member = follower}), ErrorCode::none);
}

TEST_F(SyncGroup, second_sync_of_a_waiting_member_answers_the_first_one) {
  completing();
  const Token first = sync({.member = follower});
  const Token second = sync({.member = follower});
  EXPECT_EQ(synced(first).error, ErrorCode::rebalance_in_progress);
  sync(assignment());
  commit_log();
  EXPECT_EQ(synced(second).error, ErrorCode::none);
}

// --- Heartbeat and LeaveGroup ---

class Membership : public ShardTest {};

TEST_F(Membership, heartbeat_errors) {
  EXPECT_EQ(heartbeat({.group = "", .member = "m"}), ErrorCode::invalid_group_id);
  EXPECT_EQ(heartbeat({.member = "m"}), ErrorCode::unknown_member_id);
  const auto members = stable_group(1);
  EXPECT_EQ(heartbeat({.member = "m"}), ErrorCode::unknown_member_id);
  EXPECT_EQ(heartbeat({.member = members[0], .generation = 0}), ErrorCode::illegal_generation);
  EXPECT_EQ(heartbeat({.member = members[0], .generation = 2}), ErrorCode::illegal_generation);
  EXPECT_EQ(heartbeat({.member = members[0], .instance = "i"}), ErrorCode::unknown_member_id);
  EXPECT_EQ(heartbeat({.member = members[0]}), ErrorCode::none);
}

TEST_F(Membership, session_ends_without_heartbeats_and_the_group_becomes_empty) {
  const auto members = stable_group(1);
  advance(9s);
  EXPECT_EQ(heartbeat({.member = members[0]}), ErrorCode::none);
  advance(9999ms);
  EXPECT_EQ(state(), "Stable");
  advance(1ms);
  EXPECT_EQ(state(), "Empty");
  EXPECT_EQ(heartbeat({.member = members[0]}), ErrorCode::unknown_member_id);
  const auto& stored = std::get<GroupStored>(log.back()).value;
  EXPECT_EQ(stored.generation, 2);
  EXPECT_EQ(stored.protocol_type, "consumer");
  EXPECT_EQ(stored.protocol, std::nullopt);
  EXPECT_EQ(stored.leader, std::nullopt);
  EXPECT_TRUE(stored.members.empty());
}

TEST_F(Membership, wall_clock_that_jumps_ends_no_session) {
  const auto members = stable_group(1);
  now.wall += 3'600'000;
  advance(1s);
  EXPECT_EQ(heartbeat({.member = members[0]}), ErrorCode::none);
  now.wall -= 7'200'000;
  advance(1s);
  EXPECT_EQ(heartbeat({.member = members[0]}), ErrorCode::none);
}

TEST_F(Membership, commit_is_a_sign_of_life) {
  const auto members = stable_group(1);
  for (int i = 0; i < 5; ++i) {
    advance(9s);
    ASSERT_EQ(commit({.member = members[0], .generation = 1}), ErrorCode::none);
  }
}

TEST_F(Membership, leaving_errors) {
  EXPECT_EQ(leave("", "m"), ErrorCode::invalid_group_id);
  EXPECT_EQ(leave("g", "m"), ErrorCode::unknown_member_id);
  EXPECT_EQ(leave("g", "m", {}, 2), ErrorCode::unknown_member_id);
  const auto members = stable_group(1);
  EXPECT_EQ(leave("g", "m"), ErrorCode::unknown_member_id);
  EXPECT_EQ(leave("g", ""), ErrorCode::unknown_member_id);
  EXPECT_EQ(leave("g", "", "i"), ErrorCode::unknown_member_id);
  EXPECT_EQ(leave("g", members[0], "i"), ErrorCode::unknown_member_id);
  EXPECT_EQ(state(), "Stable");
}

TEST_F(Membership, last_member_that_leaves_empties_the_group) {
  const auto members = stable_group(1);
  EXPECT_EQ(leave("g", members[0], {}, 0), ErrorCode::none);
  EXPECT_EQ(state(), "Empty");
  EXPECT_EQ(classic().generation(), 2);
}

TEST_F(Membership, member_that_leaves_sets_off_a_rebalance) {
  const auto members = stable_group(2);
  EXPECT_EQ(leave("g", members[0]), ErrorCode::none);
  EXPECT_EQ(state(), "PreparingRebalance");
  EXPECT_EQ(joined(join({.member = members[1]})).generation, 2);
}

TEST_F(Membership, leaving_during_a_rebalance_lets_it_complete) {
  const auto members = stable_group(2);
  const Token waiting = join({.member = members[0], .protocols = {{"range", "changed"}}});
  EXPECT_FALSE(has_joined(waiting));
  EXPECT_EQ(leave("g", members[1]), ErrorCode::none);
  EXPECT_EQ(joined(waiting).generation, 2);
}

TEST_F(Membership, waiting_join_of_a_member_that_leaves_is_answered) {
  Token waiting = 0;
  const std::string member = join_dynamic({}, &waiting);
  EXPECT_EQ(leave("g", member), ErrorCode::none);
  EXPECT_EQ(joined(waiting).error, ErrorCode::unknown_member_id);
  advance(3s);
  EXPECT_EQ(state(), "Empty");
}

TEST_F(Membership, id_that_was_handed_out_can_leave) {
  const std::string id = joined(join({})).member_id;
  EXPECT_EQ(leave("g", id), ErrorCode::none);
  EXPECT_EQ(joined(join({.member = id})).error, ErrorCode::unknown_member_id);
}

TEST_F(Membership, several_leave_in_one_request) {
  const auto members = stable_group(3);
  wire::LeaveGroupRequest::MemberIdentity identities[3];
  identities[0].member_id = members[0];
  identities[1].member_id = "stranger";
  identities[2].member_id = members[2];
  wire::LeaveGroupRequest request;
  request.group_id = "g";
  request.members = {identities, 3};
  wire::LeaveGroupResponse response;
  Output out;
  shard->leave(call(5), request, arena, response, out);
  take(out);
  ASSERT_EQ(response.members.size(), 3U);
  EXPECT_EQ(response.error_code, 0);
  EXPECT_EQ(response.members[0].error_code, 0);
  EXPECT_EQ(response.members[1].error_code, 25);
  EXPECT_EQ(response.members[1].member_id.view(), "stranger");
  EXPECT_EQ(response.members[2].error_code, 0);
  EXPECT_EQ(classic().members().size(), 1U);
}

}  // namespace
}  // namespace weir::coordinator
