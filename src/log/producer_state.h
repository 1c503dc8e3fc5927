#pragma once
// ProducerState: what one partition remembers of the producers that wrote to it, so that a repeated
// batch is recognised, a gap in the sequence is refused, and open transactions hold back the last
// stable offset (KIP-98; ProducerStateManager.java, ProducerAppendInfo.java). A kernel.
//
// Appends change the state at once and can be taken back until commit(): batches are staged before
// they are written. Rules for a client's batch, in this order:
//   - the same epoch and sequence range as one of the last five: a duplicate, answered with its
//   offsets
//   - an older epoch: INVALID_PRODUCER_EPOCH
//   - a newer epoch must begin at sequence 0; a producer that is not known may begin anywhere (its
//   state
//     may have expired) unless an earlier batch of its could not be written, which then comes
//     first; else the sequence must follow the last one, 2^31-1 being followed by 0:
//     OUT_OF_ORDER_SEQUENCE_NUMBER
//   - a batch outside the transaction its producer has open: INVALID_TXN_STATE
// Coordinators' batches carry no sequence: only epochs are checked. Replicated ones and replay
// check nothing.

#include <array>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "log/control_marker.h"
#include "wire/error_code.h"

namespace weir::log {

enum class AppendOrigin : std::uint8_t { client, coordinator, raft_leader, replication };

struct AppendError {
  wire::ErrorCode code;
  std::string message;
};
inline std::unexpected<AppendError> refuse(wire::ErrorCode code, std::string message) {
  return std::unexpected(AppendError{code, std::move(message)});
}

struct ProducerBatch {
  Sequence last_sequence = no_sequence;
  std::int32_t offset_delta = 0;
  Offset last_offset = no_offset;
  TimestampMs timestamp = no_timestamp;
  Sequence first_sequence() const;
  Offset first_offset() const { return last_offset - offset_delta; }
  bool operator==(const ProducerBatch&) const = default;
};

struct ProducerEntry {
  static constexpr std::size_t batches_kept = 5;
  ProducerEpoch epoch = no_producer_epoch;
  std::uint8_t batch_count = 0;
  std::int32_t coordinator_epoch = -1;
  TimestampMs last_timestamp = no_timestamp;
  // When this node took its last batch: who writes records of long ago is not idle for that. Not in
  // a snapshot: after a start the records' own time counts alone, as always in Kafka.
  TimestampMs last_seen = no_timestamp;
  Offset current_transaction_start = no_offset;
  std::array<ProducerBatch, batches_kept> batches;  // oldest first

  const ProducerBatch* last_batch() const;
  Sequence last_sequence() const;
  void set_epoch(ProducerEpoch new_epoch);  // forgets the batches of another epoch
  void add_batch(const ProducerBatch& batch);
  bool operator==(const ProducerEntry& other) const;  // in what a snapshot keeps
};

// One batch as this state sees it.
struct ProducedBatch {
  ProducerId producer_id = no_producer_id;
  ProducerEpoch producer_epoch = no_producer_epoch;
  Sequence base_sequence = no_sequence;
  Offset base_offset = no_offset;
  std::int32_t last_offset_delta = 0;
  TimestampMs max_timestamp = no_timestamp;
  TimestampMs taken_at = no_timestamp;  // by the node's clock; not when it is read from a log
  bool is_transactional = false;
  std::optional<ControlMarker> marker;  // of a commit or abort
  bool is_control = false;
  Offset last_offset() const { return base_offset + last_offset_delta; }
};

// As `batch` lies in a log. Errors: corrupt (a control batch that cannot be read).
Result<ProducedBatch> produced_batch(const wire::BatchView& batch);

struct CompletedTransaction {
  ProducerId producer_id = no_producer_id;
  Offset first_offset = no_offset;
  Offset last_offset = no_offset;         // of the marker
  Offset last_stable_offset = no_offset;  // once this one is complete
  bool is_aborted = false;
};

class ProducerState {
 public:
  using Entries = std::map<ProducerId, ProducerEntry>;

  // The original of a client's batch that came again.
  std::optional<ProducerBatch> find_duplicate(const ProducedBatch& batch) const;
  // Checks as `origin` demands and takes the batch in. The value is there when it ended a
  // transaction.
  std::expected<std::optional<CompletedTransaction>, AppendError> append(const ProducedBatch& batch,
                                                                         AppendOrigin origin);
  // Appends since the last commit(), all or down to a mark, never happened.
  std::size_t mark() const { return undo_.size(); }
  void roll_back(std::size_t mark);
  void commit() { undo_.clear(); }
  // The same, as they could not be written: of a producer that is not known otherwise the first of
  // them is remembered, so that its next batch cannot overtake it once there is room again.
  void roll_back_unwritten(std::size_t mark);

  // The first offset that a read_committed reader may not see yet, -1: none.
  Offset first_unstable_offset() const;
  void set_high_watermark(Offset high_watermark);
  void set_log_start_offset(Offset offset);

  void expire(TimestampMs now, std::int64_t expiration_ms);
  void load(Entries entries);  // replaces everything
  void clear() { load({}); }
  bool empty() const { return entries_.empty() && unreplicated_.empty(); }
  const Entries& entries() const { return entries_; }
  Entries entries_at(std::size_t mark) const;  // as they were then; nothing of it was committed

 private:
  struct Undo {
    ProducerId producer_id;
    std::optional<ProducerEntry> before;
    Offset completed = no_offset;  // first offset of a transaction that this append completed
    ProducerEpoch epoch = no_producer_epoch;  // of the batch
    Sequence sequence = no_sequence;
  };
  struct Unwritten {
    ProducerEpoch epoch;
    Sequence sequence;
  };
  std::expected<std::optional<CompletedTransaction>, AppendError> append_marker(
      ProducerEntry& entry, const ProducedBatch& batch, bool checked);
  std::optional<AppendError> check_unwritten(const ProducedBatch& batch) const;
  Offset stable_offset_after(ProducerId producer_id, Offset marker_offset) const;

  Entries entries_;
  std::map<Offset, ProducerId> ongoing_;  // by the first offset of the transaction
  std::map<Offset, Offset>
      unreplicated_;  // completed above the high watermark: first -> last offset
  std::vector<Undo> undo_;
  std::map<ProducerId, Unwritten> unwritten_;  // a bounded number
};

bool is_expired(const ProducerEntry& entry, TimestampMs now, std::int64_t expiration_ms);

}  // namespace weir::log
