// When heartbeats are due, and what errors that come beside a rebalance mean.

#include <algorithm>

#include "client/consumer/group/membership.h"

namespace weir::client {

using wire::ErrorCode;

// While it joins the coordinator waits for the whole group, and counts JoinGroup for a heartbeat.
std::optional<env::Instant> Membership::heartbeat_at() const {
  const bool is_member = state_ == State::syncing || state_ == State::stable;
  if (!is_member || heartbeat_in_flight_ || coordinator_ == no_broker) return std::nullopt;
  return heartbeat_due_;
}

void Membership::heartbeat_sent(env::Instant now) {
  heartbeat_in_flight_ = true;
  heartbeat_due_ = now + options_.heartbeat_interval;
}

void Membership::heartbeat_answered(ErrorCode code, const MemberIdentity& sent) {
  heartbeat_in_flight_ = false;
  note_error(code, sent);
}

void Membership::heartbeat_failed(env::Instant now) {
  heartbeat_in_flight_ = false;
  // The connection is gone: somebody else may coordinate now.
  coordinator_lost();
  heartbeat_due_ = now + options_.backoff.first;
}

void Membership::note_error(ErrorCode code, const MemberIdentity& sent) {
  if (code == ErrorCode::none || note_coordinator_error(code)) return;
  const bool is_current = sent == identity_;
  switch (code) {
    case ErrorCode::rebalance_in_progress:
      // Answers that were on their way while it joined again say nothing new.
      if (is_current && state_ == State::stable) rejoin("group is already rebalancing");
      return;
    case ErrorCode::unknown_member_id:
    case ErrorCode::illegal_generation:
      if (!is_current || state_ == State::unjoined || state_ == State::joining) return;
      lose(code == ErrorCode::unknown_member_id);
      rejoin("the coordinator does not know the member any more");
      return;
    case ErrorCode::fenced_instance_id:
    case ErrorCode::group_authorization_failed:
      failure_ = Failure(code, "group '" + options_.group_id + "'");
      lose(true);
      return;
    default:
      return;
  }
}

}  // namespace weir::client
