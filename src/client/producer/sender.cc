#include "client/producer/sender.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"

namespace weir::client {
namespace {

constexpr std::size_t remembered_batches = 5;  // of a producer and partition, by brokers
constexpr std::int64_t sequences = std::int64_t{1} << 31;  // before they begin again at 0

}  // namespace

Sender::Sender(SenderOptions options, Accumulator& accumulator, RandomSource& random)
    : options_(options), accumulator_(accumulator), random_(random) {
  CHECK(!options.idempotent || options.acks == -1, "idempotence asks for acks=all");
  CHECK(!options.idempotent || options.in_flight_max <= 5, "brokers remember five batches");
  CHECK(!options.idempotent || options.retries > 0, "idempotence asks for retries");
}

PartitionSlot Sender::add_partition() {
  partitions_.emplace_back();
  return accumulator_.add_partition();
}

void Sender::set_leader(PartitionSlot slot, BrokerId leader) {
  Partition& partition = partitions_[slot];
  if (leader == partition.leader) return;
  partition.leader = leader;
  // The back-off was for the one that refused. Leaders change by later epochs only, so that brokers
  // that contradict each other do not make this a loop.
  if (leader != no_broker) partition.blocked_until = {};
}

void Sender::set_connected(BrokerId broker, bool is_connected) {
  if (is_connected) {
    connected_.insert(broker);
  } else {
    connected_.erase(broker);
  }
}

std::size_t Sender::in_flight(BrokerId broker) const {
  const auto found = in_flight_.find(broker);
  return found == in_flight_.end() ? 0 : found->second;
}

Appended Sender::append(PartitionSlot slot, const wire::NewRecord& record, OnDelivery& done,
                        env::Instant now) {
  const Appended appended = accumulator_.append(slot, record, done, now);
  if (appended == Appended::began || appended == Appended::completed) activate(slot);
  return appended;
}

void Sender::activate(PartitionSlot slot) {
  if (std::exchange(partitions_[slot].is_active, true)) return;
  active_.push_back(slot);
}

void Sender::forget_idle() {
  std::erase_if(active_, [this](PartitionSlot slot) {
    Partition& partition = partitions_[slot];
    partition.is_active =
        !accumulator_.is_empty(slot) || !partition.again.empty() || !partition.in_flight.empty();
    return !partition.is_active;
  });
}

std::optional<ProduceCall> Sender::next(env::Instant now) {
  forget_idle();
  ProduceCall call;
  Call kept;
  std::size_t size = 0;
  for (std::size_t i = 0; i < active_.size(); ++i) {
    const PartitionSlot slot = active_[(turn_ + i) % active_.size()];
    Partition& partition = partitions_[slot];
    if (call.broker != no_broker && partition.leader != call.broker) continue;
    if (!has_work(slot, now) || !can_reach(slot)) continue;
    const std::size_t more = partition.again.empty() ? accumulator_.front_size(slot)
                                                     : partition.again.front()->bytes.size();
    if (size != 0 && size + more > accumulator_.options().request_size_max) continue;
    if (!keeps_order(partition)) continue;
    Batch* const batch = start(slot);
    size += batch->bytes.size();
    call.broker = partition.leader;
    call.parts.push_back({slot, batch->bytes});
    kept.batches.emplace_back(slot, batch);
  }
  if (call.parts.empty()) return std::nullopt;
  ++turn_;
  call.id = ++last_call_;
  kept.broker = call.broker;
  ++in_flight_[call.broker];
  calls_.emplace(call.id, std::move(kept));
  return call;
}

bool Sender::has_work(PartitionSlot slot, env::Instant now) const {
  const Partition& partition = partitions_[slot];
  if (now < partition.blocked_until) return false;
  return !partition.again.empty() || accumulator_.is_ready(slot, now);
}

bool Sender::can_reach(PartitionSlot slot) {
  const BrokerId leader = partitions_[slot].leader;
  if (leader == no_broker) {
    wants_metadata_ = true;
    return false;
  }
  if (!connected_.contains(leader)) {
    wanted_connections_.insert(leader);
    return false;
  }
  return in_flight(leader) < static_cast<std::size_t>(options_.in_flight_max);
}

bool Sender::keeps_order(Partition& partition) {
  const bool repeats = !partition.again.empty();
  if (options_.idempotent && !is_remembered(partition)) return false;
  if (partition.in_flight.empty()) {
    if (!options_.idempotent) return true;
    // One behind it was written after all.
    const bool is_written = repeats && partition.again.front()->first < partition.written;
    if (is_written && !partition.needs_id) partition.renumbers = false;
    const bool misses = !repeats && partition.written != partition.next;
    const bool has_none = partition.id == no_producer_id;
    return !(has_none || partition.renumbers || misses) || raise_epoch(partition);
  }
  if (partition.in_flight_with != partition.leader) return false;
  if (repeats && partition.again.front()->first < partition.in_flight.back()->first) return false;
  if (!options_.idempotent) return true;
  if (!partition.proven || partition.renumbers) return false;
  if (repeats) return true;
  std::int64_t unresolved = 0;
  for (const BatchPtr& batch : partition.in_flight) unresolved += batch->count;
  return partition.written + unresolved == partition.next;
}

// Of the oldest unresolved batch the broker still knows, once another one is written, whether it
// is.
bool Sender::is_remembered(Partition& partition) {
  std::int64_t oldest = INT64_MAX;
  if (!partition.again.empty()) oldest = partition.again.front()->first;
  if (!partition.in_flight.empty()) oldest = std::min(oldest, partition.in_flight.front()->first);
  std::erase_if(partition.ahead, [&](std::int64_t first) { return first < oldest; });
  return partition.in_flight.size() + partition.ahead.size() < remembered_batches;
}

// Nothing is in flight, and of what is to be sent again nothing is written.
bool Sender::raise_epoch(Partition& partition) {
  const bool has_id = partition.id != no_producer_id && !partition.needs_id;
  if (has_id && partition.epoch < INT16_MAX) {
    ++partition.epoch;
  } else if (producer_id_ != partition.id) {
    partition.id = producer_id_;
    partition.epoch = producer_epoch_;
  } else {
    wants_producer_id_ = true;
    return false;
  }
  partition.renumbers = partition.needs_id = partition.proven = false;
  partition.ahead.clear();
  partition.origin = partition.written =
      partition.again.empty() ? partition.next : partition.again.front()->first;
  partition.next = partition.origin;
  for (const BatchPtr& batch : partition.again) {
    batch->first = partition.next;
    batch->in_doubt = batch->denied = batch->asked = batch->was_cut = false;
    partition.next += batch->count;
  }
  return true;
}

Batch* Sender::start(PartitionSlot slot) {
  Partition& partition = partitions_[slot];
  BatchPtr batch;
  if (partition.again.empty()) {
    batch = accumulator_.take(slot);
    batch->first = partition.next;
    partition.next += batch->count;
  } else {
    batch = std::move(partition.again.front());
    partition.again.pop_front();
  }
  if (options_.idempotent) {
    const wire::BatchIdentity identity{
        .producer_id = partition.id,
        .producer_epoch = partition.epoch,
        .base_sequence = static_cast<Sequence>((batch->first - partition.origin) % sequences)};
    if (identity != batch->identity) wire::set_identity(batch->bytes, identity);
    batch->identity = identity;
  }
  ++batch->attempts;
  partition.in_flight_with = partition.leader;
  partition.in_flight.push_back(std::move(batch));
  return partition.in_flight.back().get();
}

env::Instant Sender::next_time(env::Instant now) const {
  env::Instant next = env::Instant::max();
  const auto consider = [&](env::Instant when) {
    if (when > now) next = std::min(next, when);
  };
  const auto ends = [&](env::Instant created) {
    next = std::min(next, created + options_.delivery_timeout);
  };
  for (const PartitionSlot slot : active_) {
    const Partition& partition = partitions_[slot];
    if (!partition.again.empty()) {
      consider(partition.blocked_until);
      ends(partition.again.front()->created);
    }
    if (!accumulator_.is_empty(slot)) {
      consider(std::max(accumulator_.ready_at(slot), partition.blocked_until));
      ends(accumulator_.created_at(slot));
    }
    for (const BatchPtr& batch : partition.in_flight) {
      if (!batch->is_over) ends(batch->created);
    }
  }
  return next;
}

void Sender::expire(env::Instant now) {
  const auto is_late = [&](env::Instant created) {
    return created + options_.delivery_timeout <= now;
  };
  for (const PartitionSlot slot : active_) {
    Partition& partition = partitions_[slot];
    for (const BatchPtr& batch : partition.in_flight) {
      if (!batch->is_over && is_late(batch->created)) {
        fail_in_flight(slot, *batch, too_late(partition));
      }
    }
    while (!partition.again.empty() && is_late(partition.again.front()->created)) {
      BatchPtr late = std::move(partition.again.front());
      partition.again.pop_front();
      const bool in_doubt = late->in_doubt;
      fail_batch(slot, std::move(late), too_late(partition), in_doubt);
    }
    while (!accumulator_.is_empty(slot) && is_late(accumulator_.created_at(slot))) {
      fail_batch(slot, accumulator_.take(slot), too_late(partition), false);
    }
  }
}

Failure Sender::too_late(const Partition& partition) const {
  std::string why = partition.last_failure;
  if (why.empty() && partition.leader == no_broker) why = "no leader is known";
  if (why.empty() && !connected_.contains(partition.leader)) {
    why = fmt::format("there is no connection to broker {}", partition.leader);
  }
  return Error{Errc::timed_out, why.empty() ? "not delivered within delivery.timeout.ms"
                                            : "not delivered within delivery.timeout.ms: " + why};
}

}  // namespace weir::client
