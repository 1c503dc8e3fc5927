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

namespace weir::replication {

struct SnapshotId {
  Offset end_offset = 0;  // exclusive
  LeaderEpoch epoch = 0;
  auto operator<=>(const SnapshotId&) const = default;
};

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
  virtual void failed(const Error& error) = 0;
};

struct Voter {
  BrokerId id = no_broker;
  Uuid directory_id;
  struct Listener {
    std::string name;
    std::string host;
    std::uint16_t port = 0;
    bool operator==(const Listener&) const = default;
  };
  std::vector<Listener> endpoints;
  std::int16_t kraft_version_min = 0;
  std::int16_t kraft_version_max = 1;
  bool operator==(const Voter&) const = default;
};

struct QuorumSettings {
  BrokerId node_id = no_broker;
  std::string directory;  // ".../__cluster_metadata-0"
  Uuid directory_id;
  std::vector<Voter::Listener> endpoints;  // of this node
  std::int64_t segment_bytes = 1073741824;
  std::int64_t segment_ms = 604800000;
  std::int64_t retention_bytes = 104857600;  // metadata.max.retention.bytes
  std::int64_t retention_ms = 604800000;     // metadata.max.retention.ms
};

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
  // Errors: closed (not the leader of `epoch`), too_large.
  Result<Offset> append(LeaderEpoch epoch, std::span<const Bytes> records);
  // Throws away leadership (a new epoch begins); what was not committed is committed or not by the
  // log's fate.
  void resign(LeaderEpoch epoch);

  Offset log_end_offset() const;
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

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::replication
