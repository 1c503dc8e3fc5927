// What becomes of batches: answers, lost requests, and ends.

#include <algorithm>
#include <ranges>

#include "base/check.h"
#include "client/producer/produce_error.h"
#include "client/producer/sender.h"

namespace weir::client {

std::vector<std::pair<PartitionSlot, BatchPtr>> Sender::take_call(std::uint64_t call) {
  auto known = calls_.extract(call);
  CHECK(!known.empty(), "a request ends once");
  --in_flight_[known.mapped().broker];
  std::vector<std::pair<PartitionSlot, BatchPtr>> batches;
  for (const auto& [slot, batch] : known.mapped().batches) {
    auto& in_flight = partitions_[slot].in_flight;
    const auto at = std::ranges::find(in_flight, batch, &BatchPtr::get);
    CHECK(at != in_flight.end());
    batches.emplace_back(slot, std::move(*at));
    in_flight.erase(at);
  }
  return batches;
}

void Sender::answered(std::uint64_t call, std::span<const ProduceResult> results,
                      env::Instant now) {
  const ProduceResult silent{.error = wire::ErrorCode::network_exception,
                             .message = "the answer leaves the partition out"};
  for (auto& [slot, batch] : take_call(call)) {
    const auto found = std::ranges::find(results, slot, &ProduceResult::slot);
    const ProduceResult& result = found == results.end() ? silent : *found;
    if (!batch->is_over) {
      judge(slot, std::move(batch), result, now);
      continue;
    }
    if (verdict_of(result.error) == ProduceVerdict::written) {
      mark_written(partitions_[slot], *batch);
    }
    accumulator_.recycle(std::move(batch));
  }
}

void Sender::lost(std::uint64_t call, const Failure& why, bool may_be_written, env::Instant now) {
  if (why.asks_for_metadata()) wants_metadata_ = true;
  for (auto& [slot, batch] : take_call(call)) {
    if (batch->is_over) {
      accumulator_.recycle(std::move(batch));
      continue;
    }
    if (may_be_written) put_in_doubt(*batch);
    if (why.is_retriable() && options_.acks != 0) {
      partitions_[slot].last_failure = why.message();
      send_again(slot, std::move(batch), why, now);
    } else {
      const bool in_doubt = batch->in_doubt;
      fail_batch(slot, std::move(batch), why, in_doubt);
    }
  }
}

void Sender::judge(PartitionSlot slot, BatchPtr batch, const ProduceResult& result,
                   env::Instant now) {
  Partition& partition = partitions_[slot];
  const ProduceVerdict verdict = verdict_of(result.error);
  if (verdict == ProduceVerdict::written) {
    mark_written(partition, *batch);
    end({.slot = slot,
         .base_offset = result.base_offset,
         .log_append_time = result.log_append_time},
        *batch);
    return accumulator_.recycle(std::move(batch));
  }
  const Failure why(result.error, "Produce", result.message);
  partition.last_failure = why.message();
  if (why.asks_for_metadata()) wants_metadata_ = true;
  const bool is_sure = !batch->in_doubt;
  if (may_be_written_after(result.error)) put_in_doubt(*batch);
  if (verdict == ProduceVerdict::again) return send_again(slot, std::move(batch), why, now);
  if (verdict == ProduceVerdict::smaller && batch->count > 1) return split(slot, std::move(batch));
  const bool is_denied = options_.idempotent && verdict == ProduceVerdict::out_of_order;
  // A half has no duplicate in the log: if the whole was written, it is out of order for ever,
  // unless one behind it shows that.
  const bool is_lone_half = batch->was_cut && is_oldest(partition, *batch) &&
                            batch->first >= partition.written &&
                            !precedes_doubts(partition, *batch);
  if (is_denied && !is_lone_half) return resolve_order(slot, std::move(batch), why, now);
  // To number what may be written already anew could write it twice.
  if (options_.idempotent && verdict == ProduceVerdict::unknown_writer && is_sure) {
    // What is older may be written: it asks for itself first.
    if (!is_oldest(partition, *batch)) return insert(partition, std::move(batch));
    partition.renumbers = partition.needs_id = true;
    return send_again(slot, std::move(batch), why, now);
  }
  const bool in_doubt = batch->in_doubt;
  end({.slot = slot, .failure = Undelivered{why, in_doubt}, .problems = result.problems}, *batch);
  accumulator_.recycle(std::move(batch));
}

// What a broker said of it before says nothing of this attempt.
void Sender::put_in_doubt(Batch& batch) {
  batch.in_doubt = true;
  batch.denied = batch.asked = false;
}

void Sender::mark_written(Partition& partition, const Batch& batch) {
  partition.written = std::max(partition.written, batch.first + batch.count);
  partition.proven = true;
  partition.ahead.push_back(batch.first);
  partition.failures = 0;
  partition.last_failure.clear();
}

void Sender::insert(Partition& partition, BatchPtr batch) {
  const auto after = std::ranges::upper_bound(partition.again, batch->first, {}, &Batch::first);
  partition.again.insert(after, std::move(batch));
}

void Sender::send_again(PartitionSlot slot, BatchPtr batch, const Failure& why, env::Instant now) {
  if (batch->attempts > options_.retries) {
    const bool in_doubt = batch->in_doubt;
    return fail_batch(slot, std::move(batch), why, in_doubt);
  }
  Partition& partition = partitions_[slot];
  // What was in flight together fails together: that counts once. A leader that was told meanwhile
  // is not waited for.
  const bool has_moved =
      partition.leader != no_broker && partition.leader != partition.in_flight_with;
  if (partition.blocked_until <= now && !has_moved) {
    partition.blocked_until = now + options_.backoff.after(++partition.failures, random_);
  }
  insert(partition, std::move(batch));
}

bool Sender::is_oldest(const Partition& partition, const Batch& batch) {
  const auto is_before = [&](const BatchPtr& other) { return other->first < batch.first; };
  return std::ranges::none_of(partition.again, is_before) &&
         std::ranges::none_of(partition.in_flight, is_before);
}

// Of what is in doubt behind it a broker has not been asked yet, and can be: what was cut may be
// more than is sent at once. (Halves that were never sent themselves are not recognised: to ask for
// them tells nothing.)
bool Sender::precedes_doubts(const Partition& partition, const Batch& batch) const {
  const auto is_open = [&](const BatchPtr& other) {
    return other->first > batch.first && other->in_doubt && !other->asked && other->attempts > 0;
  };
  const auto sent = static_cast<std::ptrdiff_t>(partition.in_flight.size()) + 1;
  const auto room = std::max<std::ptrdiff_t>(options_.in_flight_max - sent, 0);
  return std::ranges::any_of(partition.in_flight, is_open) ||
         std::ranges::any_of(partition.again | std::views::take(room), is_open);
}

// The broker has not written it. It misses what is before, which either comes again first, or
// never: then this is the first of the next epoch.
//
// Or it has written it, and one behind it: a broker that was killed meanwhile may remember the
// newest batch alone (Kafka's snapshots hold no more). Where this one stands nobody says then.
void Sender::resolve_order(PartitionSlot slot, BatchPtr batch, const Failure& why,
                           env::Instant now) {
  Partition& partition = partitions_[slot];
  if (batch->first < partition.written) {
    end({.slot = slot}, *batch);
    return accumulator_.recycle(std::move(batch));
  }
  if (!is_oldest(partition, *batch)) {
    batch->asked = batch->in_doubt;
    return insert(partition, std::move(batch));
  }
  if (batch->in_doubt &&
      (!std::exchange(batch->denied, true) || precedes_doubts(partition, *batch))) {
    return send_again(slot, std::move(batch), why, now);
  }
  partition.renumbers = true;
  batch->in_doubt = false;
  send_again(slot, std::move(batch), why, now);
}

void Sender::split(PartitionSlot slot, BatchPtr batch) {
  Partition& partition = partitions_[slot];
  auto [first, second] = accumulator_.split(*batch);
  first->first = batch->first;
  second->first = batch->first + first->count;
  for (Batch* half : {first.get(), second.get()}) half->in_doubt = half->was_cut = batch->in_doubt;
  accumulator_.recycle(std::move(batch));
  insert(partition, std::move(first));
  insert(partition, std::move(second));
}

void Sender::end(EndedBatch outcome, Batch& batch) {
  outcome.generation = batch.generation;
  outcome.receipts = std::move(batch.receipts);
  accumulator_.end(batch);
  ended_.push_back(std::move(outcome));
}

void Sender::fail_batch(PartitionSlot slot, BatchPtr batch, Failure why, bool may_be_written) {
  end({.slot = slot, .failure = Undelivered{std::move(why), may_be_written}}, *batch);
  accumulator_.recycle(std::move(batch));
}

void Sender::fail_in_flight(PartitionSlot slot, Batch& batch, Failure why) {
  end({.slot = slot, .failure = Undelivered{std::move(why), true}}, batch);
}

void Sender::fail_waiting(PartitionSlot slot, const Failure& why) {
  for (BatchPtr& batch : std::exchange(partitions_[slot].again, {})) {
    const bool in_doubt = batch->in_doubt;
    fail_batch(slot, std::move(batch), why, in_doubt);
  }
  while (!accumulator_.is_empty(slot)) fail_batch(slot, accumulator_.take(slot), why, false);
}

void Sender::producer_id_is(ProducerId id, ProducerEpoch epoch) {
  producer_id_ = id;
  producer_epoch_ = epoch;
}

void Sender::producer_id_refused(const Failure& why) {
  for (const PartitionSlot slot : active_) {
    const Partition& partition = partitions_[slot];
    const bool has_one = partition.id != no_producer_id && !partition.needs_id;
    if (!has_one || partition.epoch == INT16_MAX) fail_waiting(slot, why);
  }
}

void Sender::purge(const Failure& why, bool in_flight_too) {
  for (const PartitionSlot slot : active_) {
    fail_waiting(slot, why);
    if (!in_flight_too) continue;
    for (const BatchPtr& batch : partitions_[slot].in_flight) {
      if (!batch->is_over) fail_in_flight(slot, *batch, why);
    }
  }
}

}  // namespace weir::client
