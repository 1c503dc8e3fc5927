#pragma once
// One round of compaction of one log, as Kafka's LogCleaner does it. Planned on the shard
// (plan_compaction), carried out on the helper thread, taken over on the shard (compaction_done).
//
// The dirty range is read into an OffsetMap as far as its memory reaches; then every segment below
// the end of that is copied without the records that a later one of their key replaces. Tombstones
// and markers of emptied transactions get a delete horizon first and go in a round after it
// (KIP-534). A batch that is the last of an active producer, or of the round, stays as an empty
// header.
//
// Crash safety: copies are written as x.cleaned and synced, then renamed to x.swap. A crash before
// that drops them; after it start-up completes the exchange (recovery/leftovers.h). Taking over
// renames the replaced files to x.deleted and x.swap to x.

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "log/compaction/cleaned_transactions.h"
#include "log/compaction/offset_map.h"
#include "log/partition_log.h"
#include "log/segment.h"
#include "wire/compression/compression.h"

namespace weir::log {

class PartitionLog::Compaction {
 public:
  // Blocking. Goes on until about `bytes` (more than 0) were read and written: false; or to the
  // end: true. Who throttles waits between two calls. Errors: io, no_space, corrupt (a damaged
  // batch stops compaction of this log: it is never copied). The log is as it was then.
  Result<bool> carry_out(std::uint64_t bytes = UINT64_MAX);
  std::uint64_t bytes_done() const { return bytes_done_; }  // read and written so far
  // Blocking. Instead of going on: the copies go, the log is as it was.
  void abandon() { drop_copies(); }

  // Everything below it is clean once compaction_done() has returned: for the
  // cleaner-offset-checkpoint.
  Offset cleaned_up_to() const { return end_; }
  std::uint64_t bytes_before() const { return bytes_before_; }
  std::uint64_t bytes_after() const { return bytes_after_; }

 private:
  friend class PartitionLog;
  struct Source {
    Offset base_offset;
    Offset next_base_offset;
    std::uint64_t size;
    std::uint64_t index_bytes;
    std::uint64_t time_index_bytes;
  };
  struct LastOfProducer {
    Offset last_offset = no_offset;
    ProducerEpoch epoch = no_producer_epoch;
  };
  struct Group {
    std::vector<Source> sources;
    TimestampOffset max;
    bool has_transaction_index = false;
  };

  // A walk through the batches of one source, kept over a pause.
  struct Walk {
    std::shared_ptr<env::File> file;
    BatchScanner scanner;
    Offset expected;
  };
  enum class Step : std::uint8_t { segment_done, all_done, pause };

  Compaction(SegmentHome home, const CompactionOptions& options, const LogConfig& config);
  Result<> take_sources(State& state);
  Result<bool> go_on();
  Result<> begin_walk(const Source& source);
  void spend(std::uint64_t bytes) {
    bytes_done_ += bytes;
    bytes_left_ -= std::min(bytes, bytes_left_);
  }
  Result<bool> build_map();
  Result<Step> map_segment(const Source& source);
  Result<bool> map_batch(const wire::BatchView& batch);
  void make_groups();
  Result<bool> clean_group(Group& group);
  Result<bool> clean_segment(const Source& source);
  Result<> clean_batch(const wire::BatchView& batch, const std::optional<ControlMarker>& marker);
  Result<> finish_group(Group& group);
  TimestampMs delete_horizon_of(const wire::BatchView& batch) const;
  bool keeps_when_empty(const wire::BatchView& batch) const;
  Result<> write_out(Segment& cleaned);
  Result<> name_as_swap();
  void drop_copies();

  SegmentHome home_;
  CompactionOptions options_;
  LogConfig config_;
  Offset first_dirty_ = 0;
  Offset first_uncleanable_ = 0;
  Offset end_ = 0;  // of what the map covers
  std::vector<Source> sources_;
  std::vector<AbortedTransactionEntry> aborted_;
  std::map<ProducerId, LastOfProducer> producers_;
  std::uint64_t seed_ = 0;

  // Where it is.
  std::uint64_t bytes_left_ = 0;  // until the next pause
  std::uint64_t bytes_done_ = 0;
  bool is_mapped_ = false;
  std::size_t source_ = 0;  // while mapping: of all; then: of the group
  std::size_t group_ = 0;
  std::optional<Walk> walk_;
  std::optional<CleanedTransactions> transactions_;
  std::unique_ptr<Segment> cleaned_;

  std::unique_ptr<OffsetMap> map_;
  wire::CompressionContext compression_;
  std::vector<Group> groups_;
  std::vector<std::byte> storage_;
  std::vector<std::byte> out_;  // batches that are not written yet
  std::vector<AppendedBatch> out_batches_;
  std::uint64_t bytes_before_ = 0;
  std::uint64_t bytes_after_ = 0;
  bool is_swap_ = false;
};

}  // namespace weir::log
