#pragma once
// The rules of a member of the quorum (KIP-595, 853), without disk, clock or network. The driver
// (quorum.cc) carries out what it says and reports back.
//
//   role        becomes                      when
//   unattached  candidate                    stand()
//   resigned    candidate                    stand()
//   candidate   leader                       won(): a majority granted its vote, its own included
//   candidate   candidate (higher epoch)     stand()
//   leader      resigned                     resign()
//
// Followers and votes of others join when there are other voters. An epoch is used only after the
// ElectionState that names it is durable: stand() gives it, the driver stores it and calls
// vote_granted().

#include <optional>
#include <set>
#include <span>
#include <vector>

#include "replication/quorum/control_record.h"
#include "replication/quorum/election_state.h"
#include "replication/quorum/leader_progress.h"
#include "replication/quorum/voter.h"

namespace weir::replication {

enum class QuorumRole : std::uint8_t { unattached, candidate, leader, resigned };

class QuorumKernel {
 public:
  struct Identity {
    BrokerId node_id = no_broker;
    Uuid directory_id;
    // Listeners of this voter; empty: those that the voters record has.
    std::vector<Voter::Listener> endpoints;
  };
  explicit QuorumKernel(Identity identity);

  // What disk and log said at start. The epoch is the higher of the two.
  void start(const ElectionState& stored, LeaderEpoch log_epoch, Membership membership);

  QuorumRole role() const { return role_; }
  LeaderEpoch epoch() const { return epoch_; }
  BrokerId leader_id() const { return leader_id_; }
  const Membership& membership() const { return membership_; }
  bool is_only_voter() const;

  // Begins an election: the state to store before vote_granted(own id).
  ElectionState stand();
  // True when a majority has granted it: then lead().
  bool vote_granted(BrokerId voter);
  // The candidate leads from `log_end` on: the state to store, before the first append.
  ElectionState lead(Offset log_end);
  // The first batch of the leader's epoch: who leads, and the voters where they are not in the log
  // yet or this node's endpoints changed.
  std::vector<ControlRecord> start_of_epoch_records() const;
  // Of voters records that the leader appended or read: takes them in.
  void applied(const ControlRecord& record, Offset offset);

  // Leader: true when the high watermark moved.
  bool durable(BrokerId voter, Offset end_offset);
  Offset high_watermark() const;  // -1: none known
  Offset end_offset_of(BrokerId voter) const;
  void resign();

 private:
  ElectionState election_state() const;
  bool voters_need_update() const;
  Identity identity_;
  Membership membership_;
  QuorumRole role_ = QuorumRole::unattached;
  LeaderEpoch epoch_ = 0;
  BrokerId leader_id_ = no_broker;
  BrokerId voted_id_ = no_broker;
  std::set<BrokerId> granted_;
  std::optional<LeaderProgress> progress_;
};

}  // namespace weir::replication
