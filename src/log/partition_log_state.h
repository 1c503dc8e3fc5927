#pragma once
// What a PartitionLog is made of, for the files that implement it: append.cc, flush.cc, read.cc,
// timestamp_lookup.cc, truncation.cc, retention.cc, recovery/ and compaction/. Private to the
// module.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "log/leader_epochs.h"
#include "log/partition_log.h"
#include "log/producer_state.h"
#include "log/segment.h"
#include "log/tail_map.h"

namespace weir::log {

struct PartitionLog::State {
  struct Staged {
    Bytes bytes;
    AppendedBatch batch;
    LeaderEpoch leader_epoch = no_epoch;
    std::size_t producer_mark = 0;  // of `producers` before this batch
    std::optional<CompletedTransaction> completed;
  };

  State(env::Disk& disk_in, env::LogSink& sink_in, OpenOptions&& options);

  Segment& active() { return *segments.back(); }
  // The segment that holds `offset`, or the first one. Its place in `segments`.
  std::size_t segment_of(Offset offset) const;
  void warn(const std::string& message) const;
  void go_offline(const Error& error);
  void write_epochs_with(FlushPlan& plan);
  std::int64_t roll_jitter_ms(const Segment& segment) const;

  // append.cc
  bool wants_roll(Segment& segment, const Staged& next, TimestampMs now);
  Result<> roll(Offset base_offset, std::size_t producer_mark, TimestampMs now);
  Result<> write_groups(TimestampMs now);
  Result<> write_group(std::span<const Staged> group);
  Result<> take_back_write(std::size_t segment_count, std::uint64_t active_size);
  void drop_staged();
  Result<> finish_write(TimestampMs now);

  // truncation.cc
  Result<> cut_segments(Offset offset);
  Result<> sync_active();
  Result<> remove_segment_files(Offset base_offset);

  // recovery/epoch_rebuild.cc
  Result<> rebuild_epochs();

  // snapshots.cc
  Result<std::shared_ptr<env::File>> write_snapshot(Offset offset,
                                                    const ProducerState::Entries& entries);
  // Rebuilds the producers' state up to log_end from the newest good snapshot at or below
  // `believed`, and the transaction indexes' missing entries on the way.
  Result<> reload_producers(Offset believed, TimestampMs now);
  Result<> replay_segment(Segment& segment, Offset from, Offset end);
  void remove_snapshots_above(Offset limit);
  void remove_snapshot(Offset offset);

  env::Disk& disk;
  env::LogSink& sink;
  SegmentHome home;
  PartitionName name;
  LogConfig config;
  std::optional<Uuid> topic_id;
  OpenReport report;
  std::uint64_t jitter;

  std::vector<std::unique_ptr<Segment>>
      segments;                   // ascending, at least one; appends go to the last
  std::vector<Offset> snapshots;  // of producers, ascending
  ProducerState producers;
  LeaderEpochs epochs;
  TailMap tail;
  std::vector<Staged> staged;

  Offset log_start = 0;
  Offset log_end = 0;
  Offset staged_end = 0;  // log_end and what is staged
  Offset durable_end = 0;
  Offset high_watermark = 0;
  TimestampMs latest_now = 0;  // the last one that was given; expiry at a reload needs no better
  bool offline = false;

  // What the next flush owes besides the data.
  std::vector<std::shared_ptr<env::File>> sealed_files;  // all files of sealed segments
  std::uint64_t sealed_synced = 0;                       // how many were synced and forgotten
  std::uint64_t truncations = 0;
  std::uint64_t directory_changes = 0;
  std::uint64_t directory_synced = 0;
  std::uint64_t epochs_written = 0;  // epochs.changes() that is in the checkpoint
  bool epochs_in_flight = false;
  bool epochs_put_off = false;  // by a full disk
  Offset recovery_point = 0;
};

std::string snapshot_path(const SegmentHome& home, Offset offset);

}  // namespace weir::log
