#include "log/checked_ranges.h"

#include <algorithm>
#include <utility>

namespace weir::log {

void CheckedRanges::add_whole(std::uint64_t begin, std::uint64_t end) {
  if (begin >= end) return;
  const auto first = std::ranges::lower_bound(whole_, begin, {}, &Range::end);
  auto last = first;
  for (; last != whole_.end() && last->begin <= end; ++last) {
    begin = std::min(begin, last->begin);
    end = std::max(end, last->end);
  }
  whole_.insert(whole_.erase(first, last), {begin, end});
  if (whole_.size() > ranges_max) whole_.erase(whole_.begin());
}

std::uint64_t CheckedRanges::whole_until(std::uint64_t position) const {
  const auto range = std::ranges::upper_bound(whole_, position, {}, &Range::end);
  return range != whole_.end() && range->begin <= position ? range->end : position;
}

void CheckedRanges::add_damaged(std::uint64_t position, std::string what) {
  damaged_.try_emplace(position, Damaged{.news = std::move(what)});
  if (damaged_.size() > ranges_max) damaged_.erase(damaged_.begin());
}

std::optional<std::uint64_t> CheckedRanges::damaged_from(std::uint64_t position) const {
  const auto damage = damaged_.lower_bound(position);
  return damage == damaged_.end() ? std::nullopt : std::optional(damage->first);
}

std::string CheckedRanges::take_news(std::uint64_t position) {
  const auto damage = damaged_.find(position);
  return damage == damaged_.end() ? std::string() : std::exchange(damage->second.news, {});
}

void CheckedRanges::add_resumption(std::uint64_t position, std::optional<Resumption> resumption) {
  const auto damage = damaged_.find(position);
  if (damage == damaged_.end()) return;  // forgotten: there are too many
  damage->second.was_searched = true;
  damage->second.resumption = resumption;
}

bool CheckedRanges::was_searched(std::uint64_t position) const {
  const auto damage = damaged_.find(position);
  return damage != damaged_.end() && damage->second.was_searched;
}

const Resumption* CheckedRanges::resumption(std::uint64_t position) const {
  const auto damage = damaged_.find(position);
  if (damage == damaged_.end() || !damage->second.resumption) return nullptr;
  return &*damage->second.resumption;
}

CheckedRanges CheckedRanges::below(std::uint64_t position) const {
  CheckedRanges kept;
  for (const Range& range : whole_) kept.add_whole(range.begin, std::min(range.end, position));
  for (const auto& [begin, damage] : damaged_) {
    if (begin >= position) break;
    Damaged& same = kept.damaged_[begin] = damage;
    if (same.resumption && same.resumption->position > position) {
      same.resumption.reset();
      same.was_searched = false;
    }
  }
  return kept;
}

}  // namespace weir::log
