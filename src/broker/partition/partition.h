#pragma once
// Partition: one partition that this broker holds, on the shard that owns it: its log, the leader's
// knowledge of the in-sync replicas, and everybody who waits for one of its offsets.
//
// The way of a batch: append() validates it, lets it pass the verification stage (verification.h),
// stages it in the log; at the end of the loop's turn (or when it is much) write() puts all that
// was staged into the file with one write and answers acks=0 and acks=1; a flush (flusher.h) makes
// it durable, which moves the high watermark (replication/isr), which answers acks=all and wakes
// the fetches that wait.
//
// With flush.messages=1 an offset counts toward the high watermark when it is durable, otherwise
// when it is written. After a failed write or sync nothing more is acknowledged:
// KAFKA_STORAGE_ERROR, and the log is offline.
//
// States: opening -> online | offline -> closed. Only a leader that is online appends and serves
// reads.

#include <cstdint>
#include <functional>
#include <limits>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/signal.h"
#include "base/task.h"
#include "broker/partition/append.h"
#include "broker/partition/partition_id.h"
#include "broker/partition/verification.h"
#include "log/partition_log.h"
#include "metadata/config/topic_settings.h"
#include "replication/isr/leader.h"

namespace weir::broker {

class Shard;

// Told when the partition has more to read, another leader, or is gone; does nothing to the
// partition within that call. Registered by fetches that wait.
class PartitionWatcher {
 public:
  virtual void partition_changed() = 0;

 protected:
  ~PartitionWatcher() = default;
};

enum class Isolation : std::int8_t { read_uncommitted = 0, read_committed = 1 };

class Partition final : private VerificationStage::Exit {
 public:
  enum class State : std::uint8_t { opening, online, offline, closed };

  Partition(Shard& shard, PartitionId id, log::PartitionName name,
            std::shared_ptr<const metadata::TopicSettings> settings);
  ~Partition();
  Partition(const Partition&) = delete;
  Partition& operator=(const Partition&) = delete;

  const PartitionId& id() const { return id_; }
  const log::PartitionName& name() const { return name_; }
  State state() const { return state_; }
  bool is_leader() const { return leader_.has_value() && state_ == State::online; }
  log::PartitionLog& log() { return *log_; }  // not while opening
  bool has_log() const { return log_ != nullptr; }
  const replication::IsrLeader& leader() const { return *leader_; }
  LeaderEpoch leader_epoch() const;  // -1: not the leader
  LeaderEpoch led_epoch() const;  // the same, counting a leadership that waits for the log to open
  const metadata::TopicSettings& settings() const { return *settings_; }
  Offset high_watermark() const { return log_->high_watermark(); }
  Offset cleaned_up_to() const { return cleaned_up_to_; }
  Offset read_bound(Isolation isolation) const;  // one past what a consumer may read
  // False right after this leadership began, while it does not know yet that all records of those
  // before it are committed: the end that it could name may lie below what a client has seen.
  bool knows_committed_end() const { return high_watermark() >= led_from_; }

  // --- life ---
  struct OpenHints {
    bool after_clean_stop = false;
    bool nothing_lost = false;
    Offset recovery_point = 0;
    Offset log_start_offset = 0;
    Offset high_watermark = 0;
    Offset cleaned_up_to = 0;                                            // by the cleaner
    LeaderEpoch newest_epoch = std::numeric_limits<LeaderEpoch>::max();  // that there was
    bool is_new = false;  // its topic was made just now; its folder may be another's yet
  };
  // Ends online or offline; where that may pass (a full disk) it tries again.
  Task<> open(std::string directory, OpenHints hints);
  Task<> opened();   // waits until it is the one or the other
  Task<> settled();  // ... and does not try again
  // What the image says; remembered while opening.
  void become_leader(replication::BecomeLeader command);
  void isr_changed(std::int32_t partition_epoch, std::vector<BrokerId> isr);
  void resign();
  void set_settings(std::shared_ptr<const metadata::TopicSettings> settings);
  // No more appends or reads; waits until nothing of it is under way.
  Task<> shut_down();
  Result<> close_clean();  // blocking; after shut_down()
  void close_files();      // blocking; after shut_down(), of a partition that is deleted
  bool has_folder() const { return has_folder_; }  // it is this one's

