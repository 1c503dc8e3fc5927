#include "replication/quorum/quorum_kernel.h"

#include <algorithm>

#include "base/check.h"

namespace weir::replication {

QuorumKernel::QuorumKernel(Identity identity) : identity_(std::move(identity)) {}

void QuorumKernel::start(const ElectionState& stored, LeaderEpoch log_epoch,
                         Membership membership) {
  membership_ = std::move(membership);
  epoch_ = std::max(stored.epoch, log_epoch);
  const bool led = stored.epoch >= log_epoch && stored.leader_id == identity_.node_id;
  role_ = led ? QuorumRole::resigned : QuorumRole::unattached;
  leader_id_ = no_broker;
  voted_id_ = stored.epoch >= log_epoch ? stored.voted_id : no_broker;
  progress_.reset();
}

bool QuorumKernel::is_only_voter() const {
  return membership_.voters.size() == 1 &&
         membership_.voters[0].is(identity_.node_id, identity_.directory_id);
}

ElectionState QuorumKernel::election_state() const {
  ElectionState state;
  state.epoch = epoch_;
  state.leader_id = leader_id_;
  state.voted_id = voted_id_;
  if (voted_id_ == identity_.node_id && membership_.kraft_version >= 1) {
    state.voted_directory_id = identity_.directory_id;
  }
  for (const auto& voter : membership_.voters) state.static_voters.push_back(voter.id);
  return state;
}

ElectionState QuorumKernel::stand() {
  CHECK(role_ != QuorumRole::leader, "a leader does not stand for election");
  CHECK(membership_.find(identity_.node_id, identity_.directory_id) != nullptr,
        "only a voter stands");
  role_ = QuorumRole::candidate;
  ++epoch_;
  leader_id_ = no_broker;
  voted_id_ = identity_.node_id;
  granted_.clear();
  return election_state();
}

bool QuorumKernel::vote_granted(BrokerId voter) {
  CHECK(role_ == QuorumRole::candidate, "votes are for candidates");
  const auto is_voter = [voter](const Voter& v) { return v.id == voter; };
  if (std::any_of(membership_.voters.begin(), membership_.voters.end(), is_voter)) {
    granted_.insert(voter);
  }
  return granted_.size() > membership_.voters.size() / 2;
}

ElectionState QuorumKernel::lead(Offset log_end) {
  CHECK(role_ == QuorumRole::candidate && granted_.size() > membership_.voters.size() / 2,
        "a majority elects the leader");
  role_ = QuorumRole::leader;
  leader_id_ = identity_.node_id;
  voted_id_ = no_broker;  // Kafka's leader stores no vote
  progress_.emplace(membership_.voters, log_end);
  return election_state();
}

bool QuorumKernel::voters_need_update() const {
  if (membership_.kraft_version < 1) return false;
  if (membership_.voters_offset == no_offset) return true;
  const Voter* self = membership_.find(identity_.node_id, identity_.directory_id);
  return !identity_.endpoints.empty() && self != nullptr && self->endpoints != identity_.endpoints;
}

std::vector<ControlRecord> QuorumKernel::start_of_epoch_records() const {
  CHECK(role_ == QuorumRole::leader, "the leader begins its epoch");
  LeaderChange change;
  change.leader_id = identity_.node_id;
  for (const auto& voter : membership_.voters) change.voters.push_back(voter.id);
  change.granting_voters.assign(granted_.begin(), granted_.end());
  std::vector<ControlRecord> records{std::move(change)};
  if (!voters_need_update()) return records;
  KRaftVoters voters{membership_.voters};
  for (auto& voter : voters.voters) {
    if (!voter.is(identity_.node_id, identity_.directory_id)) continue;
    if (!identity_.endpoints.empty()) voter.endpoints = identity_.endpoints;
  }
  records.push_back(KRaftVersion{membership_.kraft_version});
  records.push_back(std::move(voters));
  return records;
}

void QuorumKernel::applied(const ControlRecord& record, Offset offset) {
  apply_control_record(record, offset, membership_);
}

bool QuorumKernel::durable(BrokerId voter, Offset end_offset) {
  return progress_ && progress_->durable(voter, end_offset);
}

Offset QuorumKernel::high_watermark() const {
  return progress_ ? progress_->high_watermark() : no_offset;
}

Offset QuorumKernel::end_offset_of(BrokerId voter) const {
  return progress_ ? progress_->end_offset_of(voter) : no_offset;
}

void QuorumKernel::resign() {
  if (role_ != QuorumRole::leader) return;
  role_ = QuorumRole::resigned;
  leader_id_ = no_broker;
  progress_.reset();
}

}  // namespace weir::replication
