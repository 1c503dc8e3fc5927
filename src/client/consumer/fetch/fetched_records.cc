#include "client/consumer/fetch/fetched_records.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "wire/record/control_record.h"

namespace weir::client {

namespace {

// Of the records of one batch; brokers take none that are larger.
constexpr std::uint64_t decompressed_bytes_max = std::uint64_t{1} << 31;

bool ends_in_abort(const wire::BatchView& batch) {
  if (!batch.is_control() || batch.codec() != wire::Codec::none) return false;
  wire::RecordIterator records(batch);
  wire::Record record;
  const auto first = records.next(record);
  if (!first || !*first) return false;
  const auto type = wire::parse_control_key(record.key);
  return type && *type == wire::ControlType::abort;
}

}  // namespace

FetchedRecords::FetchedRecords(FetchedData data, Position from)
    : data_(std::move(data)), rest_(data_.bytes), next_(from) {
  std::ranges::sort(data_.aborted, {}, &AbortedTransaction::first_offset);
}

Position FetchedRecords::end() const {
  Position end = next_;
  for (Bytes rest = rest_; !rest.empty();) {
    const auto batch = wire::read_batch(rest);
    if (!batch) break;
    end = {batch->next_offset(), batch->leader_epoch()};
    rest = rest.subspan(batch->size());
  }
  return end.offset > next_.offset ? end : next_;
}

bool FetchedRecords::is_aborted(const wire::BatchView& batch) {
  for (; aborted_seen_ < data_.aborted.size(); ++aborted_seen_) {
    const AbortedTransaction& aborted = data_.aborted[aborted_seen_];
    if (aborted.first_offset > batch.last_offset()) break;
    aborting_.insert(aborted.producer);
  }
  if (!batch.has_producer_id() || !aborting_.contains(batch.producer_id())) return false;
  if (ends_in_abort(batch)) {
    aborting_.erase(batch.producer_id());
    return false;
  }
  return batch.is_transactional();
}

void FetchedRecords::close_batch() {
  next_ = {open_->batch.next_offset(), open_->batch.leader_epoch()};
  open_.reset();
  open_bytes_ = 0;
}

// False: no whole batch is left.
Result<bool> FetchedRecords::open_next(wire::CompressionContext& context) {
  while (!rest_.empty()) {
    const auto size = wire::batch_size_at(rest_);
    if (!size || *size > rest_.size()) {
      // Cut where the answer was full. An answer always holds one whole batch (KIP-74).
      const bool has_none = rest_.size() == data_.bytes.size();
      rest_ = {};
      if (has_none) return fail(Errc::corrupt, "a Fetch answer without one whole batch");
      return false;
    }
    TRY_ASSIGN(const wire::BatchView batch, wire::read_batch(rest_));
    rest_ = rest_.subspan(batch.size());
    if (batch.next_offset() <= next_.offset) {
      is_aborted(batch);
      continue;
    }
    if (data_.checks_crc && !batch.crc_is_good()) {
      return fail(Errc::corrupt, "the CRC of a batch does not fit",
                  static_cast<std::uint64_t>(batch.base_offset()));
    }
    if (is_aborted(batch) || batch.is_control()) {
      next_ = {batch.next_offset(), batch.leader_epoch()};
      continue;
    }
    auto buffer = std::make_shared<std::vector<std::byte>>();
    TRY_ASSIGN(const Bytes records,
               wire::decompressed_records(context, batch, decompressed_bytes_max, *buffer));
    open_bytes_ = records.size();
    open_.emplace(batch, std::move(buffer), wire::RecordIterator(batch, records));
    return true;
  }
  return false;
}

Result<RecordBatch> FetchedRecords::take(std::size_t records_max,
                                         wire::CompressionContext& context) {
  RecordBatch out;
  while (out.records.empty()) {
    if (!open_) {
      TRY_ASSIGN(const bool is_open, open_next(context));
      if (!is_open) return out;
    }
    wire::Record record;
    while (out.records.size() < records_max) {
      TRY_ASSIGN(const bool is_there, open_->records.next(record));
      if (!is_there) break;
      if (record.offset < next_.offset) continue;
      next_ = {record.offset + 1, open_->batch.leader_epoch()};
      out.records.push_back(record);
    }
    out.leader_epoch = open_->batch.leader_epoch();
    out.is_log_append_time = open_->batch.is_log_append_time();
    out.buffers = {data_.frame, open_->buffer};
    if (open_->records.records_left() == 0) close_batch();
    if (records_max == 0) return out;
  }
  return out;
}

}  // namespace weir::client
