#pragma once
// PartitionLog: one partition's log on one disk, in Kafka's files. Owned by one shard.
//
// Two kinds of calls. Calls on the shard touch memory and the page cache only. Blocking work comes
// as a plan: plan_x() on the shard, X::carry_out() (a free-standing value; on the helper thread,
// through offload) and x_done() on the shard again. Between the two the shard goes on; a plan holds
// its files by shared pointer.
//
// The way of a record: stage() gives a batch its offsets and stamps it in place; write_staged()
// puts everything that was staged in this turn into the active segment with one gathered write and
// only then moves log_end_offset; a flush makes it durable and moves durable_end_offset. The owner
// decides what high_watermark is (replication/isr) and tells the log.
//
// After a crash: everything below the recovery point of the last checkpoint is believed; above it
// every batch is checked, and the tail is cut at the first bad one. Damage below it is corruption:
// reported (with file and position), never cut; Errc::corrupt where the log cannot go on behind it.
// Indexes and snapshots are hints, rebuilt when missing or wrong.
//
// Invariants: log_start_offset <= last_stable_offset <= high_watermark <= log_end_offset;
// durable_end_offset <= log_end_offset. After a failed write or sync the log is offline(): appends
// are refused.

#include <cstdint>
#include <expected>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/env/disk.h"
#include "base/env/log_sink.h"
#include "base/env/network.h"
#include "base/ids.h"
#include "base/uuid.h"
#include "log/leader_epochs.h"
#include "log/log_config.h"
#include "log/partition_name.h"
#include "log/producer_state.h"
#include "log/read_check.h"
#include "wire/error_code.h"

namespace weir::log {

// What the validator found out about one batch (wire/record/validator.h), and where its bytes lie.
struct StagedBatch {
  MutableBytes bytes;  // exactly one batch; must stay alive until write_staged() returned
  std::int32_t last_offset_delta = 0;
  TimestampMs max_timestamp = no_timestamp;
  ProducerId producer_id = no_producer_id;
  ProducerEpoch producer_epoch = no_producer_epoch;
  Sequence base_sequence = no_sequence;
  bool is_transactional = false;
  bool is_control = false;
};

struct Appended {
  Offset base_offset = no_offset;
  Offset last_offset = no_offset;
  bool is_duplicate = false;  // acknowledged with the offsets of its original; nothing was staged
};

struct AbortedTransaction {
  ProducerId producer_id;
  Offset first_offset;
};

// A piece of one segment that can be sent as it lies. Starts at a batch, may end within one. With a
// `check` it may not be sent yet: the check is carried out, and the read made again.
struct ReadPlan {
  env::FileRange range;             // size 0: nothing at or after the offset below the bound
  Offset start_offset = no_offset;  // base offset of the first batch (may lie below what was asked)
  bool first_batch_whole = true;
  std::uint64_t first_batch_bytes = 0;
  std::optional<ReadCheck> check;
};

struct TimestampAndOffset {  // of one record
  TimestampMs timestamp = no_timestamp;
  Offset offset = no_offset;
  LeaderEpoch leader_epoch = no_epoch;
  bool operator==(const TimestampAndOffset&) const = default;
};

struct ActiveProducer {
  ProducerId producer_id;
  ProducerEpoch producer_epoch;
  Sequence last_sequence;
  TimestampMs last_timestamp;
  std::int32_t coordinator_epoch;
  Offset current_transaction_start;  // -1: none
};

// What a flush makes durable. The data first, so that no index, snapshot or checkpoint speaks of
// what is not there.
struct FlushPlan {
  Offset end_offset = no_offset;
  std::vector<std::shared_ptr<env::File>> files;
  std::string directory;
  bool sync_directory = false;                         // files were created or renamed in it
  std::optional<std::string> leader_epoch_checkpoint;  // its new content
  // Blocking. A full disk only puts the leader epochs off: they go with the next flush.
  Result<> carry_out(env::Disk& disk) const;
  Result<> write_leader_epochs(env::Disk& disk) const;  // the last step of it

