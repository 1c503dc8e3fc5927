#include "app/cli/log_files/verify_segment.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "app/cli/log_files/batch_text.h"
#include "app/cli/log_files/verify_batch.h"
#include "app/cli/log_files/verify_index.h"
#include "base/check.h"
#include "log/format/batch_scanner.h"
#include "log/format/file_names.h"
#include "wire/record/control_record.h"
#include "wire/record/record.h"

namespace weir::app {
namespace {

constexpr std::uint64_t segment_size_max = INT32_MAX;

std::string transaction_index_beside(const std::string& log) {
  const std::string name = split_path(log).name;
  const auto parsed = log::parse_segment_file_name(name);
  CHECK(parsed.has_value(), log);
  return log.substr(0, log.size() - name.size()) +
         log::segment_file_name(parsed->base_offset, log::transaction_index_suffix, parsed->state);
}

bool is_abort(const wire::BatchView& batch) {
  if (!batch.crc_is_good() || batch.codec() != wire::Codec::none) return false;
  wire::RecordIterator records(batch, batch.records());
  wire::Record record;
  const auto is_there = records.next(record);
  if (!is_there || !*is_there) return false;
  const auto type = wire::parse_control_key(record.key);
  return type && *type == wire::ControlType::abort;
}

class SegmentPass {
 public:
  SegmentPass(env::Disk& disk, const SegmentFiles& files, const log::LeaderEpochs* epochs,
              const SegmentSummary& previous, Findings& findings)
      : files_(files),
        epochs_(epochs),
        findings_(findings),
        batches_(files.log, files.records, findings),
        offsets_(disk, files.offset_index, files.base_offset, findings),
        times_(disk, files.time_index, files.base_offset, findings),
        transactions_(disk, files.transaction_index, transaction_index_beside(files.log),
                      files.base_offset, findings) {
    summary_.end_offset = files.base_offset;
    summary_.last_epoch = previous.last_epoch;
  }

  SegmentSummary run(env::Disk& disk) {
    const std::size_t before = findings_.seen();
    if (const auto walked = walk(disk); !walked) {
      summary_.is_whole = false;
      if (walked.error().code == Errc::corrupt) {
        problem(walked.error().at, summary_.end_offset, walked.error().what);
      } else {
        findings_.problem(files_.log, walked.error());
      }
    }
    if (findings_.seen() != before) return summary_;
    for (IndexCheck* index :
         std::initializer_list<IndexCheck*>{&offsets_, &times_, &transactions_}) {
      index->end();
      index->report_differences();
    }
    return summary_;
  }

 private:
  void problem(std::uint64_t position, Offset offset, std::string_view what) {
    findings_.problem(files_.log, {position, offset}, what);
  }

  Result<> walk(env::Disk& disk) {
    TRY_ASSIGN(const auto file, disk.open(files_.log, env::OpenMode::read));
    TRY_ASSIGN(const auto size, file->size());
    if (size > segment_size_max) {
      findings_.problem(files_.log, {segment_size_max, {}}, "a segment ends before 2 GiB");
    }
    log::BatchScanner scanner(*file, 0, size, log::BatchScanner::large_window);
    for (;;) {
      const auto scanned = scanner.next();
      if (!scanned) {
        TRY_ASSIGN(const bool is_empty, only_zeroes(*file, scanner.position(), size));
        if (is_empty && files_.is_newest) return {};  // preallocated
        return std::unexpected(scanned.error());
      }
      if (!*scanned) return {};
      const log::ScannedBatch at = **scanned;
      TRY_ASSIGN(const auto batch, scanner.whole(at));
      pass(batch, at.position);
    }
  }

  void pass(const wire::BatchView& batch, std::uint64_t position) {
    check_offsets(batch, position);
    check_epoch(batch, position);
    batches_.check(batch, position);
    const PassingBatch passing{position,
                               batch.base_offset(),
                               batch.last_offset(),
                               batch.max_timestamp(),
                               batch.producer_id(),
                               batch.is_transactional(),
                               batch.is_control(),
                               batch.is_control() && is_abort(batch)};
    offsets_.pass(passing);
    times_.pass(passing);
    transactions_.pass(passing);
  }

  void check_offsets(const wire::BatchView& batch, std::uint64_t position) {
    if (batch.base_offset() < summary_.end_offset) {
      summary_.is_whole = false;
      problem(position, batch.base_offset(),
              fmt::format("offset {} was to follow", summary_.end_offset));
    }
    if (batch.last_offset() - files_.base_offset > INT32_MAX) {
      summary_.is_whole = false;
      problem(position, batch.base_offset(), "it is too far from the segment's base offset");
      return;
    }
    const bool is_over = batch.last_offset() >= upper_bound();
    if (is_over && !std::exchange(is_overlap_known_, true)) {
      problem(position, batch.base_offset(),
              fmt::format("the batch ends at offset {}, the next segment begins at {}",
                          batch.last_offset(), files_.next_base_offset));
    }
    if (batch.base_offset() > summary_.end_offset) summary_.has_gaps = true;
    // A damaged offset is this segment's problem and not the next one's.
    summary_.end_offset = std::clamp(batch.next_offset(), summary_.end_offset, upper_bound());
  }

  Offset upper_bound() const {
    return files_.next_base_offset == no_offset ? INT64_MAX : files_.next_base_offset;
  }

  void check_epoch(const wire::BatchView& batch, std::uint64_t position) {
    const LeaderEpoch epoch = batch.leader_epoch();
    const LeaderEpoch before = std::exchange(summary_.last_epoch, epoch);
    if (epoch < before) {
      problem(position, batch.base_offset(),
              fmt::format("leader epoch {} after {}", epoch, before));
      return;
    }
    if (!epochs_ || epoch < 0 || epochs_->entries().empty()) return;
    if (batch.base_offset() < epochs_->entries().front().start_offset) return;
    const LeaderEpoch known = epochs_->at(batch.base_offset());
    if (known == epoch) return;
    summary_.last_epoch = before;
    problem(position, batch.base_offset(),
            fmt::format("leader epoch {}, {} by the leader-epoch-checkpoint", epoch, known));
  }

  const SegmentFiles& files_;
  const log::LeaderEpochs* epochs_;
  Findings& findings_;
  SegmentSummary summary_;
  bool is_overlap_known_ = false;  // one line is enough
  BatchCheck batches_;
  OffsetIndexCheck offsets_;
  TimeIndexCheck times_;
  TransactionIndexCheck transactions_;
};

}  // namespace

SegmentSummary verify_segment(env::Disk& disk, const SegmentFiles& files,
                              const log::LeaderEpochs* epochs, const SegmentSummary& previous,
                              Findings& findings) {
  for (const auto* path :
       {&files.log, &files.offset_index, &files.time_index, &files.transaction_index}) {
    if (!path->empty()) findings.verified(*path);
  }
  return SegmentPass(disk, files, epochs, previous, findings).run(disk);
}

}  // namespace weir::app
