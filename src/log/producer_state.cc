#include "log/producer_state.h"

#include <algorithm>
#include <limits>

#include "base/canary.h"
#include "base/check.h"
#include "base/mark.h"
#include "fmt/format.h"

namespace weir::log {
namespace {

constexpr Sequence sequence_max = std::numeric_limits<Sequence>::max();
constexpr std::size_t unwritten_max = 1'000;

Sequence sequence_minus(Sequence sequence, std::int32_t by) {
  return sequence >= by ? sequence - by : sequence_max - (by - sequence) + 1;
}

Sequence sequence_plus(Sequence sequence, std::int32_t by) {
  return sequence <= sequence_max - by ? sequence + by : by - (sequence_max - sequence) - 1;
}

bool follows(Sequence last, Sequence next) {
  return last == sequence_max ? next == 0 : next == last + 1;
}

Sequence last_sequence_of(const ProducedBatch& batch) {
  if (batch.base_sequence < 0) return no_sequence;
  return sequence_plus(batch.base_sequence, batch.last_offset_delta);
}

std::optional<AppendError> check_epoch(const ProducerEntry& entry, const ProducedBatch& batch) {
  if (batch.producer_epoch >= entry.epoch) return std::nullopt;
  return AppendError{wire::ErrorCode::invalid_producer_epoch,
                     fmt::format("epoch {} of producer {} is older than the last seen epoch {}",
                                 batch.producer_epoch, batch.producer_id, entry.epoch)};
}

std::optional<AppendError> check_sequence(const ProducerEntry& entry, const ProducedBatch& batch) {
  if (entry.epoch == no_producer_epoch) return std::nullopt;
  if (batch.producer_epoch != entry.epoch) {
    if (batch.base_sequence == 0) return std::nullopt;
    return AppendError{wire::ErrorCode::out_of_order_sequence_number,
                       fmt::format("sequence {} of producer {} in its new epoch {} is not 0",
                                   batch.base_sequence, batch.producer_id, batch.producer_epoch)};
  }
  if (follows(entry.last_sequence(), batch.base_sequence)) return std::nullopt;
  return AppendError{wire::ErrorCode::out_of_order_sequence_number,
                     fmt::format("sequence {} of producer {} does not follow {}",
                                 batch.base_sequence, batch.producer_id, entry.last_sequence())};
}

}  // namespace

Result<ProducedBatch> produced_batch(const wire::BatchView& batch) {
  ProducedBatch produced{.producer_id = batch.producer_id(),
                         .producer_epoch = batch.producer_epoch(),
                         .base_sequence = batch.base_sequence(),
                         .base_offset = batch.base_offset(),
                         .last_offset_delta = batch.last_offset_delta(),
                         .max_timestamp = batch.max_timestamp(),
                         .is_transactional = batch.is_transactional(),
                         .is_control = batch.is_control()};
  if (batch.is_control()) {
    TRY_ASSIGN(produced.marker, read_control_marker(batch));
  }
  return produced;
}

Sequence ProducerBatch::first_sequence() const {
  return last_sequence < 0 ? no_sequence : sequence_minus(last_sequence, offset_delta);
}

const ProducerBatch* ProducerEntry::last_batch() const {
  return batch_count == 0 ? nullptr : &batches[batch_count - 1];
}

Sequence ProducerEntry::last_sequence() const {
  return batch_count == 0 ? no_sequence : batches[batch_count - 1].last_sequence;
}

void ProducerEntry::set_epoch(ProducerEpoch new_epoch) {
  if (epoch == new_epoch) return;
  batches = {};
  batch_count = 0;
  epoch = new_epoch;
}

void ProducerEntry::add_batch(const ProducerBatch& batch) {
  if (batch_count == batches_kept) {
    std::shift_left(batches.begin(), batches.end(), 1);
    --batch_count;
  }
  batches[batch_count++] = batch;
}

bool ProducerEntry::operator==(const ProducerEntry& other) const {
  return epoch == other.epoch && batch_count == other.batch_count &&
         coordinator_epoch == other.coordinator_epoch && last_timestamp == other.last_timestamp &&
         current_transaction_start == other.current_transaction_start && batches == other.batches;
}

bool is_expired(const ProducerEntry& entry, TimestampMs now, std::int64_t expiration_ms) {
  return entry.current_transaction_start < 0 &&
         now - std::max(entry.last_timestamp, entry.last_seen) >= expiration_ms;
}

std::optional<ProducerBatch> ProducerState::find_duplicate(const ProducedBatch& batch) const {
  const auto found = entries_.find(batch.producer_id);
  if (found == entries_.end() || found->second.epoch != batch.producer_epoch ||
      batch.base_sequence < 0) {
    return std::nullopt;
  }
  const ProducerEntry& entry = found->second;
  const Sequence last = last_sequence_of(batch);
  const std::size_t oldest = sings(Canary::duplicates_forgotten) ? entry.batch_count - 1 : 0;
  for (std::size_t i = oldest; i < entry.batch_count; ++i) {
    const ProducerBatch& known = entry.batches[i];
    if (known.last_sequence == last && known.first_sequence() == batch.base_sequence) return known;
  }
  return std::nullopt;
}

std::expected<std::optional<CompletedTransaction>, AppendError> ProducerState::append(
    const ProducedBatch& batch, AppendOrigin origin) {
  CHECK(batch.producer_id >= 0);
  const auto found = entries_.find(batch.producer_id);
  const bool known = found != entries_.end();
  ProducerEntry entry = known ? found->second : ProducerEntry{};
  const bool checked = origin != AppendOrigin::replication;
  if (checked) {
    if (auto error = check_epoch(entry, batch)) return std::unexpected(std::move(*error));
  }
  std::optional<CompletedTransaction> completed;
  if (batch.is_control) {
    // A marker that compaction has emptied: its whole transaction is gone from the log.
    if (!batch.marker) return completed;
    auto ended = append_marker(entry, batch, checked);
    if (!ended) return ended;
    completed = *ended;
  } else {
    if (origin == AppendOrigin::client) {
      if (auto error = check_sequence(entry, batch)) return std::unexpected(std::move(*error));
      if (auto error = check_unwritten(batch)) return std::unexpected(std::move(*error));
    }
    if (entry.current_transaction_start >= 0 && !batch.is_transactional && checked) {
      return refuse(wire::ErrorCode::invalid_txn_state,
                    fmt::format("producer {} has a transaction open and wrote outside of it",
                                batch.producer_id));
    }
    entry.set_epoch(batch.producer_epoch);
    entry.add_batch({.last_sequence = last_sequence_of(batch),
                     .offset_delta = batch.last_offset_delta,
                     .last_offset = batch.last_offset(),
                     .timestamp = batch.max_timestamp});
    entry.last_timestamp = batch.max_timestamp;
    entry.last_seen = batch.taken_at;
    if (entry.current_transaction_start < 0 && batch.is_transactional) {
      entry.current_transaction_start = batch.base_offset;
      ongoing_[batch.base_offset] = batch.producer_id;
    }
  }
  undo_.push_back({.producer_id = batch.producer_id,
                   .before = known ? std::optional(found->second) : std::nullopt,
                   .completed = completed ? completed->first_offset : no_offset,
                   .epoch = batch.producer_epoch,
                   .sequence = batch.base_sequence});
  unwritten_.erase(batch.producer_id);
  entries_.insert_or_assign(batch.producer_id, entry);
  return completed;
}

std::expected<std::optional<CompletedTransaction>, AppendError> ProducerState::append_marker(
    ProducerEntry& entry, const ProducedBatch& batch, bool checked) {
  if (checked && entry.coordinator_epoch > batch.marker->coordinator_epoch) {
    return refuse(
        wire::ErrorCode::transaction_coordinator_fenced,
        fmt::format("coordinator epoch {} for producer {} is older than {}",
                    batch.marker->coordinator_epoch, batch.producer_id, entry.coordinator_epoch));
  }
  std::optional<CompletedTransaction> completed;
  const Offset first = entry.current_transaction_start;
  if (first >= 0) {
    completed = CompletedTransaction{
        .producer_id = batch.producer_id,
        .first_offset = first,
        .last_offset = batch.base_offset,
        .last_stable_offset = stable_offset_after(batch.producer_id, batch.base_offset),
        .is_aborted = batch.marker->is_abort};
    ongoing_.erase(first);
    unreplicated_[first] = batch.base_offset;
  }
  entry.set_epoch(batch.producer_epoch);
  entry.coordinator_epoch = batch.marker->coordinator_epoch;
  entry.current_transaction_start = no_offset;
  entry.last_timestamp = batch.max_timestamp;
  entry.last_seen = batch.taken_at;
  return completed;
}

Offset ProducerState::stable_offset_after(ProducerId producer_id, Offset marker_offset) const {
  for (const auto& [first, owner] : ongoing_) {
    if (owner != producer_id) return first;
  }
  return marker_offset + 1;
}

std::optional<AppendError> ProducerState::check_unwritten(const ProducedBatch& batch) const {
  if (sings(Canary::batch_overtakes)) return std::nullopt;
  const auto first = unwritten_.find(batch.producer_id);
  if (first == unwritten_.end() || first->second.epoch != batch.producer_epoch ||
      first->second.sequence == batch.base_sequence) {
    return std::nullopt;
  }
  reached(Mark::batch_behind_refused);
  return AppendError{
      wire::ErrorCode::out_of_order_sequence_number,
      fmt::format("sequence {} of producer {} comes before {}, which was not written",
                  batch.base_sequence, batch.producer_id, first->second.sequence)};
}

void ProducerState::roll_back_unwritten(std::size_t mark) {
  for (std::size_t i = undo_.size(); i-- > mark;) {
    const Undo& undo = undo_[i];
    if (undo.before || undo.sequence < 0) continue;
    unwritten_[undo.producer_id] = {undo.epoch, undo.sequence};  // in the end that of its first
  }
  while (unwritten_.size() > unwritten_max) unwritten_.erase(unwritten_.begin());
  roll_back(mark);
}

void ProducerState::roll_back(std::size_t mark) {
  while (undo_.size() > mark) {
    const Undo& undo = undo_.back();
    const auto now = entries_.find(undo.producer_id);
    CHECK(now != entries_.end());
    if (now->second.current_transaction_start >= 0) {
      ongoing_.erase(now->second.current_transaction_start);
    }
    if (undo.completed >= 0) unreplicated_.erase(undo.completed);
    if (undo.before) {
      now->second = *undo.before;
      if (undo.before->current_transaction_start >= 0) {
        ongoing_[undo.before->current_transaction_start] = undo.producer_id;
      }
    } else {
      entries_.erase(now);
    }
    undo_.pop_back();
  }
}

ProducerState::Entries ProducerState::entries_at(std::size_t mark) const {
  Entries entries = entries_;
  for (std::size_t i = undo_.size(); i > mark; --i) {
    const Undo& undo = undo_[i - 1];
    if (undo.before) {
      entries[undo.producer_id] = *undo.before;
    } else {
      entries.erase(undo.producer_id);
    }
  }
  return entries;
}

Offset ProducerState::first_unstable_offset() const {
  Offset first = no_offset;
  if (!ongoing_.empty()) first = ongoing_.begin()->first;
  if (!unreplicated_.empty() && (first < 0 || unreplicated_.begin()->first < first)) {
    first = unreplicated_.begin()->first;
  }
  return first;
}

void ProducerState::set_high_watermark(Offset high_watermark) {
  if (unreplicated_.empty()) return;
  std::erase_if(unreplicated_, [&](const auto& txn) { return txn.second < high_watermark; });
}

void ProducerState::set_log_start_offset(Offset offset) { set_high_watermark(offset); }

void ProducerState::expire(TimestampMs now, std::int64_t expiration_ms) {
  if (!undo_.empty()) return;  // what is staged may be taken back; the next round will do
  const std::size_t gone = std::erase_if(
      entries_, [&](const auto& item) { return is_expired(item.second, now, expiration_ms); });
  if (gone > 0) reached(Mark::producer_expired);
}

void ProducerState::load(Entries entries) {
  entries_ = std::move(entries);
  ongoing_.clear();
  unreplicated_.clear();
  undo_.clear();
  unwritten_.clear();
  for (const auto& [producer_id, entry] : entries_) {
    if (entry.current_transaction_start >= 0) {
      ongoing_[entry.current_transaction_start] = producer_id;
    }
  }
}

}  // namespace weir::log
