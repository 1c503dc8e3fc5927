#include "log/format/time_index.h"

#include <array>

#include "base/steps.h"

namespace weir::log {
namespace {

std::int64_t timestamp_of(const std::byte* entry) { return load_be<std::int64_t>(entry); }
std::int64_t relative_offset_of(const std::byte* entry) { return load_be<std::int32_t>(entry + 8); }

}  // namespace

Result<TimestampOffset> TimeIndex::at(std::size_t slot) const {
  std::array<std::byte, entry_size> bytes;
  TRY(file_.read(slot, bytes));
  return TimestampOffset{timestamp_of(bytes.data()),
                         base_offset_ + relative_offset_of(bytes.data())};
}

Result<TimestampOffset> TimeIndex::last() const {
  if (count() == 0) return TimestampOffset{no_timestamp, base_offset_};
  return at(count() - 1);
}

Result<> TimeIndex::maybe_append(TimestampOffset entry) {
  TRY_ASSIGN(const auto before, last());
  if (entry.timestamp <= before.timestamp || entry.offset < before.offset) return {};
  std::array<std::byte, entry_size> bytes;
  store_be(bytes.data(), entry.timestamp);
  store_be(bytes.data() + 8, static_cast<std::int32_t>(entry.offset - base_offset_));
  return file_.append(bytes);
}

Result<TimestampOffset> TimeIndex::lookup(TimestampMs target) const {
  TRY_ASSIGN(const auto slots, file_.count_up_to(timestamp_of, target));
  if (slots == 0) return TimestampOffset{no_timestamp, base_offset_};
  return at(slots - 1);
}

Result<> TimeIndex::truncate_to(Offset offset) {
  TRY_ASSIGN(const auto keep, file_.count_up_to(relative_offset_of, offset - base_offset_ - 1));
  return file_.truncate(keep);
}

Result<bool> TimeIndex::keep_valid_prefix(Offset last_offset) {
  TRY_ASSIGN(const auto all, file_.read_all());
  std::size_t good = 0;
  std::int64_t timestamp_before = no_timestamp;
  std::int64_t offset_before = 0;
  for (; good < count(); ++good) {
    count_steps();
    const auto* entry = all.data() + good * entry_size;
    // Kafka leaves a preallocated file full of zeroes when it is killed. An entry that really says
    // so is not missed: looking up begins at the segment's start then.
    if (timestamp_of(entry) == 0 && relative_offset_of(entry) == 0) break;
    if (timestamp_of(entry) <= timestamp_before || relative_offset_of(entry) < offset_before ||
        relative_offset_of(entry) > last_offset - base_offset_) {
      break;
    }
    timestamp_before = timestamp_of(entry);
    offset_before = relative_offset_of(entry);
  }
  const bool cut = good < count() || file_.has_ragged_end();
  TRY(file_.truncate(good));
  return cut;
}

}  // namespace weir::log
