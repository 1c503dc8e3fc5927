#pragma once
// Quorum: this node's membership in the KRaft quorum of __cluster_metadata-0, on shard 0 (KIP-595,
// 630, 853). It owns the log, the snapshots and the quorum-state file, elects, and replicates
// batches whose records it does not understand. Today the only voter is this node; the kernel
// (quorum_kernel.h) has the roles that more of them need.
//
// A listener sees, in this order: the latest snapshot if there is one, then every committed batch
// once, in offset order, and became_leader() after all that was committed before this epoch has
// been shown. Control records are the quorum's own and are not shown, but their offsets pass
// (offset jumps are normal).
//
// A batch is committed when a majority of the voters has it durable. append() gives the offset at
// once; committed batches come through the listener, the leader's own included.
//
// After a failed write or sync nothing more is committed and failed() is told to the listener: the
// node stops.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/env/env.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "base/uuid.h"
#include "log/partition_name.h"
#include "replication/quorum/checkpoint.h"
#include "replication/quorum/voter.h"

namespace weir::replication {

// One batch of the log or of a snapshot: the values of its records, valid during the call.
struct CommittedBatch {
  Offset base_offset = 0;
  LeaderEpoch epoch = 0;
  TimestampMs append_timestamp = no_timestamp;
  std::uint64_t size_bytes = 0;  // as stored
  std::span<const Bytes> records;
  Offset last_offset() const { return base_offset + static_cast<Offset>(records.size()) - 1; }
};

class QuorumListener {
 public:
  virtual ~QuorumListener() = default;
  // Forget everything; the batches that follow until snapshot_loaded make the state at `id`.
  virtual Result<> load_snapshot_begin(const SnapshotId& id,
                                       TimestampMs last_contained_timestamp) = 0;
  virtual Result<> load_snapshot_batch(const CommittedBatch& batch) = 0;
  virtual Result<> load_snapshot_end() = 0;
  virtual Result<> commit(const CommittedBatch& batch) = 0;
  // All offsets up to this one (exclusive) are committed and have been shown.
  virtual void high_watermark_moved(Offset high_watermark) = 0;
  virtual void became_leader(LeaderEpoch epoch) = 0;
  virtual void resigned(LeaderEpoch epoch) = 0;
  // Batches that append() had given offsets to are lost (the disk was full): all that is left is
  // committed, and new batches continue after the high watermark. The leader stays.
  virtual void uncommitted_lost() = 0;
  virtual void failed(const Error& error) = 0;
};

struct QuorumSettings {
  BrokerId node_id = no_broker;
  std::string directory;  // ".../__cluster_metadata-0"
  Uuid directory_id;
  // Of this node; empty: those that the voters record has.
  std::vector<Voter::Listener> endpoints;
  std::int64_t segment_bytes = 1073741824;
  std::int64_t segment_ms = 604800000;
  std::int64_t retention_bytes = 104857600;  // metadata.max.retention.bytes
  std::int64_t retention_ms = 604800000;     // metadata.max.retention.ms
  Offset recovery_point = 0;                 // below it the log was durable; 0: not known
};

inline log::PartitionName metadata_partition() { return {"__cluster_metadata", 0}; }

struct QuorumDescription {
  BrokerId leader_id = no_broker;
  LeaderEpoch leader_epoch = 0;
  Offset high_watermark = no_offset;
  struct Replica {
    BrokerId id = no_broker;
    Uuid directory_id;
    Offset log_end_offset = no_offset;
    TimestampMs last_fetch_timestamp = no_timestamp;
    TimestampMs last_caught_up_timestamp = no_timestamp;
  };
  std::vector<Replica> voters;
  std::vector<Voter> nodes;
};

class Quorum {
 public:
  Quorum(env::Env& env, QuorumSettings settings, QuorumListener& listener);
  ~Quorum();
  Quorum(const Quorum&) = delete;
  Quorum& operator=(const Quorum&) = delete;

  // Opens, shows snapshot and committed log, elects itself where it is the only voter; returns when
  // it leads and all of the log is committed and shown. Errors: corrupt, unsupported, invalid, io.
  Task<Result<>> start();
  Task<> stop();

  // Leader only: the records as one batch (one atomic unit). Gives the offset of the last one. The
  // bytes are written at the end of this turn and flushed together with what else was appended.
  // Errors: closed (not the leader of `epoch`, or failed), busy (until uncommitted_lost() is told).
  Result<Offset> append(LeaderEpoch epoch, std::span<const std::vector<std::byte>> records);
  // The offset that the next appended record will get.
  Offset next_offset() const;

  Offset log_end_offset() const;
  Offset recovery_point() const;  // for the next start's settings; 0 before start()
  Offset high_watermark() const;
  bool is_leader() const;
  LeaderEpoch epoch() const;
  std::int16_t kraft_version() const;
  QuorumDescription describe(TimestampMs now) const;

  // Writes a snapshot of the state at `id` (committed) from the values of its records, in order.
  // Older snapshots and the log's prefix go by retention.
  Task<Result<>> write_snapshot(SnapshotId id, TimestampMs last_contained_timestamp,
                                std::vector<std::vector<std::byte>> records);
  std::optional<SnapshotId> latest_snapshot() const;
  // The records of the 0-0 checkpoint: what the first controller of a cluster appends.
  const std::vector<std::vector<std::byte>>& bootstrap_records() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::replication
