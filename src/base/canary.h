#pragma once
// Canaries: real bugs, kept so that they can be put back. The simulator must find each of them
// (src/sim/node/canaries.h); one that it does not find shows a hole in its workloads or checks.
//
//   if (sings(Canary::duplicates_forgotten)) return std::nullopt;
//
// In every build but the preset `canary`, sings() is the constant false at compile time, and what
// it guards is never reached. There one canary at a time sings, chosen before a run.

#include <cstdint>

namespace weir {

enum class Canary : std::uint8_t {
  none,
  acknowledged_before_flush,  // acks=all is answered when the record is written, not synced
  sealed_segment_not_synced,  // a flush forgets the segment that was rolled away
  segment_name_not_synced,    // a flush forgets the directory that got a new segment
  recovery_point_ahead,       // the checkpoint names the log's end, not its durable end
  cut_below_durable,          // recovery cuts the last good batch off with the torn one
  high_watermark_too_high,    // after a start what was never synced can be read
  sync_failure_forgotten,     // docs/decisions/0009: pages are believed after a failed sync
  clean_stop_forever,         // the marker of a clean stop outlives the next start
  old_leader_epochs,          // the checkpoint of leader epochs is written once, and believed
  index_believed,             // recovery keeps an index as it is, and reads do not doubt it
  producers_not_replayed,     // a start knows producers from the snapshot only
  duplicates_forgotten,       // of a producer's last five batches only the last is known
  duplicate_answered_early,   // a repeated batch is acknowledged though its original is not synced
  refused_batch_remembered,   // a batch that found the disk full counts as written
  batch_overtakes,          // of a new producer, the batch behind one that was not written is taken
  commit_answered_early,    // an offset commit is confirmed when it is written
  offsets_reset_at_reload,  // a group's metadata record empties its offsets when it is loaded
  compaction_loses_key,     // the newest record of a key is dropped at the end of a batch
  retention_follows_clock,  // a jump of the wall clock ages everything
  topic_answered_early,     // a topic is promised before the metadata log is synced
  checked_past_damage,      // a look that meets damage takes all it was to look at for whole
  compacted_copy_not_synced,  // a compacted copy takes the place of what it copies, not synced
  reads_past_bound,           // a fetch goes on to the end of the segment, behind what is durable
  retention_one_too_many,     // by size, the segment that reaches over the limit goes, too
  refused_commit_erases,      // a commit that was not written takes the one before it along
  producer_ids_given_again,   // a snapshot of the metadata forgets which producer ids are taken
  session_forgets_topic,      // a fetch session that is to forget a partition forgets its topic
  old_generation_commits,     // a member of a generation that is over may commit
  deleted_records_return,     // DeleteRecords is confirmed before where the log starts is synced
  tombstones_gone_at_once,    // the cleaner does not wait for delete.retention.ms
  configs_outlive_topic,      // a topic that is deleted leaves its configs to the next of its name
  checkpoints_outlive_topic,  // ... and where its log started
  folder_let_go_early,        // a topic's name is free before its old folder is renamed
  compaction_mends_checksum,  // the cleaner copies a damaged batch under a new, good checksum
  snapshot_outlives_cut,      // a snapshot of producers above what recovery left is believed
};

#ifdef WEIR_CANARIES
bool sings(Canary canary);
void let_sing(Canary canary);
#else
consteval bool sings(Canary) { return false; }
#endif

}  // namespace weir
