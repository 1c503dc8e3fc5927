#pragma once
// Compares one index with the batches of its segment, which pass by in their order. That entries
// ascend is asked of neighbours; then each is compared with its batch, so that one damaged entry is
// one problem. Of a log that is damaged itself nobody can say what its index should have, so what
// differs is kept until the log has passed by.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/log_files/index_entries.h"
#include "app/cli/log_files/problem.h"
#include "base/env/disk.h"
#include "wire/record/control_record.h"

namespace weir::app {

// A batch as it passes by.
struct PassingBatch {
  std::uint64_t position = 0;
  Offset base_offset = no_offset;
  Offset last_offset = no_offset;
  TimestampMs max_timestamp = no_timestamp;
  ProducerId producer_id = no_producer_id;
  bool is_transactional = false;
  bool is_control = false;
  bool is_abort = false;  // the marker of an aborted transaction
};

class IndexCheck {
 public:
  // An empty path: there is no index, and nothing to find.
  IndexCheck(env::Disk& disk, FileKind kind, std::string path, Offset base_offset,
             Findings& findings);
  virtual ~IndexCheck() = default;
  virtual void pass(const PassingBatch& batch) = 0;
  virtual void end() = 0;  // of the log
  void report_differences();

 protected:
  void problem(std::size_t slot, Offset offset, std::string_view what);
  void differs(std::size_t slot, Offset offset, std::string_view what);
  void lacks(const std::string& path, Offset offset, std::string_view what);
  const IndexEntries& entries() const { return *entries_; }
  // Entries wait for their batch by this, ascending.
  void sort_by(const std::function<std::int64_t(std::size_t slot)>& key);
  bool is_at_end() const { return next_ >= order_.size(); }
  std::size_t slot() const { return order_[next_]; }  // of the entry that is waited for
  void advance() { ++next_; }
  Offset base_offset_;

 private:
  std::string path_;
  std::string bytes_;
  std::optional<IndexEntries> entries_;
  std::vector<std::size_t> order_;
  std::size_t next_ = 0;
  std::vector<Problem> differences_;
  Findings& findings_;
};

class OffsetIndexCheck final : public IndexCheck {
 public:
  OffsetIndexCheck(env::Disk& disk, std::string path, Offset base_offset, Findings& findings);
  void pass(const PassingBatch& batch) override;
  void end() override;

 private:
  void take_entry(std::optional<std::uint64_t> batch_position);
  log::OffsetPosition entry(std::size_t slot) const;
  void give_up_awaited();
  std::optional<std::pair<std::size_t, Offset>> awaited_;  // an entry, and where its batch ends
};

class TimeIndexCheck final : public IndexCheck {
 public:
  TimeIndexCheck(env::Disk& disk, std::string path, Offset base_offset, Findings& findings);
  void pass(const PassingBatch& batch) override;
  void end() override;

 private:
  log::TimestampOffset entry(std::size_t slot) const;
  void check(const PassingBatch& batch, log::TimestampOffset here);
  TimestampMs largest_ = no_timestamp;
};

class TransactionIndexCheck final : public IndexCheck {
 public:
  // `path_to_be`: where it should be, which is the path when that is not empty. It exists only
  // where a transaction was aborted.
  TransactionIndexCheck(env::Disk& disk, std::string path, std::string path_to_be,
                        Offset base_offset, Findings& findings);
  void pass(const PassingBatch& batch) override;
  void end() override;

 private:
  void check_alone(std::size_t slot, const log::AbortedTransactionEntry& before);
  void check_marker(const PassingBatch& batch, const log::AbortedTransactionEntry& here);
  void check_begin(const log::AbortedTransactionEntry& here);
  void check_is_listed(const PassingBatch& batch);
  void learn(const PassingBatch& batch);
  std::string path_to_be_;
  // Transactions that began in this segment and go on: by producer, the first offset.
  std::map<ProducerId, Offset> open_;
  Offset next_offset_;
  bool has_gaps_ = false;  // compaction has been here, and batches of transactions may be gone
};

}  // namespace weir::app
