#pragma once
// Membership: one member of a group of the classic protocol (JoinGroup, SyncGroup, Heartbeat,
// LeaveGroup; KIP-345 static members, KIP-394 member ids, KIP-429 cooperative rebalances). A
// kernel: next() says what is to be done, the driver does it and tells how that went.
//
//   state     what it means                          leaves it by
//   unjoined  no generation, or one that is over     give_up (once), join
//   joining   JoinGroup is on its way                joined(): syncing; an error: unjoined
//   syncing   SyncGroup is to be sent or on its way  synced(): stable; an error: unjoined
//   stable    an assignment of this generation       a reason to join again: unjoined
//
// give_up and take change what the application owns; the driver carries them out when the
// application asks for records, so that nobody loses a partition in the middle of its work. They
// are the only steps that wait for the application. An eager group gives up everything before it
// joins; a cooperative one what the new assignment does not have, and then joins again. What is
// given up after the generation was lost is `lost`: somebody else may have it already, so nothing
// can be committed for it any more.
//
// Errors that no repetition heals (fenced, not authorized, inconsistent protocols) are the step
// `failed`, which stays until subscribe().

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/env/clock.h"
#include "client/backoff.h"
#include "client/consumer/assignor/assignor.h"
#include "client/failure.h"
#include "wire/codec/arena.h"

namespace weir::wire {
struct HeartbeatRequest;
struct JoinGroupRequest;
struct JoinGroupResponse;
struct LeaveGroupRequest;
struct SyncGroupRequest;
struct SyncGroupResponse;
}  // namespace weir::wire

