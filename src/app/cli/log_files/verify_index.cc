#include "app/cli/log_files/verify_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace weir::app {
namespace {

constexpr std::size_t index_size_max = std::size_t{1} << 30;

}  // namespace

IndexCheck::IndexCheck(env::Disk& disk, FileKind kind, std::string path, Offset base_offset,
                       Findings& findings)
    : base_offset_(base_offset), path_(std::move(path)), findings_(findings) {
  if (!path_.empty()) {
    auto bytes = env::read_file(disk, path_, index_size_max);
    if (bytes) {
      bytes_ = *std::move(bytes);
    } else {
      findings_.problem(path_, bytes.error());
    }
  }
  entries_.emplace(kind, as_bytes(bytes_));
  if (entries_->ragged_bytes() > 0) {
    findings_.problem(path_, {bytes_.size() - entries_->ragged_bytes(), std::nullopt},
                      fmt::format("{} bytes at the end are no entry", entries_->ragged_bytes()));
  }
}

void IndexCheck::problem(std::size_t slot, Offset offset, std::string_view what) {
  findings_.problem(path_, {entries_->position(slot), offset}, what);
}

// More than are told need not be kept.
void IndexCheck::differs(std::size_t slot, Offset offset, std::string_view what) {
  if (differences_.size() > Findings::problems_max) return;
  differences_.push_back({path_, {entries_->position(slot), offset}, std::string(what)});
}

void IndexCheck::lacks(const std::string& path, Offset offset, std::string_view what) {
  if (differences_.size() > Findings::problems_max) return;
  differences_.push_back({path, {std::nullopt, offset}, std::string(what)});
}

void IndexCheck::report_differences() {
  for (const Problem& each : differences_) findings_.problem(each.path, each.place, each.what);
}

void IndexCheck::sort_by(const std::function<std::int64_t(std::size_t slot)>& key) {
  order_.resize(entries_->count());
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::ranges::sort(order_, {}, [&](std::size_t slot) { return std::pair(key(slot), slot); });
}

// --- .index ---

OffsetIndexCheck::OffsetIndexCheck(env::Disk& disk, std::string path, Offset base_offset,
                                   Findings& findings)
    : IndexCheck(disk, FileKind::offset_index, std::move(path), base_offset, findings) {
  for (std::size_t slot = 1; slot < entries().count(); ++slot) {
    const auto before = entry(slot - 1), here = entry(slot);
    if (here.offset > before.offset && here.position > before.position) continue;
    problem(slot, here.offset,
            fmt::format("position {} does not ascend from offset {} at position {}", here.position,
                        before.offset, before.position));
  }
  sort_by([this](std::size_t slot) { return entry(slot).position; });
}

log::OffsetPosition OffsetIndexCheck::entry(std::size_t slot) const {
  return read_offset_entry(entries().at(slot), base_offset_);
}

// The entry that is next: it points to the batch that starts at `batch_position`, or to none.
void OffsetIndexCheck::take_entry(std::optional<std::uint64_t> batch_position) {
  give_up_awaited();
  const auto taken = entry(slot());
  if (batch_position) {
    awaited_ = {slot(), taken.offset};
  } else {
    differs(slot(), taken.offset, fmt::format("no batch begins at position {}", taken.position));
  }
  advance();
}

void OffsetIndexCheck::give_up_awaited() {
  if (!awaited_) return;
  differs(awaited_->first, awaited_->second,
          fmt::format("no batch from position {} on ends there", entry(awaited_->first).position));
  awaited_.reset();
}

void OffsetIndexCheck::pass(const PassingBatch& batch) {
  while (!is_at_end() && entry(slot()).position <= batch.position) {
    const bool is_here = entry(slot()).position == batch.position;
    take_entry(is_here ? std::optional(batch.position) : std::nullopt);
  }
  if (!awaited_ || awaited_->second > batch.last_offset) return;
  if (awaited_->second < batch.last_offset) {
    differs(awaited_->first, awaited_->second,
            fmt::format("the batch there ends at offset {}", batch.last_offset));
  }
  awaited_.reset();
}

void OffsetIndexCheck::end() {
  while (!is_at_end()) take_entry(std::nullopt);
  give_up_awaited();
}

// --- .timeindex ---

TimeIndexCheck::TimeIndexCheck(env::Disk& disk, std::string path, Offset base_offset,
                               Findings& findings)
    : IndexCheck(disk, FileKind::time_index, std::move(path), base_offset, findings) {
  for (std::size_t slot = 1; slot < entries().count(); ++slot) {
    const auto before = entry(slot - 1), here = entry(slot);
    if (here.timestamp > before.timestamp && here.offset >= before.offset) continue;
    problem(slot, here.offset,
            fmt::format("timestamp {} does not ascend from timestamp {} at offset {}",
                        here.timestamp, before.timestamp, before.offset));
  }
  sort_by([this](std::size_t slot) { return entry(slot).offset; });
}

log::TimestampOffset TimeIndexCheck::entry(std::size_t slot) const {
  return read_time_entry(entries().at(slot), base_offset_);
}

void TimeIndexCheck::pass(const PassingBatch& batch) {
  largest_ = std::max(largest_, batch.max_timestamp);
  for (; !is_at_end() && entry(slot()).offset <= batch.last_offset; advance()) {
    check(batch, entry(slot()));
  }
}

