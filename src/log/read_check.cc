#include "log/read_check.h"

#include <algorithm>
#include <utility>

#include "base/canary.h"
#include "log/format/batch_scanner.h"
#include "log/offset_contradiction.h"

namespace weir::log {

// The checksum covers neither the base offset nor the leader epoch. A base offset that was damaged
// upwards is shown by the next batch only.
Result<> ReadCheck::carry_out() {
  const auto window = std::clamp<std::uint64_t>(range_.size, BatchScanner::small_window,
                                                BatchScanner::large_window);
  BatchScanner scanner(*range_.file, range_.position, file_size_, window);
  const std::uint64_t end = range_.position + range_.size;
  std::uint64_t previous = range_.position;
  Offset expected_before = first_, expected = first_;
  bool was_gap = false;
  for (whole_until_ = range_.position;; whole_until_ = scanner.position()) {
    offset_there_ = expected;
    const bool is_behind = whole_until_ >= end;  // only its offset is of interest
    const auto batch = scanner.next();
    if (batch && !*batch) return {};
    if (!batch && batch.error().code != Errc::corrupt) return std::unexpected(batch.error());
    if (!batch) {
      if (!is_behind) damage_ = batch.error().what;
      return {};
    }
    const Offset base = (*batch)->header.base_offset();
    if (base < expected || (*batch)->header.last_offset() >= limit_) {
      damage_ = "its offset does not belong there";
      bool was_the_one_before = was_gap && base >= expected_before && base < expected;
      if (was_the_one_before) {
        TRY_ASSIGN(was_the_one_before, is_first_wrong(scanner, expected, **batch, limit_));
      }
      if (was_the_one_before) {
        whole_until_ = previous;
        offset_there_ = expected_before;
      }
      if (is_behind && !was_the_one_before) damage_.clear();
      return {};
    }
    if (is_behind) return {};
    TRY_ASSIGN(const auto whole, scanner.whole(**batch));
    if (!whole.crc_is_good()) {
      damage_ = "its checksum is wrong";
      return {};
    }
    const bool is_unsure = whole_until_ == range_.position && how_ == First::by_its_header;
    was_gap = base > expected || is_unsure;
    previous = whole_until_;
    expected_before = std::exchange(expected, whole.next_offset());
  }
}

std::optional<ReadCheck::Damage> ReadCheck::damage() const {
  if (damage_.empty()) return std::nullopt;
  return Damage{whole_until_, offset_there_, damage_};
}

void ReadCheck::conclude() const {
  const auto known = known_.lock();
  if (!known) return;
  const std::uint64_t asked_end = range_.position + range_.size;
  known->add_whole(range_.position, sings(Canary::checked_past_damage) ? asked_end : whole_until_);
  if (!damage_.empty()) known->add_damaged(whole_until_, damage_);
}

}  // namespace weir::log