namespace weir::client {

struct MembershipOptions {
  std::string group_id;                                  // group.id
  std::optional<std::string> instance_id;                // group.instance.id
  std::chrono::milliseconds session_timeout{45'000};     // session.timeout.ms
  std::chrono::milliseconds heartbeat_interval{3'000};   // heartbeat.interval.ms
  std::chrono::milliseconds poll_interval_max{300'000};  // max.poll.interval.ms
  // partition.assignment.strategy. The group is cooperative if all of them are.
  std::vector<Assignor> assignors{Assignor::range, Assignor::cooperative_sticky};
  std::optional<std::string> rack;  // client.rack
  Backoff backoff{std::chrono::milliseconds(100), std::chrono::milliseconds(1'000)};
};

// As whom a member speaks. Commits carry it, so that those of an old generation are refused.
struct MemberIdentity {
  std::int32_t generation = no_generation;
  std::string member_id;  // empty: none yet
  std::optional<std::string> instance_id;
  bool operator==(const MemberIdentity&) const = default;
};

struct MembershipStep {
  enum class Kind : std::uint8_t {
    wait,              // nothing before `at`, unless something happens
    find_coordinator,  // begun(), then coordinator_found() or call_failed()
    join,              // begun(), send join_request(), then joined() or call_failed()
    sync,              // begun(), send sync_request(), then synced() or call_failed()
    leave,             // begun(), send leave_request(), then left(), whatever came of it
    give_up,           // `partitions` end; then given_up()
    take,              // `partitions` are added; then taken()
    failed,            // failure()
  };
  Kind kind = Kind::wait;
  env::Instant at = env::Instant::max();
  std::vector<TopicPartition> partitions;
  bool lost = false;
};

class Membership {
 public:
  enum class State : std::uint8_t { unjoined, joining, syncing, stable };

  Membership(MembershipOptions options, RandomSource& random);

  // Topics in order; none: it stays out of the group. Differing ones make it join again.
  void subscribe(std::vector<std::string> topics, env::Instant now);
  // The application asks for records: it is alive.
  void polled(env::Instant now);
  // Before next(). An application that has not asked for max.poll.interval.ms leaves the group, and
  // joins again when it asks.
  void tick(env::Instant now);
  // Somebody else wants the group to be divided anew (a leader whose topics have more partitions).
  void rejoin(std::string reason);
  // The coordinator is needed though nothing is subscribed to: for offsets.
  void use_coordinator() { uses_coordinator_ = true; }
  // Leaves the group (a static member just stops, as KIP-345 wants it). Give up first what is
  // owned.
  void leave(std::string reason);

  MembershipStep next(env::Instant now) const;
  void begun(MembershipStep::Kind kind, env::Instant now);

  void coordinator_found(BrokerId broker, env::Instant now);
  void coordinator_lost();
  // No answer, or for find_coordinator an error.
  void call_failed(const Failure& failure, env::Instant now);
  void joined(const wire::JoinGroupResponse& answer, env::Instant now);
  void synced(const wire::SyncGroupResponse& answer, env::Instant now);
  void left();
  void given_up(const std::vector<TopicPartition>& partitions);
  void taken();

  // Heartbeats run beside the steps.
  std::optional<env::Instant> heartbeat_at() const;  // nullopt: none now
  void heartbeat_sent(env::Instant now);
  void heartbeat_answered(wire::ErrorCode code, const MemberIdentity& sent);
  void heartbeat_failed(env::Instant now);
  // Of OffsetCommit and OffsetFetch: what a group's error means for the member.
  void note_error(wire::ErrorCode code, const MemberIdentity& sent);

  // What the messages say is in `arena` or in this.
  wire::JoinGroupRequest join_request(wire::Arena& arena) const;
  // A leader divides `topics`, which hold all group_topics() that there are.
  wire::SyncGroupRequest sync_request(const GroupTopics& topics, wire::Arena& arena) const;
  wire::HeartbeatRequest heartbeat_request() const;
  wire::LeaveGroupRequest leave_request(wire::Arena& arena) const;

  State state() const { return state_; }
  bool is_leaving() const { return leaving_.has_value(); }
  bool is_leader() const { return is_leader_; }
  std::set<std::string> group_topics() const;  // a leader's: what all members want
  bool is_cooperative() const { return cooperative_; }
  BrokerId coordinator() const { return coordinator_; }  // no_broker: not known
  const MemberIdentity& identity() const { return identity_; }
  const std::vector<TopicPartition>& owned() const { return owned_; }
  const std::vector<std::string>& topics() const { return topics_; }
  const std::optional<Failure>& failure() const { return failure_; }
  const MembershipOptions& options() const { return options_; }

 private:
  void lose(bool member_id_too);
  void retry(env::Instant now);
  MembershipStep when_due(MembershipStep::Kind kind, env::Instant now) const;
  void handle(wire::ErrorCode code, std::string_view what, env::Instant now);
  bool note_coordinator_error(wire::ErrorCode code);
  std::vector<TopicPartition> due_before_join() const;
  std::vector<TopicPartition> revoked() const;
  std::vector<TopicPartition> added() const;
  bool is_wanted(const TopicPartition& partition) const;

  const MembershipOptions options_;
  RandomSource& random_;
  const bool cooperative_;
  State state_ = State::unjoined;
  MemberIdentity identity_;
  BrokerId coordinator_ = no_broker;
  std::vector<std::string> topics_;
  std::vector<TopicPartition> owned_;
  std::optional<std::vector<TopicPartition>> assigned_;  // of a generation, not taken yet
  std::vector<TopicPartition> last_assignment_;          // for sticky assignors: never forgotten
  std::int32_t last_generation_ = no_generation;
  std::optional<MembershipStep::Kind> in_flight_;
  bool wants_to_join_ = false;
  bool has_prepared_ = false;  // gave up what it had to before it joins
  bool waits_for_poll_ = false;
  bool uses_coordinator_ = false;
  bool is_lost_ = false;  // the generation of what is owned is over
  std::string reason_;    // to join again
  std::optional<std::string> leaving_;
  MemberIdentity leaves_as_;
  bool is_leader_ = false;
  bool skips_assignment_ = false;  // a static leader that came back (KIP-814)
  Assignor assignor_ = Assignor::range;
  std::vector<GroupMember> members_;  // a leader's
  std::optional<Failure> failure_;
  std::uint32_t failures_ = 0;  // in a row
  env::Instant retry_at_ = env::Instant::min();
  env::Instant polled_at_ = env::Instant::min();
  env::Instant heartbeat_due_ = env::Instant::min();
  bool heartbeat_in_flight_ = false;
};

}  // namespace weir::client
