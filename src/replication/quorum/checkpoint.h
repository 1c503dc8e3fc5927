#pragma once
// Snapshots of the metadata log: files "<end offset, 20 digits>-<epoch, 10 digits>.checkpoint"
// beside the segments (Snapshots.java, KIP-630). A snapshot is a row of uncompressed v2 batches
// with base offsets from 0 and the snapshot's epoch: a control batch with SnapshotHeader (and
// KRaftVersion and KRaftVoters when kraft.version is 1), batches of records of at most 8 MiB, a
// control batch with SnapshotFooter. While it is written it has another name
// ("....checkpoint.part"), so that a file with the final name is whole.
//
// 0-0 is special: it is what `format` leaves, and its records are for the first controller to
// append, not a state.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "replication/quorum/control_record.h"

namespace weir::replication {

struct SnapshotId {
  Offset end_offset = 0;  // exclusive
  LeaderEpoch epoch = 0;
  auto operator<=>(const SnapshotId&) const = default;
};
inline constexpr SnapshotId bootstrap_snapshot_id{0, 0};
inline constexpr std::size_t snapshot_batch_bytes_max = 8 * 1024 * 1024;

struct SnapshotFileName {
  SnapshotId id;
  bool is_partial = false;  // ".part": a write that did not end
  bool is_deleted = false;  // ".deleted"
};
std::string snapshot_file_name(const SnapshotId& id);
std::optional<SnapshotFileName> parse_snapshot_file_name(std::string_view name);

struct SnapshotContent {
  SnapshotId id;
  TimestampMs last_contained_log_timestamp = 0;
  std::int16_t kraft_version = 0;
  std::vector<Voter> voters;  // not with kraft.version 0
  std::span<const std::vector<std::byte>> records;
};
std::vector<std::byte> encode_snapshot(const SnapshotContent& content, TimestampMs now);

// Reads a whole snapshot: control records are taken in, each batch of records is handed to
// `on_batch` as values (valid during the call). Errors: corrupt (a bad batch or CRC, no header or
// footer), unsupported, and those of on_batch.
struct SnapshotSummary {
  TimestampMs last_contained_log_timestamp = 0;
  Membership membership;
};
using OnSnapshotBatch = std::function<Result<>(TimestampMs, std::span<const Bytes>)>;
Result<SnapshotSummary> read_snapshot(Bytes file, const OnSnapshotBatch& on_batch);

}  // namespace weir::replication