  // For flush_done().
  std::uint64_t truncations = 0;
  std::uint64_t directory_changes = 0;
  std::uint64_t epoch_changes = 0;
  std::uint64_t sealed_end = 0;
  mutable bool leader_epochs_put_off = false;  // by carry_out()
};

// Those of several partitions, in one sync where the disk has such a thing. Blocking. The results
// stand in the order of the plans; when a sync fails, all plans have failed.
std::vector<Result<>> carry_out_together(std::span<const FlushPlan> plans, env::Disk& disk);

struct CompactionOptions {
  TimestampMs now = 0;
  Offset cleaned_up_to = 0;                  // from the cleaner-offset-checkpoint, 0 when unknown
  std::size_t offset_map_bytes = 128 << 20;  // log.cleaner.dedupe.buffer.size
  double offset_map_load = 0.9;              // log.cleaner.io.buffer.load.factor
  std::size_t io_buffer_bytes = 1 << 18;     // of reading, and of writing
};

class PartitionLog {
 public:
  struct OpenOptions {
    std::string directory;  // ".../orders-0"
    PartitionName name;
    LogConfig config;
    bool after_clean_stop = false;  // the directory's clean-shutdown marker was there
    bool nothing_lost = false;      // what was written is all there (LogDirectory::is_as_left)
    Offset recovery_point = 0;      // from the checkpoint, 0 when unknown
    Offset log_start_offset = 0;    // from the checkpoint, 0 when unknown
    // That any leader can have had, as the metadata say.
    LeaderEpoch newest_epoch = std::numeric_limits<LeaderEpoch>::max();
    TimestampMs now = 0;
    std::uint64_t jitter = 0;  // a random number for segment.jitter.ms
  };
  // What was found and done; the numbers are for tests and log lines.
  struct OpenReport {
    Offset truncated_from = no_offset;  // the unsynced tail was cut here, -1: not
    std::string truncation_reason;
    std::uint64_t bytes_checked = 0;  // read to validate what was not known durable
    std::uint32_t indexes_rebuilt = 0;
  };

  // Blocking. Opens or creates (with partition.metadata for `topic_id` when given).
  static Result<std::unique_ptr<PartitionLog>> open(env::Disk& disk, env::LogSink& sink,
                                                    OpenOptions options,
                                                    std::optional<Uuid> topic_id);
  ~PartitionLog();

  const PartitionName& name() const;
  const std::string& directory() const;
  std::optional<Uuid> topic_id() const;
  const OpenReport& open_report() const;
  const LogConfig& config() const;
  void set_config(const LogConfig& config);

  // --- append (shard) ---
  // Checks producer state (idempotence, epochs, five batches back), assigns offsets, stamps base
  // offset and leader epoch in place and queues the bytes.
  std::expected<Appended, AppendError> stage(std::span<StagedBatch> batches,
                                             LeaderEpoch leader_epoch, AppendOrigin origin,
                                             TimestampMs now);
  bool has_staged() const;
  // Rolls when needed, then one gathered write. On an error everything staged is forgotten,
  // log_end_offset stays, and the bytes that may have reached the file are cut off again or
  // overwritten. no_space heals; io: offline.
  Result<> write_staged(TimestampMs now);
  // A follower's or a copied batch, offsets as they are: must start at log_end_offset.
  Result<> append_as_follower(MutableBytes batches, TimestampMs now);

  // --- flush ---
  std::optional<FlushPlan> plan_flush();    // nothing when all is durable
  void flush_done(const FlushPlan& plan);   // moves durable_end_offset
  void flush_failed(const Error& error);    // offline from now on
  std::int64_t unflushed_messages() const;  // log_end_offset - durable_end_offset
  bool has_unflushed_segments() const;      // that were rolled away
  bool has_new_epochs() const;              // that no flush has written down
  // Writes down the leader epochs and syncs nothing else, for flush_done() as well. They may speak
  // of what is not durable: what lies beyond the log's end is ignored at the next start.
  std::optional<FlushPlan> plan_epochs();
  bool offline() const;

