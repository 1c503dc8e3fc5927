#include "client/consumer/group/membership.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/check.h"
#include "wire/message/join_group_response.h"
#include "wire/message/sync_group_response.h"

namespace weir::client {

using wire::ErrorCode;
using Kind = MembershipStep::Kind;

namespace {

std::vector<TopicPartition> without(const std::vector<TopicPartition>& from,
                                    const std::vector<TopicPartition>& these) {
  std::vector<TopicPartition> out;
  std::ranges::set_difference(from, these, std::back_inserter(out));
  return out;
}

MembershipStep step(Kind kind, std::vector<TopicPartition> partitions = {}) {
  return {.kind = kind, .partitions = std::move(partitions)};
}

}  // namespace

Membership::Membership(MembershipOptions options, RandomSource& random)
    : options_(std::move(options)),
      random_(random),
      cooperative_(std::ranges::all_of(options_.assignors, client::is_cooperative)) {
  CHECK(!options_.assignors.empty());
  identity_.instance_id = options_.instance_id;
}

void Membership::subscribe(std::vector<std::string> topics, env::Instant now) {
  std::ranges::sort(topics);
  failure_.reset();
  if (topics == topics_) return;
  if (topics_.empty()) polled_at_ = now;
  topics_ = std::move(topics);
  if (!topics_.empty()) rejoin("the subscription has changed");
}

void Membership::polled(env::Instant now) {
  polled_at_ = now;
  waits_for_poll_ = false;
}

void Membership::rejoin(std::string reason) {
  wants_to_join_ = true;
  reason_ = std::move(reason);
}

// KIP-345: a static member that goes away for a moment must find its partitions when it is back.
void Membership::leave(std::string reason) {
  const bool can_tell = coordinator_ != no_broker && state_ != State::unjoined;
  if (can_tell && !identity_.member_id.empty() && !options_.instance_id) {
    leaving_ = std::move(reason);
    leaves_as_ = identity_;
  }
  lose(true);
}

void Membership::lose(bool member_id_too) {
  state_ = State::unjoined;
  identity_.generation = no_generation;
  if (member_id_too) identity_.member_id.clear();
  assigned_.reset();
  is_leader_ = false;
  is_lost_ = true;
  has_prepared_ = false;
  wants_to_join_ = true;
}

// KIP-62. In a rebalance the coordinator itself waits no longer than that for the group to join.
void Membership::tick(env::Instant now) {
  const bool is_member = state_ == State::syncing || state_ == State::stable;
  if (!is_member || now - polled_at_ < options_.poll_interval_max) return;
  leave("consumer poll timeout has expired");
  waits_for_poll_ = true;
}

bool Membership::is_wanted(const TopicPartition& partition) const {
  return std::ranges::binary_search(topics_, partition.topic);
}

std::vector<TopicPartition> Membership::due_before_join() const {
  if (is_lost_ || !cooperative_) return owned_;
  std::vector<TopicPartition> out;
  std::ranges::copy_if(owned_, std::back_inserter(out), [&](auto& p) { return !is_wanted(p); });
  return out;
}

std::vector<TopicPartition> Membership::revoked() const { return without(owned_, *assigned_); }
std::vector<TopicPartition> Membership::added() const { return without(*assigned_, owned_); }

MembershipStep Membership::next(env::Instant now) const {
  if (in_flight_) return step(Kind::wait);
  if (leaving_ && coordinator_ != no_broker) return step(Kind::leave);
  if (is_lost_ && !owned_.empty()) {
    return {.kind = Kind::give_up, .partitions = owned_, .lost = true};
  }
  if (failure_) return step(Kind::failed);
  if (assigned_) {
    // KIP-429: what goes is given up before what comes is taken.
    if (auto gone = revoked(); !gone.empty()) return step(Kind::give_up, std::move(gone));
    return step(Kind::take, added());
  }
  const bool is_out = topics_.empty() || waits_for_poll_;
  if (is_out && !uses_coordinator_) return step(Kind::wait);
  if (coordinator_ == no_broker) return when_due(Kind::find_coordinator, now);
  if (is_out) return step(Kind::wait);
  if (state_ == State::syncing) return step(Kind::sync);
  if (!wants_to_join_) {
    return {.at = polled_at_ + options_.poll_interval_max, .partitions = {}};
  }
  if (!has_prepared_) {
    if (auto gone = due_before_join(); !gone.empty()) return step(Kind::give_up, std::move(gone));
  }
  return when_due(Kind::join, now);
}

MembershipStep Membership::when_due(Kind kind, env::Instant now) const {
  if (now < retry_at_) return {.at = retry_at_, .partitions = {}};
  return step(kind);
}

void Membership::begun(Kind kind, env::Instant now) {
  CHECK(!in_flight_);
  in_flight_ = kind;
  if (kind != Kind::join) return;
  state_ = State::joining;
  has_prepared_ = true;
  wants_to_join_ = false;
  polled_at_ = std::max(polled_at_, now);
}

void Membership::coordinator_found(BrokerId broker, env::Instant now) {
  in_flight_.reset();
  coordinator_ = broker;
  heartbeat_due_ = std::min(heartbeat_due_, now);
  failures_ = 0;
}

void Membership::coordinator_lost() { coordinator_ = no_broker; }

void Membership::retry(env::Instant now) {
  retry_at_ = now + options_.backoff.after(++failures_, random_);
}

void Membership::call_failed(const Failure& failure, env::Instant now) {
  const auto what = std::exchange(in_flight_, {});
  coordinator_lost();
  retry(now);
  if (what == Kind::find_coordinator) {
    if (failure.is_answer() && !failure.is_retriable()) failure_ = failure;
    return;
  }
  if (state_ == State::joining || state_ == State::syncing) {
    state_ = State::unjoined;
    rejoin("the coordinator did not answer");
  }
}

// True: `code` was that the coordinator is elsewhere.
bool Membership::note_coordinator_error(ErrorCode code) {
  if (code != ErrorCode::not_coordinator && code != ErrorCode::coordinator_not_available) {
    return false;
  }
  coordinator_lost();
  return true;
}

// Of JoinGroup and SyncGroup.
void Membership::handle(ErrorCode code, std::string_view what, env::Instant now) {
  state_ = State::unjoined;
  rejoin("rebalance failed due to " + std::string(wire::error_info(code).name));
  if (note_coordinator_error(code)) return retry(now);
  switch (code) {
    case ErrorCode::unknown_member_id:
      return lose(true);
    case ErrorCode::illegal_generation:
      return lose(false);
    case ErrorCode::rebalance_in_progress:
    case ErrorCode::coordinator_load_in_progress:
      return retry(now);
    default:
      break;
  }
  if (wire::error_info(code).retriable) return retry(now);
  failure_ = Failure(code, std::string(what) + " of group '" + options_.group_id + "'");
  lose(true);
}

void Membership::joined(const wire::JoinGroupResponse& answer, env::Instant now) {
  CHECK(in_flight_ == Kind::join);
  in_flight_.reset();
  if (state_ != State::joining) return;  // it has left meanwhile
  const auto code = wire::error_info(answer.error_code).code;
  if (code == ErrorCode::member_id_required) {
    state_ = State::unjoined;
    identity_.member_id = answer.member_id.str();
    return rejoin("need to re-join with the given member-id");
  }
  if (code != ErrorCode::none) return handle(code, "JoinGroup", now);
  const auto assignor = assignor_by_name(answer.protocol_name.view());
  const bool is_ours = answer.protocol_type.is_null() || answer.protocol_type.view() == "consumer";
  if (!assignor || !is_ours)
    return handle(ErrorCode::inconsistent_group_protocol, "JoinGroup", now);
  members_.clear();
  is_leader_ = answer.leader == answer.member_id;
  skips_assignment_ = answer.skip_assignment;
  for (const auto& member : answer.members) {
    auto subscription = decode_subscription(member.metadata);
    // One member's nonsense must not keep the group from work: it gets nothing.
    members_.push_back({.id = member.member_id.str(),
                        .instance_id = member.group_instance_id.is_null()
                                           ? std::nullopt
                                           : std::optional(member.group_instance_id.str()),
                        .subscription = subscription ? std::move(*subscription) : Subscription{}});
  }
  assignor_ = *assignor;
  identity_.generation = answer.generation_id;
  identity_.member_id = answer.member_id.str();
  is_lost_ = false;
  state_ = State::syncing;
  failures_ = 0;
  polled_at_ = now;
  heartbeat_due_ = now + options_.heartbeat_interval;
}

void Membership::synced(const wire::SyncGroupResponse& answer, env::Instant now) {
  CHECK(in_flight_ == Kind::sync);
  in_flight_.reset();
  if (state_ != State::syncing) return;  // a heartbeat has told of its end, or it has left
  const auto code = wire::error_info(answer.error_code).code;
  if (code != ErrorCode::none) return handle(code, "SyncGroup", now);
  const auto assignment = answer.assignment.empty() ? Result<Assignment>(Assignment{})
                                                    : decode_assignment(answer.assignment);
  const bool is_ours =
      answer.protocol_name.is_null() || answer.protocol_name.view() == name_of(assignor_);
  if (!assignment || !is_ours) {
    return handle(ErrorCode::inconsistent_group_protocol, "SyncGroup", now);
  }
  state_ = State::stable;
  failures_ = 0;
  auto partitions = assignment->partitions;
  std::ranges::sort(partitions);
  partitions.erase(std::ranges::unique(partitions).begin(), partitions.end());
  if (!std::ranges::all_of(partitions, [&](const auto& p) { return is_wanted(p); })) {
    return rejoin("received assignment does not match the current subscription");
  }
  assigned_ = std::move(partitions);
}

void Membership::given_up(const std::vector<TopicPartition>& partitions) {
  owned_ = without(owned_, partitions);
  if (assigned_) {  // cooperative: others wait for what was given up
    rejoin("need to revoke partitions and re-join");
  } else {
    has_prepared_ = due_before_join().empty();
  }
}

void Membership::taken() {
  CHECK(assigned_);
  owned_ = *std::exchange(assigned_, {});
  last_assignment_ = owned_;
  last_generation_ = identity_.generation;
  has_prepared_ = false;
}

void Membership::left() {
  in_flight_.reset();
  leaving_.reset();
}

}  // namespace weir::client
