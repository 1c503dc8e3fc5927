#pragma once
// The files of the metadata log's directory beside its segments, and how they are found at start.
// All blocking: for offload. See quorum.h.

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/env/disk.h"
#include "base/env/log_sink.h"
#include "log/partition_log.h"
#include "replication/quorum/checkpoint.h"
#include "replication/quorum/election_state.h"
#include "replication/quorum/quorum.h"

namespace weir::replication {

struct SnapshotInfo {
  std::uint64_t size_bytes = 0;
  TimestampMs last_contained_log_timestamp = 0;
};

struct QuorumFiles {
  std::map<SnapshotId, SnapshotInfo> snapshots;
  std::optional<SnapshotId> latest;  // at start
  std::vector<std::byte> latest_bytes;
  TimestampMs last_contained_log_timestamp = 0;
  Membership snapshot_membership;  // what the latest one says
  std::vector<std::vector<std::byte>> bootstrap_records;

  std::optional<SnapshotId> last_snapshot() const {
    if (snapshots.empty()) return std::nullopt;
    return snapshots.rbegin()->first;
  }
};

struct LoadedQuorum {
  QuorumFiles files;
  std::unique_ptr<log::PartitionLog> log;
  ElectionState election;
};
// Opens the log, removes what a crash left half written, reads quorum-state and the latest
// snapshot. Errors: invalid (the directory is not formatted), and those of its parts, naming the
// file.
Result<LoadedQuorum> load_quorum_files(env::Disk& disk, env::LogSink& sink,
                                       const QuorumSettings& settings, TimestampMs now);

// With kraft.version 0 voters are configured, not recorded: the membership becomes this node alone.
// Error: unsupported, when the election state knows of others.
Result<> complete_membership(const QuorumSettings& settings, const ElectionState& election,
                             Membership& membership);

// Writes under a partial name, syncs, renames, syncs the directory. Gives the file's size.
Result<std::uint64_t> write_snapshot_file(env::Disk& disk, const std::string& directory,
                                          const SnapshotContent& content, TimestampMs now,
                                          std::uint64_t unique);

// Snapshots beyond metadata.max.retention.bytes or .ms, oldest first; the latest is never among
// them.
std::vector<SnapshotId> expired_snapshots(const QuorumFiles& files, std::uint64_t log_bytes,
                                          const QuorumSettings& settings, TimestampMs now);

}  // namespace weir::replication
