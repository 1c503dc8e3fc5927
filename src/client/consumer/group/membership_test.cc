#include "client/consumer/group/membership.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/message/heartbeat_request.h"
#include "wire/message/join_group_request.h"
#include "wire/message/join_group_response.h"
#include "wire/message/leave_group_request.h"
#include "wire/message/sync_group_request.h"
#include "wire/message/sync_group_response.h"

namespace weir::client {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using wire::ErrorCode;
using Kind = MembershipStep::Kind;
using State = Membership::State;

constexpr env::Instant at(std::int64_t ms) { return env::Instant(milliseconds(ms)); }
const std::vector<TopicPartition> a0 = {{"a", 0}};
const std::vector<TopicPartition> a01 = {{"a", 0}, {"a", 1}};

MembershipOptions options(std::vector<Assignor> assignors = {Assignor::range}) {
  return {.group_id = "g", .assignors = std::move(assignors)};
}

// A member and a coordinator that answers what the test wants.
class Member {
 public:
  explicit Member(MembershipOptions with = options()) : member(std::move(with), random) {}

  void expect(Kind kind, std::vector<TopicPartition> partitions = {}, bool lost = false) {
    const MembershipStep step = member.next(now);
    EXPECT_EQ(step.kind, kind);
    EXPECT_EQ(step.partitions, partitions);
    EXPECT_EQ(step.lost, lost);
  }
  void find() {
    expect(Kind::find_coordinator);
    member.begun(Kind::find_coordinator, now);
    member.coordinator_found(1, now);
  }
  void join(ErrorCode code, bool leads = false, std::string_view protocol = "range") {
    expect(Kind::join);
    member.begun(Kind::join, now);
    expect(Kind::wait);
    answer_join(code, leads, protocol);
  }
  void answer_join(ErrorCode code, bool leads = false, std::string_view protocol = "range") {
    wire::JoinGroupResponse answer;
    answer.error_code = wire::code_of(code);
    answer.member_id = "m1";
    answer.leader = leads ? "m1" : "m2";
    answer.generation_id = code == ErrorCode::none ? ++generation : -1;
    answer.protocol_type = "consumer";
    answer.protocol_name = protocol;
    std::vector<wire::JoinGroupResponse::JoinGroupResponseMember> members(2);
    const auto mine = encode_subscription({.topics = {"a"}});
    members[0].member_id = "m1";
    members[0].metadata = Bytes(mine);
    members[1].member_id = "m2";
    members[1].metadata = as_bytes("nonsense");
    if (leads) answer.members = members;
    member.joined(answer, now);
  }
  void sync(ErrorCode code, std::vector<TopicPartition> assigned = {}) {
    expect(Kind::sync);
    member.begun(Kind::sync, now);
    answer_sync(code, std::move(assigned));
  }
  void answer_sync(ErrorCode code, std::vector<TopicPartition> assigned = {}) {
    wire::SyncGroupResponse answer;
    answer.error_code = wire::code_of(code);
    const auto bytes = encode_assignment({.partitions = std::move(assigned)});
    answer.assignment = Bytes(bytes);
    member.synced(answer, now);
  }
  // A stable member that owns `partitions`.
  void settle(std::vector<TopicPartition> partitions, std::string_view protocol = "range") {
    member.subscribe({"a"}, now);
    find();
    join(ErrorCode::none, false, protocol);
    sync(ErrorCode::none, partitions);
    take(partitions);
    EXPECT_EQ(member.state(), State::stable);
  }
  void take(std::vector<TopicPartition> partitions) {
    expect(Kind::take, std::move(partitions));
    member.taken();
  }
  void give_up(std::vector<TopicPartition> partitions, bool lost = false) {
    expect(Kind::give_up, partitions, lost);
    member.given_up(partitions);
  }
  void beat(ErrorCode code) {
    now = *member.heartbeat_at();
    member.heartbeat_sent(now);
    EXPECT_EQ(member.heartbeat_at(), std::nullopt);
    member.heartbeat_answered(code, member.identity());
  }
  void pass_backoff() { now += milliseconds(2'000); }

  SeededRandom random{1};
  env::Instant now = at(1'000);
  std::int32_t generation = 0;
  Membership member;
};

TEST(Membership, does_nothing_without_a_subscription) {
  Member m;
  m.expect(Kind::wait);
  EXPECT_EQ(m.member.heartbeat_at(), std::nullopt);
}

TEST(Membership, looks_for_the_coordinator_when_offsets_need_it) {
  Member m;
  m.member.use_coordinator();
  m.find();
  m.expect(Kind::wait);
}

TEST(Membership, joins_with_the_id_it_is_given_and_takes_what_it_is_assigned) {
  Member m;
  m.member.subscribe({"b", "a"}, m.now);
  m.find();
  m.join(ErrorCode::member_id_required);
  wire::Arena arena;
  const auto request = m.member.join_request(arena);
  EXPECT_EQ(request.member_id.view(), "m1");
  EXPECT_EQ(request.protocols[0].name.view(), "range");
  EXPECT_THAT(decode_subscription(request.protocols[0].metadata)->topics, ElementsAre("a", "b"));
  m.join(ErrorCode::none);
  m.sync(ErrorCode::none, a01);
  EXPECT_THAT(m.member.owned(), IsEmpty());
  m.take(a01);
  EXPECT_EQ(m.member.owned(), a01);
  EXPECT_EQ(m.member.identity(), (MemberIdentity{1, "m1", std::nullopt}));
  m.expect(Kind::wait);
  EXPECT_EQ(m.member.heartbeat_request().generation_id, 1);
}

TEST(Membership, a_leader_divides_the_partitions_and_forgives_a_member_that_makes_no_sense) {
  Member m;
  m.member.subscribe({"a"}, m.now);
  m.find();
  m.join(ErrorCode::none, true);
  EXPECT_TRUE(m.member.is_leader());
  EXPECT_THAT(m.member.group_topics(), ElementsAre("a"));
  wire::Arena arena;
  const auto request = m.member.sync_request({{"a", ReplicaRacks(2)}}, arena);
  ASSERT_EQ(request.assignments.size(), 2u);
  EXPECT_EQ(decode_assignment(request.assignments[0].assignment)->partitions, a01);
  EXPECT_THAT(decode_assignment(request.assignments[1].assignment)->partitions, IsEmpty());
  EXPECT_EQ(request.protocol_name.view(), "range");
}

TEST(Membership, an_eager_member_gives_everything_up_before_it_joins_again) {
  Member m;
  m.settle(a01);
  m.beat(ErrorCode::rebalance_in_progress);
  EXPECT_NE(m.member.heartbeat_at(), std::nullopt);  // it is a member until it joins
  m.give_up(a01);
  m.join(ErrorCode::none);
  m.sync(ErrorCode::none, a0);
  m.take(a0);
  EXPECT_EQ(m.member.owned(), a0);
}

TEST(Membership, a_cooperative_member_gives_up_what_it_loses_and_joins_twice) {
  Member m(options({Assignor::cooperative_sticky}));
  m.settle(a01, "cooperative-sticky");
  m.beat(ErrorCode::rebalance_in_progress);
  wire::Arena arena;
  const auto request = m.member.join_request(arena);
  const auto subscription = decode_subscription(request.protocols[0].metadata);
  EXPECT_EQ(subscription->owned, a01);
  EXPECT_EQ(subscription->generation, 1);
  m.join(ErrorCode::none, false, "cooperative-sticky");
  m.sync(ErrorCode::none, a0);
  m.give_up({{"a", 1}});
  m.take({});
  EXPECT_EQ(m.member.owned(), a0);
  m.join(ErrorCode::none, false, "cooperative-sticky");
  m.sync(ErrorCode::none, a0);
  m.take({});
  m.expect(Kind::wait);
}

TEST(Membership, a_cooperative_member_gives_up_topics_that_it_does_not_want_any_more) {
  Member m(options({Assignor::cooperative_sticky}));
  m.settle(a01, "cooperative-sticky");
  m.member.subscribe({"b"}, m.now);
  m.give_up(a01);
  m.expect(Kind::join);
}

TEST(Membership, a_group_is_cooperative_only_when_all_its_assignors_are) {
  EXPECT_FALSE(
      Member(options({Assignor::range, Assignor::cooperative_sticky})).member.is_cooperative());
  EXPECT_TRUE(Member(options({Assignor::cooperative_sticky})).member.is_cooperative());
}

TEST(Membership, what_errors_of_join_and_sync_lead_to) {
  struct Row {
    ErrorCode code;
    Kind then;
    bool keeps_id;
    bool at_once;
  };
  const Row rows[] = {
      {ErrorCode::unknown_member_id, Kind::join, false, true},
      {ErrorCode::illegal_generation, Kind::join, true, true},
      {ErrorCode::rebalance_in_progress, Kind::join, true, false},
      {ErrorCode::coordinator_load_in_progress, Kind::join, true, false},
      {ErrorCode::not_coordinator, Kind::find_coordinator, true, false},
      {ErrorCode::coordinator_not_available, Kind::find_coordinator, true, false},
      {ErrorCode::network_exception, Kind::join, true, false},
      {ErrorCode::fenced_instance_id, Kind::failed, false, true},
      {ErrorCode::group_authorization_failed, Kind::failed, false, true},
      {ErrorCode::inconsistent_group_protocol, Kind::failed, false, true},
      {ErrorCode::group_max_size_reached, Kind::failed, false, true},
      {ErrorCode::invalid_session_timeout, Kind::failed, false, true},
  };
  for (const Row& row : rows) {
    for (const bool in_sync : {false, true}) {
      SCOPED_TRACE(wire::error_info(row.code).name);
      Member m;
      m.settle({});
      m.member.rejoin("test");
      m.join(in_sync ? ErrorCode::none : row.code);
      if (in_sync) m.sync(row.code);
      EXPECT_EQ(m.member.state(), State::unjoined);
      EXPECT_EQ(m.member.identity().member_id, row.keeps_id ? "m1" : "");
      EXPECT_EQ(m.member.next(m.now).kind, row.at_once ? row.then : Kind::wait);
      m.pass_backoff();
      EXPECT_EQ(m.member.next(m.now).kind, row.then);
      if (row.then == Kind::failed) EXPECT_EQ(m.member.failure()->answer, row.code);
    }
  }
}

TEST(Membership, an_assignor_it_does_not_know_is_a_failure) {
  Member m;
  m.member.subscribe({"a"}, m.now);
  m.find();
  m.join(ErrorCode::none, false, "uniform");
  m.expect(Kind::failed);
  m.member.subscribe({"a"}, m.now);  // the application tries again
  m.expect(Kind::join);
}

TEST(Membership, an_assignment_that_cannot_be_read_is_a_failure) {
  Member m;
  m.member.subscribe({"a"}, m.now);
  m.find();
  m.join(ErrorCode::none);
  m.member.begun(Kind::sync, m.now);
  wire::SyncGroupResponse answer;
  answer.protocol_name = wire::Str::null();
  answer.assignment = as_bytes("x");
  m.member.synced(answer, m.now);
  m.expect(Kind::failed);
}

TEST(Membership, an_assignment_of_an_old_subscription_is_not_taken) {
  Member m;
  m.member.subscribe({"b"}, m.now);
  m.find();
  m.join(ErrorCode::none);
  m.sync(ErrorCode::none, a0);
  m.expect(Kind::join);
}

TEST(Membership, what_a_heartbeat_may_hear) {
  {
    Member m;
    m.settle(a0);
    m.beat(ErrorCode::none);
    EXPECT_EQ(m.member.heartbeat_at(), m.now + milliseconds(3'000));
    m.expect(Kind::wait);
    m.beat(ErrorCode::not_coordinator);
    EXPECT_EQ(m.member.heartbeat_at(), std::nullopt);
    m.expect(Kind::find_coordinator);
    EXPECT_EQ(m.member.owned(), a0);
  }
  for (const ErrorCode code : {ErrorCode::unknown_member_id, ErrorCode::illegal_generation}) {
    Member m;
    m.settle(a0);
    m.beat(code);
    EXPECT_EQ(m.member.identity().generation, no_generation);
    m.give_up(a0, true);
    m.expect(Kind::join);
  }
  for (const ErrorCode code :
       {ErrorCode::fenced_instance_id, ErrorCode::group_authorization_failed}) {
    Member m;
    m.settle(a0);
    m.beat(code);
    m.give_up(a0, true);
    m.expect(Kind::failed);
  }
}

TEST(Membership, an_answer_to_an_older_self_changes_nothing) {
  Member m;
  m.settle(a0);
  const MemberIdentity old = m.member.identity();
  m.member.rejoin("test");
  m.give_up(a0);
  m.join(ErrorCode::none);
  for (const ErrorCode code : {ErrorCode::rebalance_in_progress, ErrorCode::unknown_member_id,
                               ErrorCode::illegal_generation}) {
    m.member.note_error(code, old);
    m.expect(Kind::sync);
  }
  m.sync(ErrorCode::none, a0);
  m.take(a0);
}

TEST(Membership, a_lost_connection_is_a_reason_to_look_for_the_coordinator) {
  Member m;
  m.member.subscribe({"a"}, m.now);
  m.find();
  m.member.begun(Kind::join, m.now);
  m.member.call_failed(Error{Errc::closed, "gone"}, m.now);
  m.expect(Kind::wait);
  EXPECT_LT(m.member.next(m.now).at, m.now + milliseconds(200));
  m.pass_backoff();
  m.find();
  m.join(ErrorCode::none);
  m.sync(ErrorCode::none, a0);
  m.take(a0);
  m.member.heartbeat_sent(m.now);
  m.member.heartbeat_failed(m.now);
  m.find();
  EXPECT_EQ(m.member.heartbeat_at(), m.now);  // at once
  m.expect(Kind::wait);
}

TEST(Membership, a_coordinator_that_may_not_be_found_is_a_failure) {
  Member m;
  m.member.subscribe({"a"}, m.now);
  m.member.begun(Kind::find_coordinator, m.now);
  m.member.call_failed(Failure(ErrorCode::group_authorization_failed, "g"), m.now);
  m.expect(Kind::failed);
  Member n;
  n.member.subscribe({"a"}, n.now);
  n.member.begun(Kind::find_coordinator, n.now);
  n.member.call_failed(Failure(ErrorCode::coordinator_not_available, "g"), n.now);
  n.pass_backoff();
  n.find();
}

TEST(Membership, who_does_not_ask_for_records_leaves_and_comes_back_when_it_does) {
  Member m;
  m.settle(a0);
  const env::Instant until = m.member.next(m.now).at;
  EXPECT_EQ(until, m.now + milliseconds(300'000));
  m.now = until - milliseconds(1);
  m.member.tick(m.now);
  m.expect(Kind::wait);
  m.now = until;
  m.member.tick(m.now);
  m.expect(Kind::leave);
  wire::Arena arena;
  EXPECT_EQ(m.member.leave_request(arena).members[0].member_id.view(), "m1");
  m.member.begun(Kind::leave, m.now);
  m.member.left();
  m.give_up(a0, true);
  m.expect(Kind::wait);
  m.member.polled(m.now);
  m.expect(Kind::join);
}

TEST(Membership, leaves_once_and_a_static_member_does_not) {
  Member m;
  m.settle(a0);
  m.member.leave("closed");
  m.member.subscribe({}, m.now);
  m.expect(Kind::leave);
  m.member.begun(Kind::leave, m.now);
  m.member.left();
  m.give_up(a0, true);
  m.expect(Kind::wait);

  MembershipOptions with = options();
  with.instance_id = "i";
  Member s(with);
  s.settle({});
  s.member.leave("closed");
  s.member.subscribe({}, s.now);
  s.expect(Kind::wait);
}

TEST(Membership, answers_that_come_after_it_left_are_nothing_to_it) {
  Member m;
  m.member.subscribe({"a"}, m.now);
  m.find();
  m.member.begun(Kind::join, m.now);
  m.member.leave("closed");
  m.member.subscribe({}, m.now);
  m.answer_join(ErrorCode::none);
  m.expect(Kind::wait);
  EXPECT_EQ(m.member.state(), State::unjoined);

  Member n;
  n.member.subscribe({"a"}, n.now);
  n.find();
  n.join(ErrorCode::none);
  n.member.begun(Kind::sync, n.now);
  n.member.leave("closed");
  n.answer_sync(ErrorCode::none, a0);
  n.expect(Kind::leave);
}

TEST(Membership, a_sticky_member_tells_what_it_had_though_it_gave_it_up) {
  Member m(options({Assignor::sticky}));
  m.settle(a01, "sticky");
  m.member.rejoin("test");
  m.give_up(a01);
  wire::Arena arena;
  const auto request = m.member.join_request(arena);
  const auto sent = decode_subscription(request.protocols[0].metadata);
  EXPECT_THAT(sent->owned, IsEmpty());
  ASSERT_TRUE(sent->user_data.has_value());
  EXPECT_GT(sent->user_data->size(), 12u);
}

TEST(Membership, a_static_leader_that_is_back_divides_nothing) {
  Member m;
  m.member.subscribe({"a"}, m.now);
  m.find();
  m.member.begun(Kind::join, m.now);
  wire::JoinGroupResponse answer;
  answer.member_id = answer.leader = "m1";
  answer.protocol_name = "range";
  answer.protocol_type = "consumer";
  answer.skip_assignment = true;
  m.member.joined(answer, m.now);
  wire::Arena arena;
  EXPECT_TRUE(m.member.sync_request({}, arena).assignments.empty());
}

}  // namespace
}  // namespace weir::client