  // --- offsets (shard) ---
  Offset log_start_offset() const;
  Offset log_end_offset() const;
  Offset durable_end_offset() const;
  // Where recovery may begin: the durable end when the leader epochs, too, were last durable.
  Offset recovery_point() const;
  Offset high_watermark() const;
  void set_high_watermark(Offset high_watermark);  // never moves back by itself
  Offset last_stable_offset() const;  // first open transaction's start, or the high watermark
  LeaderEpoch latest_epoch() const;

  // --- read (shard; the lookup reads the page cache; see is_cold) ---
  // From the batch that holds `from` up to `bound` (exclusive); at most bytes_max, but the whole
  // first batch when `whole_first_batch`. A damaged batch ends a plan; where it would be the first
  // one, it is KAFKA_STORAGE_ERROR, and said once. Errors: OFFSET_OUT_OF_RANGE,
  // KAFKA_STORAGE_ERROR.
  struct ReadOptions {
    Offset from = 0;
    Offset bound = 0;
    std::uint32_t bytes_max = 0;
    bool whole_first_batch = true;
  };
  std::expected<ReadPlan, wire::ErrorCode> read(const ReadOptions& options);
  // Transactions aborted that a read_committed reader of [from, upper) must know.
  Result<std::vector<AbortedTransaction>> aborted_transactions(Offset from, Offset upper);

  // Blocking when it has to read (timestamps): carry it out through offload with a snapshot.
  class TimestampLookup {
   public:
    Result<std::optional<TimestampAndOffset>> carry_out() const;  // blocking
   private:
    friend class PartitionLog;
    struct Source;
    std::shared_ptr<const Source> source_;
    TimestampMs target_ = 0;
    bool wants_max_ = false;
  };
  TimestampLookup lookup_timestamp(TimestampMs target) const;  // first record at or after it
  TimestampLookup lookup_max_timestamp() const;

  // KIP-101/320: the largest epoch <= `epoch` and where it ends.
  EpochEnd end_offset_for_epoch(LeaderEpoch epoch) const;
  void assign_epoch_start(LeaderEpoch epoch, Offset start);  // a leader begins
  LeaderEpoch epoch_at(Offset offset) const;

  // --- producers ---
  std::vector<ActiveProducer> active_producers() const;
  void expire_producers(TimestampMs now);

  // --- truncation, retention, deletion ---
  Result<> truncate_to(
      Offset offset);  // blocking; follower only, above the high watermark's promise
  void raise_log_start_offset(
      Offset offset);  // DeleteRecords; the owner has checked offset <= high watermark
  // Segments that retention (time, size, log start) lets go: gone from the log at once, files
  // renamed and removed by the plan. Never the active segment below the high watermark's need.
  struct DeletionPlan {
    std::string directory;
    // Files that become x.deleted now and go after file.delete.delay.ms.
    std::vector<std::string> paths;
    bool is_renamed = false;  // done already; rename() does nothing
    // The beginning of the log: each segment is gone for good before the next one goes.
    bool is_prefix = false;
    Result<> rename(env::Disk& disk) const;  // blocking
    Result<> remove(env::Disk& disk) const;  // blocking, after the delay
  };
  std::optional<DeletionPlan> plan_retention(TimestampMs now);

  // --- compaction (log/compaction/) ---
  // A plan when enough is dirty (min.cleanable.dirty.ratio) or overdue (max.compaction.lag.ms),
  // else null. Then carry_out() (blocking, log/compaction/compaction.h), then compaction_done()
  // here: the replaced files are renamed, and go when the deletion plan's remove() is carried out.
  // Error busy: the log was shortened meanwhile.
  class Compaction;
  std::unique_ptr<Compaction> plan_compaction(const CompactionOptions& options);
  Result<DeletionPlan> compaction_done(Compaction& compaction);

  // --- sizes ---
  std::uint64_t size_bytes() const;
  std::size_t segment_count() const;

  // Blocking, at a clean stop: everything synced, producer snapshot at the end, indexes trimmed,
  // files closed.
  Result<> close_clean();
  // Blocking: closes files that have not been used since the last call (they reopen when needed). A
  // log that was just opened has none open, but what is not known durable.
  void drop_idle_files();

 public:
  struct State;  // private to the module (log/partition_log_state.h)

 private:
  explicit PartitionLog(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace weir::log
