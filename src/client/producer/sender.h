#pragma once
// Sender: which batch goes to which broker now, and what becomes of it. A kernel: no socket, and it
// is told the time. The driver (producer.h) asks next() for requests, carries them, and tells what
// came of them; the outcomes are in take_ended().
//
// Order. A request holds at most one batch of a partition; up to
// max.in.flight.requests.per.connection requests are with a broker at once. What is sent again goes
// before what is new, when nothing of the partition that comes later is in flight.
//
// Idempotence (KIP-98). Records of a partition are counted in one stream, `first` is a batch's
// place in it, and the sequence on the wire is the distance from where the partition's epoch began,
// modulo 2^31. Every partition raises its epoch by itself (KIP-360; brokers judge epochs by
// partition), when
//   - nothing is in flight or to be sent again, and records are missing between what is known to be
//     written and what comes next: a batch ended that was refused, or whose fate is unknown;
//   - the broker misses something before the oldest unresolved batch, which proves that this batch
//     and what follows are not written: they are numbered anew once nothing is in flight. A batch
//     whose fate is unknown asks twice, so that what a dead connection carried may arrive first,
//     and waits until all whose fate is unknown have asked: a broker that knows a later one has
//     written this one, too, and has forgotten it in a restart. It ends as written then, at an
//     offset that is not known.
// A batch whose fate is unknown is only ever sent again as it was, so that the broker recognises
// it: brokers remember five batches, so five at most are sent from the oldest that is unresolved
// on, those that are written meanwhile counted. Until the first answer of an epoch one batch is in
// flight: a broker without any state of this producer would accept the second one without the
// first. After epoch 2^15-1 comes a new id.
//
// Every batch ends once: written; refused; sent as often as `retries` allows; delivery.timeout.ms
// after its creation; purged. What
// ends while a request is out may have been written, and its answer is still used.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "client/backoff.h"
#include "client/failure.h"
#include "client/producer/accumulator.h"

