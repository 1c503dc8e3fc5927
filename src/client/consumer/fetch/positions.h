#pragma once
// Positions: where a consumer stands in each of its partitions. A kernel.
//
//   stage       what it waits for                                   next
//   unset       what the group has committed: committed()           validating, ready or resetting
//   resetting   the offset of a time: reset_found()                 ready
//   validating  whether the leader's log still has what was read:   ready, or truncated
//               validated() (KIP-320, OffsetForLeaderEpoch)
//   ready       nothing: it can be fetched
//   failed      the application: seek()
//
// Three offsets of a partition, each at most the next: `done`, up to which the application is
// through with the records (what a commit covers); `position`, of the next record that it gets;
// `fetch`, of the next one that is asked for, ahead by what is prefetched.
//
// Every answer names the `version` that its question was put at, so that one that a seek, a reset
// or a rebalance has overtaken changes nothing.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/env/clock.h"
#include "client/cluster/cluster_view.h"
#include "client/failure.h"
#include "client/topic_partition.h"

namespace weir::client {

inline constexpr std::int64_t time_of_latest = -1;  // as in ListOffsets
inline constexpr std::int64_t time_of_earliest = -2;

enum class OffsetReset : std::uint8_t { latest, earliest, by_duration, none };

struct ResetPolicy {
  OffsetReset to = OffsetReset::latest;  // auto.offset.reset
  std::chrono::milliseconds back{};      // by_duration: so long ago (KIP-1106)
};

// An offset, and the epoch of the leader that wrote the record before it.
struct Position {
  Offset offset = no_offset;
  LeaderEpoch epoch = no_epoch;
  bool operator==(const Position&) const = default;
};

struct PartitionState {
  enum class Stage : std::uint8_t { unset, resetting, validating, ready, failed };
  Stage stage = Stage::unset;
  std::uint64_t version = 0;
  Position done, position, fetch;
  Position committed;           // the group's, as far as this member knows
  std::int64_t reset_time = 0;  // resetting: to which time
  bool is_paused = false;
  bool is_asked = false;  // a question is on its way
  env::Instant retry_at = env::Instant::min();
  std::optional<Failure> trouble;  // why the last question comes again; nothing after an answer
  std::uint32_t failures = 0;      // of questions, in a row
  std::optional<TimestampMs> last_record;  // of those that were handed out since it stands here
  BrokerId leader = no_broker;
  LeaderEpoch leader_epoch = no_epoch;
  BrokerId near_replica = no_broker;  // to fetch from instead (KIP-392)
  env::Instant near_until = env::Instant::min();
  Offset high_watermark = no_offset;
  Offset last_stable = no_offset;
  Offset log_start = no_offset;
  std::size_t prefetched_bytes = 0;
};

class Positions {
 public:
  using Stage = PartitionState::Stage;
  using All = std::map<TopicPartition, PartitionState>;

  explicit Positions(ResetPolicy policy) : policy_(policy) {}

  // With a group it begins where the group has committed, else as the policy says.
  void add(const TopicPartition& partition, bool has_group, TimestampMs wall_ms);
  void remove(const TopicPartition& partition);
  void clear() { all_.clear(); }

  // False: not assigned.
  bool seek(const TopicPartition& partition, Position to);
  bool seek_to_time(const TopicPartition& partition, std::int64_t time);
  bool pause(const TopicPartition& partition, bool paused);

  // The group's committed offset; -1: none.
  void committed(const TopicPartition& partition, std::uint64_t version, Position offset,
                 TimestampMs wall_ms);
  // -1: there is no record of that time or later; then it is the end.
  void reset_found(const TopicPartition& partition, std::uint64_t version, Position found);
  // Where the leader's log ends with the epoch that was asked for; -1: it does not know the epoch.
  // Also what a Fetch answers with a diverging epoch.
  void validated(const TopicPartition& partition, std::uint64_t version, Position end,
                 TimestampMs wall_ms);
  // The question failed; it is asked again from `at`.
  void retry(const TopicPartition& partition, std::uint64_t version, env::Instant at, Failure why);
  // OFFSET_OUT_OF_RANGE: as the policy says.
  void out_of_range(const TopicPartition& partition, std::uint64_t version, TimestampMs wall_ms);
  void fail(const TopicPartition& partition, std::uint64_t version, Failure failure);

  // Leaders as metadata tell them. Whoever has another leader is validated first.
  void leaders(const ClusterView& view);

  // Records up to `next` were prefetched, and were handed out.
  void fetched(const TopicPartition& partition, std::uint64_t version, Position next);
  void handed_out(const TopicPartition& partition, Position next);
  // The application is through with all it was given, or with all before `next` of one partition.
  void finished_all();
  bool finished(const TopicPartition& partition, Offset next);

  // What to commit: done, and not committed yet.
  std::map<TopicPartition, Position> to_commit() const;
  void commit_answered(const TopicPartition& partition, Position committed);

  const All& all() const { return all_; }
  const PartitionState* find(const TopicPartition& partition) const;
  PartitionState* find(const TopicPartition& partition);
  // Of that version; null: it has moved on.
  PartitionState* find(const TopicPartition& partition, std::uint64_t version);
  // What the application has to be told, once; not of a partition where it has sought meanwhile.
  std::optional<Failure> take_failure();
  bool has_failure() const { return !failures_.empty(); }

 private:
  void forget_failures(const TopicPartition& of);
  void set(PartitionState& state, Stage stage);
  void stand_at(PartitionState& state, Position at);
  // False: the policy is none.
  bool reset(PartitionState& state, TimestampMs wall_ms);

  const ResetPolicy policy_;
  All all_;
  std::uint64_t last_version_ = 0;
  std::vector<std::pair<TopicPartition, Failure>> failures_;
};

}  // namespace weir::client
