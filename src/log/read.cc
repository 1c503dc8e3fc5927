// Finding what a reader asked for. Budget: at the tail no read at all (TailMap, a binary search in
// 2 KiB of memory); else one binary search in the offset index (about ten small reads of the page
// cache) and one scan of at most index.interval.bytes of headers.

#include <algorithm>

#include "base/canary.h"
#include "fmt/format.h"
#include "log/partition_log_state.h"

namespace weir::log {
namespace {

constexpr auto storage_error = wire::ErrorCode::kafka_storage_error;

Result<std::optional<BatchPlace>> locate(PartitionLog::State& s, Segment& segment, Offset offset) {
  if (&segment == &s.active()) {
    if (const auto known = s.tail.find(offset)) return known;
  }
  return segment.find(offset);
}

// Says once what is wrong with the batch at `position`, which holds `offset`, or should.
void tell_damage(const PartitionLog::State& s, Segment& segment, std::uint64_t position,
                 Offset offset) {
  const std::string what = segment.checked()->take_news(position);
  if (what.empty()) return;
  s.warn(
      fmt::format("{}: the batch at position {} (offset {}) is damaged: {}. It is not given to "
                  "readers, what is around it is. Stop the broker and put a good copy of the "
                  "file there, or let readers go on behind it",
                  segment.path(log_suffix), position, offset, what));
}

// Of an offset that is not found: a batch on the way to it is damaged, or the disk fails.
wire::ErrorCode refusal(const PartitionLog::State& s, Segment& segment, Offset offset,
                        const Error& error) {
  if (error.code == Errc::corrupt) {
    segment.checked()->add_damaged(error.at, error.what);
    tell_damage(s, segment, error.at, offset);
  } else {
    s.warn(fmt::format("cannot read at offset {}: {}", offset, error.message()));
  }
  return storage_error;
}

// locate(), where a damaged batch is an error.
Result<std::optional<BatchPlace>> locate_good(PartitionLog::State& s, Segment& segment,
                                              Offset offset, Offset limit) {
  auto found = locate(s, segment, offset);
  if (found && !*found) return found;
  if (found && (*found)->last_offset >= limit) {
    found = fail(Errc::corrupt, "it reaches into what comes behind it", (*found)->position);
  } else if (found && segment.is_damaged((*found)->position)) {
    found = fail(Errc::corrupt, "it is known to be", (*found)->position);
  }
  return found;
}

// The batch that holds `offset`, or the next one; never a damaged one. None of the segment reaches
// `limit`.
Result<std::optional<BatchPlace>> locate_whole(PartitionLog::State& s, Segment& segment,
                                               Offset offset, Offset limit) {
  const auto found = locate_good(s, segment, offset, limit);
  if (found || found.error().code != Errc::corrupt) return found;
  const auto beyond = segment.find_beyond_damage(offset);
  const bool is_whole = beyond && *beyond && (*beyond)->last_offset < limit &&
                        !segment.is_damaged((*beyond)->position);
  if (is_whole) return beyond;
  if (segment.checked()->was_searched(found.error().at)) return found;
  const auto resumption = segment.look_beyond_damage(offset, limit);
  return resumption && *resumption ? locate_good(s, segment, offset, limit) : found;
}

// Where batches below `bound` end that may be read from `first` on: at a damaged one at the latest.
Result<std::uint64_t> end_of_range(PartitionLog::State& s, Segment& segment,
                                   const BatchPlace& first, Offset bound, Offset limit) {
  if (bound >= limit || sings(Canary::reads_past_bound)) return segment.size();
  const auto beyond = locate(s, segment, bound);
  if (beyond) return *beyond ? (*beyond)->position : segment.size();
  if (beyond.error().code != Errc::corrupt) return std::unexpected(beyond.error());
  // Known from now on, so that the next read does not walk through the file again; said to the
  // reader who comes there.
  segment.checked()->add_damaged(beyond.error().at, beyond.error().what);
  return std::max(beyond.error().at, first.position + first.size);
}

// Cuts the plan at a damaged batch, or adds the check that it needs.
void check_plan(ReadPlan& plan, Segment& segment, Offset limit) {
  const std::uint64_t begin = plan.range.position;
  const std::uint64_t whole = segment.whole_until(begin) - begin;
  if (whole >= plan.range.size) return;
  if (segment.is_damaged(begin + whole)) {
    plan.range.size = whole;
    return;
  }
  plan.range.size =
      std::min(plan.range.size, std::max(plan.first_batch_bytes, ReadCheck::bytes_max));
  // What is known to be damaged says nothing of the batch before it.
  const std::uint64_t end =
      segment.checked()->damaged_from(begin + plan.first_batch_bytes).value_or(segment.size());
  plan.range.size = std::min(plan.range.size, end - begin);
  plan.check.emplace(
      plan.range, std::min(end, segment.size()), segment.base_offset(), limit, segment.checked(),
      begin == 0 ? ReadCheck::First::by_what_is_before : ReadCheck::First::by_its_header);
}

}  // namespace

std::expected<ReadPlan, wire::ErrorCode> PartitionLog::read(const ReadOptions& options) {
  State& s = *state_;
  if (options.from < s.log_start || options.from > s.log_end) {
    return std::unexpected(wire::ErrorCode::offset_out_of_range);
  }
  const Offset bound = std::min(options.bound, s.log_end);
  if (options.from >= bound) return ReadPlan{};
  for (std::size_t i = s.segment_of(options.from); i < s.segments.size(); ++i) {
    Segment& segment = *s.segments[i];
    if (segment.base_offset() >= bound) break;
    const bool is_last = i + 1 == s.segments.size();
    const Offset limit = is_last ? s.log_end : s.segments[i + 1]->base_offset();
    const auto first = locate_whole(s, segment, options.from, limit);
    if (!first) return std::unexpected(refusal(s, segment, options.from, first.error()));
    if (!*first) {  // compaction left nothing here at or above the offset
      const auto ends = segment.check_end(options.from);
      if (!ends) return std::unexpected(refusal(s, segment, options.from, ends.error()));
      continue;
    }
    if ((*first)->last_offset >= bound) break;
    const auto end = end_of_range(s, segment, **first, bound, limit);
    if (!end) return std::unexpected(refusal(s, segment, bound, end.error()));
    const auto file = segment.log_file();
    if (!file) return std::unexpected(refusal(s, segment, options.from, file.error()));
    ReadPlan plan{.start_offset = (*first)->base_offset, .first_batch_bytes = (*first)->size};
    const std::uint64_t wanted = options.whole_first_batch
                                     ? std::max<std::uint64_t>(options.bytes_max, (*first)->size)
                                     : options.bytes_max;
    plan.range = {*file, (*first)->position, std::min(wanted, *end - (*first)->position)};
    check_plan(plan, segment, limit);
    plan.first_batch_whole = plan.range.size >= (*first)->size;
    return plan;
  }
  return ReadPlan{};
}

Result<std::vector<AbortedTransaction>> PartitionLog::aborted_transactions(Offset from,
                                                                           Offset upper) {
  State& s = *state_;
  std::vector<AbortedTransaction> aborted;
  for (std::size_t i = s.segment_of(from); i < s.segments.size(); ++i) {
    Segment& segment = *s.segments[i];
    if (!segment.has_transaction_index()) continue;
    TRY_ASSIGN(auto* index, segment.transaction_index());
    TRY_ASSIGN(const auto entries, index->all());
    for (const auto& entry : entries) {
      if (entry.last_offset >= from && entry.first_offset < upper) {
        aborted.push_back({entry.producer_id, entry.first_offset});
      }
      if (entry.last_stable_offset >= upper) return aborted;
    }
  }
  return aborted;
}

}  // namespace weir::log
