// Finding what a reader asked for. Budget: at the tail no read at all (TailMap, a binary search in
// 2 KiB of memory); else one binary search in the offset index (about ten small reads of the page
// cache) and one scan of at most index.interval.bytes of headers.

#include <algorithm>

#include "log/partition_log_state.h"

namespace weir::log {
namespace {

wire::ErrorCode as_answer(const Error& error) {
  return error.code == Errc::corrupt ? wire::ErrorCode::corrupt_message
                                     : wire::ErrorCode::kafka_storage_error;
}

}  // namespace

std::expected<ReadPlan, wire::ErrorCode> PartitionLog::read(const ReadOptions& options) {
  State& s = *state_;
  if (options.from < s.log_start || options.from > s.log_end) {
    return std::unexpected(wire::ErrorCode::offset_out_of_range);
  }
  const Offset bound = std::min(options.bound, s.log_end);
  if (options.from >= bound) return ReadPlan{};
  const auto locate = [&](Segment& segment, Offset offset) -> Result<std::optional<BatchPlace>> {
    if (&segment == &s.active()) {
      if (const auto known = s.tail.find(offset)) return known;
    }
    return segment.find(offset);
  };
  for (std::size_t i = s.segment_of(options.from); i < s.segments.size(); ++i) {
    Segment& segment = *s.segments[i];
    if (segment.base_offset() >= bound) break;
    const auto first = locate(segment, options.from);
    if (!first) {
      s.warn("cannot read at offset " + std::to_string(options.from) + " of segment " +
             std::to_string(segment.base_offset()) + ": " + first.error().message());
      return std::unexpected(as_answer(first.error()));
    }
    if (!*first) continue;  // compaction left nothing here at or above the offset
    if ((*first)->last_offset >= bound) break;
    std::uint64_t end = segment.size();
    const bool is_last = i + 1 == s.segments.size();
    if (bound < (is_last ? s.log_end : s.segments[i + 1]->base_offset())) {
      const auto beyond = locate(segment, bound);
      if (!beyond) return std::unexpected(as_answer(beyond.error()));
      if (*beyond) end = (*beyond)->position;
    }
    const auto file = segment.log_file();
    if (!file) return std::unexpected(as_answer(file.error()));
    ReadPlan plan{.start_offset = (*first)->base_offset, .first_batch_bytes = (*first)->size};
    const std::uint64_t wanted = options.whole_first_batch
                                     ? std::max<std::uint64_t>(options.bytes_max, (*first)->size)
                                     : options.bytes_max;
    plan.range = {*file, (*first)->position, std::min(wanted, end - (*first)->position)};
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
