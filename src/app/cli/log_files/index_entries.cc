#include "app/cli/log_files/index_entries.h"

#include <algorithm>

#include "wire/record/batch.h"

namespace weir::app {
namespace {

std::size_t entry_size_of(FileKind kind) {
  if (kind == FileKind::offset_index) return log::OffsetIndex::entry_size;
  if (kind == FileKind::time_index) return log::TimeIndex::entry_size;
  return log::TransactionIndex::entry_size;
}

bool is_zero(Bytes bytes) {
  return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; });
}

}  // namespace

IndexEntries::IndexEntries(FileKind kind, Bytes bytes)
    : bytes_(bytes), entry_size_(entry_size_of(kind)), count_(bytes.size() / entry_size_) {
  ragged_bytes_ = bytes.size() % entry_size_;
  if (kind == FileKind::transaction_index || !is_zero(bytes.last(ragged_bytes_))) return;
  while (count_ > 0 && is_zero(at(count_ - 1))) --count_;
  zero_bytes_ = bytes.size() - count_ * entry_size_;
  // What is only ragged was not preallocated.
  if (zero_bytes_ == ragged_bytes_) {
    zero_bytes_ = 0;
  } else {
    ragged_bytes_ = 0;
  }
}

log::OffsetPosition read_offset_entry(Bytes entry, Offset base_offset) {
  return {wire::add_delta(base_offset, load_be<std::int32_t>(entry.data())),
          load_be<std::uint32_t>(entry.data() + 4)};
}

log::TimestampOffset read_time_entry(Bytes entry, Offset base_offset) {
  return {load_be<std::int64_t>(entry.data()),
          wire::add_delta(base_offset, load_be<std::int32_t>(entry.data() + 8))};
}

log::AbortedTransactionEntry read_transaction_entry(Bytes entry) {
  return {.producer_id = load_be<std::int64_t>(entry.data() + 2),
          .first_offset = load_be<std::int64_t>(entry.data() + 10),
          .last_offset = load_be<std::int64_t>(entry.data() + 18),
          .last_stable_offset = load_be<std::int64_t>(entry.data() + 26)};
}

}  // namespace weir::app
