#include "log/format/offset_index.h"

#include <array>
#include <utility>

#include "base/steps.h"

namespace weir::log {
namespace {

std::int64_t relative_offset(const std::byte* entry) { return load_be<std::int32_t>(entry); }
std::int64_t position(const std::byte* entry) { return load_be<std::uint32_t>(entry + 4); }

}  // namespace

Result<> OffsetIndex::append(OffsetPosition entry) {
  std::array<std::byte, entry_size> bytes;
  store_be(bytes.data(), static_cast<std::int32_t>(entry.offset - base_offset_));
  store_be(bytes.data() + 4, entry.position);
  return file_.append(bytes);
}

Result<OffsetPosition> OffsetIndex::lookup(Offset target) const {
  TRY_ASSIGN(const auto slots, file_.count_up_to(relative_offset, target - base_offset_));
  if (slots == 0) return OffsetPosition{base_offset_, 0};
  return entry(slots - 1);
}

Result<std::optional<OffsetPosition>> OffsetIndex::above(Offset target) const {
  TRY_ASSIGN(const auto slots, file_.count_up_to(relative_offset, target - base_offset_));
  return entry_or_none(slots);
}

Result<std::optional<OffsetPosition>> OffsetIndex::behind(std::uint64_t place) const {
  TRY_ASSIGN(const auto slots, file_.count_up_to(position, static_cast<std::int64_t>(place)));
  return entry_or_none(slots);
}

Result<std::optional<OffsetPosition>> OffsetIndex::entry_or_none(std::size_t slot) const {
  if (slot == count()) return std::nullopt;
  return entry(slot);
}

Result<OffsetPosition> OffsetIndex::last() const {
  if (count() == 0) return OffsetPosition{base_offset_, 0};
  return entry(count() - 1);
}

Result<OffsetPosition> OffsetIndex::entry(std::size_t slot) const {
  std::array<std::byte, entry_size> bytes;
  TRY(file_.read(slot, bytes));
  return OffsetPosition{base_offset_ + relative_offset(bytes.data()),
                        static_cast<std::uint32_t>(position(bytes.data()))};
}

Result<> OffsetIndex::truncate_to(Offset offset) {
  TRY_ASSIGN(const auto keep, file_.count_up_to(relative_offset, offset - base_offset_ - 1));
  return file_.truncate(keep);
}

Result<bool> OffsetIndex::keep_valid_prefix(std::uint64_t log_size) {
  TRY_ASSIGN(const auto all, file_.read_all());
  std::size_t good = 0;
  // The first batch has no entry, so zeroes are none: Kafka leaves a preallocated file full of them
  // when it is killed.
  std::int64_t offset_before = 0;
  std::int64_t position_before = 0;
  for (; good < count(); ++good) {
    count_steps();
    const auto* entry = all.data() + good * entry_size;
    if (relative_offset(entry) <= offset_before || position(entry) <= position_before ||
        std::cmp_greater_equal(position(entry), log_size)) {
      break;
    }
    offset_before = relative_offset(entry);
    position_before = position(entry);
  }
  const bool cut = good < count() || file_.has_ragged_end();
  TRY(file_.truncate(good));
  return cut;
}

}  // namespace weir::log