namespace weir::client {

struct SenderOptions {
  std::int16_t acks = -1;  // acks: -1 all, 1, 0
  bool idempotent = true;  // enable.idempotence: with all acks only
  int in_flight_max = 5;   // max.in.flight.requests.per.connection; 5 at most when idempotent
  int retries =
      INT32_MAX;  // retries: of one batch, beside delivery.timeout.ms; 1 or more when idempotent
  std::chrono::nanoseconds delivery_timeout = std::chrono::minutes(2);  // delivery.timeout.ms
  Backoff backoff{std::chrono::milliseconds(100), std::chrono::milliseconds(1'000)};
};

struct ProducePart {
  PartitionSlot slot = 0;
  Bytes batch;  // until the sender is asked or told anything else
};
struct ProduceCall {
  std::uint64_t id = 0;
  BrokerId broker = no_broker;
  std::vector<ProducePart> parts;
};

struct RecordProblem {
  std::int32_t index = 0;
  std::string message;
};
// What a broker said of one part.
struct ProduceResult {
  PartitionSlot slot = 0;
  wire::ErrorCode error = wire::ErrorCode::none;
  Offset base_offset = no_offset;
  TimestampMs log_append_time = no_timestamp;
  std::string message;
  std::vector<RecordProblem> problems;  // of single records; the whole batch is refused
};

// The end of one batch.
struct EndedBatch {
  PartitionSlot slot = 0;
  std::uint64_t generation = 0;  // for Accumulator::told()
  std::vector<Receipt> receipts;
  std::optional<Undelivered> failure;  // none: written
  Offset base_offset = no_offset;
  TimestampMs log_append_time = no_timestamp;
  std::vector<RecordProblem> problems;
};

class Sender {
 public:
  Sender(SenderOptions options, Accumulator& accumulator, RandomSource& random);

  PartitionSlot add_partition();
  // no_broker: none is known. What waits to be sent again goes to a new leader at once.
  void set_leader(PartitionSlot slot, BrokerId leader);
  void set_connected(BrokerId broker, bool is_connected);

  // As Accumulator::append.
  Appended append(PartitionSlot slot, const wire::NewRecord& record, OnDelivery& done,
                  env::Instant now);

  // The next request that can go to a connected broker. Call until there is none.
  std::optional<ProduceCall> next(env::Instant now);
  // Ends what has waited for delivery.timeout.ms.
  void expire(env::Instant now);
  // When to call both again, if nothing else happens; Instant::max(): not before.
  env::Instant next_time(env::Instant now) const;

  // What next() could not do without; asked for once each time.
  std::set<BrokerId> take_wanted_connections() { return std::exchange(wanted_connections_, {}); }
  bool take_wants_metadata() { return std::exchange(wants_metadata_, false); }
  bool take_wants_producer_id() { return std::exchange(wants_producer_id_, false); }

  // What became of a request. Results may leave parts out: their fate is unknown.
  void answered(std::uint64_t call, std::span<const ProduceResult> results, env::Instant now);
  // No answer. `may_be_written`: the request, or a part of it, may have reached the broker.
  void lost(std::uint64_t call, const Failure& why, bool may_be_written, env::Instant now);

  void producer_id_is(ProducerId id, ProducerEpoch epoch);
  // Nobody gives one: what waits for it ends.
  void producer_id_refused(const Failure& why);

  // Ends what waits, and what is in flight too (that may have been written).
  void purge(const Failure& why, bool in_flight_too);

  std::vector<EndedBatch> take_ended() { return std::exchange(ended_, {}); }
  bool is_idle() const { return calls_.empty() && active_.empty(); }
  std::size_t in_flight(BrokerId broker) const;
  ProducerEpoch epoch(PartitionSlot slot) const { return partitions_[slot].epoch; }

 private:
  struct Partition {
    BrokerId leader = no_broker;
    bool is_active = false;
    std::deque<BatchPtr> again;      // ascending by `first`
    std::deque<BatchPtr> in_flight;  // ascending by `first`, all with one broker
    BrokerId in_flight_with = no_broker;
    std::vector<std::int64_t> ahead;  // `first` of batches written before an older one is resolved
    int failures = 0;                 // one after the other
    std::string last_failure;
    env::Instant blocked_until{};

    ProducerId id = no_producer_id;
    ProducerEpoch epoch = no_producer_epoch;
    std::int64_t origin = 0;   // where the epoch began
    std::int64_t written = 0;  // everything below is resolved
    std::int64_t next = 0;     // of the next new batch
    bool proven = false;       // something of this epoch was written
    bool renumbers = false;    // before anything else is sent
    bool needs_id = false;     // another epoch will not do
  };
  struct Call {
    BrokerId broker = no_broker;
    std::vector<std::pair<PartitionSlot, Batch*>> batches;
  };

  void activate(PartitionSlot slot);
  void forget_idle();
  bool has_work(PartitionSlot slot, env::Instant now) const;
  bool can_reach(PartitionSlot slot);
  bool keeps_order(Partition& partition);
  static bool is_remembered(Partition& partition);
  bool raise_epoch(Partition& partition);
  Batch* start(PartitionSlot slot);

  std::vector<std::pair<PartitionSlot, BatchPtr>> take_call(std::uint64_t call);
  static bool is_oldest(const Partition& partition, const Batch& batch);
  bool precedes_doubts(const Partition& partition, const Batch& batch) const;
  void judge(PartitionSlot slot, BatchPtr batch, const ProduceResult& result, env::Instant now);
  static void put_in_doubt(Batch& batch);
  void mark_written(Partition& partition, const Batch& batch);
  void send_again(PartitionSlot slot, BatchPtr batch, const Failure& why, env::Instant now);
  void resolve_order(PartitionSlot slot, BatchPtr batch, const Failure& why, env::Instant now);
  void split(PartitionSlot slot, BatchPtr batch);
  static void insert(Partition& partition, BatchPtr batch);

  void end(EndedBatch outcome, Batch& batch);
  void fail_batch(PartitionSlot slot, BatchPtr batch, Failure why, bool may_be_written);
  void fail_in_flight(PartitionSlot slot, Batch& batch, Failure why);
  void fail_waiting(PartitionSlot slot, const Failure& why);
  Failure too_late(const Partition& partition) const;

  SenderOptions options_;
  Accumulator& accumulator_;
  RandomSource& random_;
  std::deque<Partition> partitions_;  // by slot
  std::vector<PartitionSlot> active_;
  std::size_t turn_ = 0;  // where in active_ the next request begins
  std::map<std::uint64_t, Call> calls_;
  std::uint64_t last_call_ = 0;
  std::map<BrokerId, std::size_t> in_flight_;  // requests
  std::set<BrokerId> connected_;
  std::set<BrokerId> wanted_connections_;
  bool wants_metadata_ = false;
  bool wants_producer_id_ = false;
  ProducerId producer_id_ = no_producer_id;
  ProducerEpoch producer_epoch_ = no_producer_epoch;
  std::vector<EndedBatch> ended_;
};

}  // namespace weir::client
