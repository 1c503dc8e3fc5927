#include "metadata/controller/partition_change.h"

#include <algorithm>

#include "metadata/image/partition_merge.h"

namespace weir::metadata {
namespace {

using Brokers = std::vector<BrokerId>;

bool contains(const Brokers& brokers, BrokerId broker) {
  return std::find(brokers.begin(), brokers.end(), broker) != brokers.end();
}

bool contains_all(const Brokers& brokers, const Brokers& others) {
  return std::all_of(others.begin(), others.end(),
                     [&](BrokerId b) { return contains(brokers, b); });
}

Brokers without(const Brokers& brokers, const Brokers& others) {
  Brokers rest;
  for (const BrokerId broker : brokers) {
    if (!contains(others, broker)) rest.push_back(broker);
  }
  return rest;
}

struct Elected {
  BrokerId broker = no_broker;
  bool unclean = false;
};

// One decision; the members are Kafka's targets.
class Decision {
 public:
  explicit Decision(const PartitionChangeInput& input)
      : in_(input),
        partition_(input.partition),
        isr_(input.target_isr.value_or(partition_.isr)),
        replicas_(partition_.replicas),
        removing_(partition_.removing_replicas),
        adding_(partition_.adding_replicas),
        elr_(partition_.elr) {
    change_.topic_id = input.topic_id;
    change_.index = input.index;
  }

  std::optional<PartitionChange> decide() {
    complete_reassignment();
    populate_elr();
    elect();
    if (change_.leader == no_leader_change && !contains_all(replicas_, partition_.replicas)) {
      change_.leader = partition_.leader;  // a replica left: its fetches must be fenced
    }
    change_elr();
    change_isr();
    change_last_known_leader();
    change_assignment();
    const LeaderRecovery recovery = in_.target_leader_recovery.value_or(partition_.leader_recovery);
    if (recovery != partition_.leader_recovery) {
      change_.leader_recovery_state = static_cast<std::int8_t>(recovery);
    }
    if (change_.is_nothing()) return std::nullopt;
    return std::move(change_);
  }

 private:
  // A reassignment ends when all replicas that it adds are in sync.
  void complete_reassignment() {
    if (removing_.empty() && adding_.empty()) return;
    const Brokers isr = without(isr_, removing_);
    const Brokers replicas = without(replicas_, removing_);
    if (isr.empty() || replicas.empty() || !contains_all(isr, adding_)) return;
    if (adding_.size() < removing_.size() && !contains_all(isr, replicas)) return;
    isr_ = isr;
    replicas_ = replicas;
    removing_.clear();
    adding_.clear();
  }

  // Who leaves an in-sync set that is too small for acks=all may still lead: it has all that was
  // committed.
  void populate_elr() {
    if (!in_.elr_enabled) return;
    if (static_cast<std::int32_t>(isr_.size()) >= in_.min_isr) {
      elr_.clear();
      return;
    }
    Brokers candidates = elr_;
    for (const BrokerId broker : partition_.isr) {
      if (!contains(candidates, broker)) candidates.push_back(broker);
    }
    std::sort(candidates.begin(), candidates.end());
    elr_ = without(without(candidates, isr_), in_.unclean_shutdown_replicas);
  }

  bool is_valid_leader(BrokerId broker) const {
    return (contains(isr_, broker) || (isr_.empty() && contains(elr_, broker))) &&
           in_.is_acceptable_leader(broker);
  }

  bool can_elect_last_known_leader() const {
    return in_.elr_enabled && elr_.empty() && isr_.empty() &&
           partition_.last_known_elr.size() == 1 &&
           in_.is_acceptable_leader(partition_.last_known_elr[0]);
  }

  Elected find_leader() const {
    if (in_.election == Election::preferred && is_valid_leader(replicas_[0])) return {replicas_[0]};
    if (is_valid_leader(partition_.leader)) return {partition_.leader};
    for (const BrokerId broker : replicas_) {
      if (is_valid_leader(broker)) return {broker};
    }
    if (can_elect_last_known_leader()) return {partition_.last_known_elr[0], true};
    if (in_.election == Election::unclean) {
      for (const BrokerId broker : replicas_) {
        if (in_.is_acceptable_leader(broker)) return {broker, true};
      }
    }
    return {};
  }