void TimeIndexCheck::check(const PassingBatch& batch, log::TimestampOffset here) {
  if (here.timestamp != largest_) {
    differs(slot(), here.offset,
            fmt::format("timestamp {}: the largest up to there is {}", here.timestamp, largest_));
  } else if (here.offset >= batch.base_offset && here.timestamp != batch.max_timestamp) {
    differs(slot(), here.offset,
            fmt::format("timestamp {}: the largest of the batch there is {}", here.timestamp,
                        batch.max_timestamp));
  }
}

void TimeIndexCheck::end() {
  for (; !is_at_end(); advance()) {
    const auto here = entry(slot());
    // What an index has of a segment without a batch: nothing before the base offset.
    if (largest_ == no_timestamp && here.offset == base_offset_) continue;
    differs(slot(), here.offset,
            fmt::format("timestamp {}: the log ends before it", here.timestamp));
  }
}

// --- .txnindex ---

TransactionIndexCheck::TransactionIndexCheck(env::Disk& disk, std::string path,
                                             std::string path_to_be, Offset base_offset,
                                             Findings& findings)
    : IndexCheck(disk, FileKind::transaction_index, std::move(path), base_offset, findings),
      path_to_be_(std::move(path_to_be)),
      next_offset_(base_offset) {
  log::AbortedTransactionEntry before{.last_offset = base_offset - 1, .last_stable_offset = 0};
  for (std::size_t slot = 0; slot < entries().count(); ++slot) {
    check_alone(slot, before);
    before = read_transaction_entry(entries().at(slot));
  }
  sort_by(
      [this](std::size_t slot) { return read_transaction_entry(entries().at(slot)).last_offset; });
}

void TransactionIndexCheck::check_alone(std::size_t slot,
                                        const log::AbortedTransactionEntry& before) {
  const auto here = read_transaction_entry(entries().at(slot));
  const auto version = load_be<std::int16_t>(entries().at(slot).data());
  const auto wrong = [&](std::string_view what) { problem(slot, here.last_offset, what); };
  if (version != 0) wrong(fmt::format("version {} is not known", version));
  if (here.last_offset <= before.last_offset) {
    wrong(fmt::format("it does not ascend from offset {}", before.last_offset));
  }
  if (here.first_offset < 0 || here.first_offset > here.last_offset) {
    wrong(fmt::format("a transaction from offset {} to {}", here.first_offset, here.last_offset));
  }
  // Without another transaction that goes on, everything up to the marker is stable.
  if (here.last_stable_offset < before.last_stable_offset ||
      here.last_stable_offset - 1 > here.last_offset) {
    wrong(fmt::format("a last stable offset of {} after {}", here.last_stable_offset,
                      before.last_stable_offset));
  }
}

void TransactionIndexCheck::pass(const PassingBatch& batch) {
  has_gaps_ = has_gaps_ || batch.base_offset > next_offset_;
  next_offset_ = batch.last_offset + 1;
  if (batch.is_abort) check_is_listed(batch);
  for (; !is_at_end(); advance()) {
    const auto here = read_transaction_entry(entries().at(slot()));
    if (here.last_offset > batch.last_offset) break;
    // Compaction may have removed the marker, not put another batch in its place.
    if (here.last_offset >= batch.base_offset) check_marker(batch, here);
  }
  learn(batch);
}

// Without its entry the records of an aborted transaction are read as if they were committed.
void TransactionIndexCheck::check_is_listed(const PassingBatch& batch) {
  if (has_gaps_ || !open_.contains(batch.producer_id)) return;
  const bool is_next =
      !is_at_end() && read_transaction_entry(entries().at(slot())).last_offset <= batch.last_offset;
  if (is_next) return;
  lacks(path_to_be_, batch.last_offset,
        fmt::format("the transaction of producer {} that was aborted there is missing",
                    batch.producer_id));
}

void TransactionIndexCheck::check_marker(const PassingBatch& batch,
                                         const log::AbortedTransactionEntry& here) {
  if (batch.is_control && batch.producer_id == here.producer_id) return check_begin(here);
  differs(slot(), here.last_offset,
          fmt::format("no marker of producer {} is there", here.producer_id));
}

// Transactions that began before this segment are not known here; these are told by their offsets.
void TransactionIndexCheck::check_begin(const log::AbortedTransactionEntry& here) {
  if (has_gaps_) return;
  const auto began = open_.find(here.producer_id);
  const bool is_ours = here.first_offset >= base_offset_ && here.first_offset <= here.last_offset;
  if (is_ours && (began == open_.end() || began->second != here.first_offset)) {
    differs(slot(), here.last_offset,
            fmt::format("no transaction of producer {} begins at offset {}", here.producer_id,
                        here.first_offset));
  }
  Offset stable = here.last_offset + 1;
  for (const auto& [producer_id, first_offset] : open_) {
    if (producer_id != here.producer_id) stable = std::min(stable, first_offset);
  }
  if (here.last_stable_offset >= base_offset_ && here.last_stable_offset != stable) {
    differs(slot(), here.last_offset,
            fmt::format("a last stable offset of {}; it was {}", here.last_stable_offset, stable));
  }
}

void TransactionIndexCheck::learn(const PassingBatch& batch) {
  if (batch.is_control) {
    open_.erase(batch.producer_id);
  } else if (batch.is_transactional) {
    open_.try_emplace(batch.producer_id, batch.base_offset);
  }
}

void TransactionIndexCheck::end() {
  for (; !is_at_end(); advance()) {
    const Offset last_offset = read_transaction_entry(entries().at(slot())).last_offset;
    differs(slot(), last_offset, "the log ends before it");
  }
}

}  // namespace weir::app