  // --- writing ---
  // NONE, or why this broker cannot take it now: NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR.
  wire::ErrorCode check_leader() const;
  // Fencing (KIP-320): `current` is the epoch the client believes in, -1: it does not say.
  wire::ErrorCode check_epoch(LeaderEpoch current) const;
  // Ends through append.join, maybe within this call. `append` stays where it is until then.
  void append(PartitionAppend& append);
  VerificationStage& verification() { return verification_; }
  void write();  // at the end of the turn
  void flush_ended(const log::FlushPlan& plan, const Result<>& result);
  std::optional<log::FlushPlan> begin_flush();
  bool is_flushing() const { return flushing_; }
  bool fail_overdue(
      env::Instant now);  // acks=all past their deadline; false: nobody waits any more

  // --- waiting ---
  void watch(PartitionWatcher& watcher);
  void unwatch(PartitionWatcher& watcher);
  // Resumes when the high watermark reached `offset`, or the leadership `epoch` ended (false).
  Task<bool> committed(Offset offset, LeaderEpoch epoch);

  // --- housekeeping ---
  void request_flush();
  void flush_if_overdue(env::Instant now);  // flush.ms; else says when it will be
  void drop_idle_files();
  void expire_producers(TimestampMs now);
  void apply_retention(TimestampMs now);
  // At most `bytes_per_second` of reading and writing.
  Task<> compact(TimestampMs now, double bytes_per_second);
  void raise_log_start_offset(Offset offset);

 private:
  Task<Result<>> claim_and_open(std::string directory, OpenHints hints);
  Task<Result<>> try_open(std::string directory, OpenHints hints);
  void verified(PartitionAppend& append, bool has_waited) override;
  bool may_append(PartitionAppend& append) const;
  void stage(PartitionAppend& append);
  Task<Result<bool>> carry_out(log::PartitionLog::Compaction& compaction, double bytes_per_second);
  bool validate(PartitionAppend& append);
  bool counts_when_durable() const;
  void counted_end_moved();
  void high_watermark_moved(Offset high_watermark);
  void start_leading(replication::BecomeLeader command);
  void fail_everything(wire::ErrorCode code);
  void wake_watchers();
  void go_offline(const Error& error);
  void log_cleaner_failure(const Error& error);
  Task<> delete_segments(log::PartitionLog::DeletionPlan plan);

  Shard& shard_;
  PartitionId id_;
  log::PartitionName name_;
  std::shared_ptr<const metadata::TopicSettings> settings_;
  State state_ = State::opening;
  std::unique_ptr<log::PartitionLog> log_;
  std::optional<replication::IsrLeader> leader_;
  std::optional<replication::BecomeLeader> leads_when_open_;
  Offset led_from_ = 0;  // the log's end when this leadership began
  Offset counted_end_ = 0;
  Offset cleaned_up_to_ = 0;
  bool flushing_ = false;
  bool shutting_down_ = false;
  bool reopening_ = false;
  bool flush_wanted_ = false;  // in the flusher's list
  bool flush_log_ = false;     // ... for the log; else for the leader epochs alone
  bool write_scheduled_ = false;
  bool deadlines_watched_ = false;
  env::Instant unflushed_since_{};
  bool has_folder_ = true;
  std::size_t busy_ = 0;  // jobs off the shard that use the log
  bool is_deleting_ = false;
  std::optional<log::PartitionLog::DeletionPlan> undeleted_;  // what the disk refused
  VerificationStage verification_{*this};
  std::vector<PartitionAppend*> staged_;
  std::size_t staged_bytes_ = 0;
  std::vector<PartitionAppend*> awaiting_commit_;  // by end_offset
  std::vector<PartitionWatcher*> watchers_;
  Signal changed_;  // state, leadership or high watermark
  friend class Flusher;
};

}  // namespace weir::broker