  void elect() {
    const Elected elected = find_leader();
    if (elected.broker == partition_.leader) return;
    if (contains(elr_, elected.broker)) {
      isr_ = {elected.broker};
      elr_ = without(elr_, {elected.broker});
    }
    change_.leader = elected.broker;
    if (!elected.unclean) return;
    change_.isr = Brokers{elected.broker};
    if (partition_.leader_recovery != LeaderRecovery::recovering) {
      change_.leader_recovery_state = static_cast<std::int8_t>(LeaderRecovery::recovering);
    }
  }

  void change_elr() {
    // An unclean leader defines the log anew: who was eligible before is not any more.
    if (change_.isr || !in_.elr_enabled) elr_.clear();
    if (elr_ != partition_.elr) change_.elr = elr_;
  }

  void change_isr() {
    // Without ELR the last in-sync replicas stay recorded when all are gone.
    if (!change_.isr && (!isr_.empty() || in_.elr_enabled) && isr_ != partition_.isr) {
      change_.isr = isr_;
    }
    if (in_.version.is_leader_epoch_bump_required_on_isr_shrink() &&
        change_.leader == no_leader_change && change_.isr &&
        !contains_all(*change_.isr, partition_.isr)) {
      change_.leader = partition_.leader;
    }
  }

  void change_last_known_leader() {
    if (!in_.elr_enabled) return;
    if (change_.leader == no_broker && partition_.last_known_elr.empty()) {
      change_.last_known_elr = Brokers{partition_.leader};
    } else if (change_.leader >= 0 && !partition_.last_known_elr.empty()) {
      change_.last_known_elr = Brokers{};
    }
  }

  void change_assignment() {
    if (in_.version.is_directory_assignment_supported()) {
      std::vector<Uuid> directories;
      for (const BrokerId broker : replicas_) directories.push_back(directory_of(broker));
      if (directories != partition_.directories) change_.directories = std::move(directories);
    }
    if (replicas_ != partition_.replicas) change_.replicas = replicas_;
    if (removing_ != partition_.removing_replicas) change_.removing_replicas = removing_;
    if (adding_ != partition_.adding_replicas) change_.adding_replicas = adding_;
  }

  Uuid directory_of(BrokerId broker) const {
    const auto& directories = in_.target_directories.value_or(partition_.directories);
    const auto it = std::find(partition_.replicas.begin(), partition_.replicas.end(), broker);
    return directories[static_cast<std::size_t>(it - partition_.replicas.begin())];
  }

  const PartitionChangeInput& in_;
  const Partition& partition_;
  Brokers isr_, replicas_, removing_, adding_, elr_;
  PartitionChange change_;
};

template <class T>
wire::Array<T> view_of(const std::optional<std::vector<T>>& elements) {
  if (!elements) return wire::Array<T>::null();
  return {const_cast<T*>(elements->data()), elements->size()};
}

}  // namespace

bool PartitionChange::is_nothing() const {
  return !isr && leader == no_leader_change && !replicas && !removing_replicas &&
         !adding_replicas && leader_recovery_state == -1 && !directories && !elr && !last_known_elr;
}

wire::PartitionChangeRecord PartitionChange::record() const {
  wire::PartitionChangeRecord record;
  record.partition_id = index;
  record.topic_id = topic_id;
  record.isr = view_of(isr);
  record.leader = leader;
  record.replicas = view_of(replicas);
  record.removing_replicas = view_of(removing_replicas);
  record.adding_replicas = view_of(adding_replicas);
  record.leader_recovery_state = leader_recovery_state;
  record.directories = view_of(directories);
  record.eligible_leader_replicas = view_of(elr);
  record.last_known_elr = view_of(last_known_elr);
  return record;
}

std::optional<PartitionChange> partition_change(const PartitionChangeInput& input) {
  return Decision(input).decide();
}

}  // namespace weir::metadata
