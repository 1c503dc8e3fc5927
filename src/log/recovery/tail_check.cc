#include "log/recovery/tail_check.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "base/canary.h"
#include "base/mark.h"
#include "fmt/format.h"
#include "log/beyond_damage.h"

namespace weir::log {
namespace {

// Where the walk can start: a place at or below `believed` up to which both indexes are right.
struct Start {
  std::uint64_t position = 0;
  Offset last_offset = no_offset;  // of the batch there, as its entry says
  TimestampOffset max;
  bool rebuilt = false;
};

Result<bool> batch_fits(Segment& segment, const OffsetPosition& entry) {
  TRY_ASSIGN(auto file, segment.log_file());
  BatchScanner scanner(*file, entry.position, segment.size());
  const auto batch = scanner.next();
  if (!batch) {
    if (batch.error().code == Errc::corrupt) return false;
    return std::unexpected(batch.error());
  }
  return *batch && (*batch)->header.base_offset() >= segment.base_offset() &&
         (*batch)->header.base_offset() <= entry.offset;
}

Result<> drop_indexes(Segment& segment) {
  reached(Mark::index_damaged);
  TRY_ASSIGN(auto* offsets, segment.offset_index());
  TRY_ASSIGN(auto* times, segment.time_index());
  TRY(offsets->file().truncate(0));
  return times->file().truncate(0);
}

Result<Start> find_start(Segment& segment, Offset believed) {
  TRY_ASSIGN(auto* offsets, segment.offset_index());
  TRY_ASSIGN(auto* times, segment.time_index());
  Start start;
  if (!sings(Canary::index_believed)) {
    TRY_ASSIGN(start.rebuilt, offsets->keep_valid_prefix(segment.size()));
    TRY(offsets->truncate_to(believed));
  }
  TRY_ASSIGN(auto last, offsets->last());
  if (offsets->count() > 0 && !sings(Canary::index_believed)) {
    TRY_ASSIGN(const bool fits, batch_fits(segment, last));
    if (!fits) {
      reached(Mark::index_damaged);
      TRY(offsets->file().truncate(0));
      last = {segment.base_offset(), 0};
      start.rebuilt = true;
    }
  }
  // Time entries up to the same batch; the walk begins where the last of them was made.
  TRY_ASSIGN(const bool times_cut, times->keep_valid_prefix(last.offset));
  start.rebuilt = start.rebuilt || times_cut;
  TRY_ASSIGN(start.max, times->last());
  if (times->count() == 0) start.max.offset = segment.base_offset();
  TRY_ASSIGN(auto from, offsets->lookup(start.max.offset));
  // An index is not synced before its segment is sealed: any entry may be damaged.
  bool is_right = true;
  if (from.position > 0 && !sings(Canary::index_believed)) {
    TRY_ASSIGN(is_right, batch_fits(segment, from));
  }
  if (!is_right) {
    TRY(drop_indexes(segment));
    TRY_ASSIGN(start.max, times->last());
    start.max.offset = segment.base_offset();
    start.rebuilt = true;
    from = last = {segment.base_offset(), 0};
  }
  if (from.offset < last.offset) {
    // Nothing is known of the timestamps between the two: the offset entries are made again on the
    // way.
    TRY(offsets->truncate_to(from.offset + (from.position > 0 ? 1 : 0)));
  }
  start.position = from.position;
  if (from.position > 0) start.last_offset = from.offset;
  return start;
}

struct Walk {
  Offset segment_base;
  bool has_no_gaps;  // from the next batch on
  Offset next_offset;
  LeaderEpoch epoch;
  // The batch before, and what had been next when it came.
  std::uint64_t position_before;
  Offset next_before;
  bool was_gap = false;  // between the two
  // What comes before is known. Of the first batch of a walk that begins in the middle it is not,
  // unless the index says the same of it.
  bool is_sure, was_sure;
  bool is_last_damaged = false;  // and where the log ended is known
  bool took_back = false;        // the batch before, which was shown to be wrong

  Walk(const Segment& segment, const TailCheckOptions& options, std::uint64_t start)
      : segment_base(segment.base_offset()),
        // Of a walk that begins in the middle the first batch may stand anywhere.
        has_no_gaps(options.has_no_gaps && start == 0),
        next_offset(segment_base),
        epoch(options.latest_epoch),
        position_before(start),
        next_before(segment_base),
        is_sure(start == 0),
        was_sure(is_sure) {}

  // The index and the header agree where a walk begins in the middle.
  void begin_with(const ScannedBatch& batch) {
    next_offset = batch.header.base_offset();
    is_sure = true;
  }
  // Goes on behind a damaged batch.
  void resume(const Resumption& beyond) {
    position_before = beyond.position;
    next_offset = next_before = beyond.offset;
    was_gap = false;
    is_sure = was_sure = true;
  }
  void take(const ScannedBatch& batch) {
    position_before = batch.position;
    was_gap = batch.header.base_offset() > next_offset;
    was_sure = std::exchange(is_sure, true);
    next_before = std::exchange(next_offset, batch.header.next_offset());
  }
  // A batch stands there whose header was taken for true; what it says of its end may be wrong.
  bool has_believed(Offset believed) const {
    return next_before < believed && next_offset > next_before;
  }
  // The batch before has an offset that `batch` shows to be too high: nothing else is wrong with
  // such a one, as the checksum does not cover it.
  bool was_led_astray(const ScannedBatch& batch) const {
    const Offset base = batch.header.base_offset();
    return was_gap && base < next_offset && base >= next_before;
  }
};

constexpr std::string_view does_not_continue = "its offset does not continue the log";

std::string whats_wrong(const wire::BatchView& batch, const Walk& walk, Offset limit) {
  const bool is_gap = batch.base_offset() > walk.next_offset;
  const bool is_moved = is_gap && (walk.has_no_gaps || batch.last_offset() >= limit);
  if (is_moved || batch.base_offset() < walk.next_offset) return std::string(does_not_continue);
  if (batch.base_offset() - walk.segment_base > relative_offset_max - batch.last_offset_delta()) {
    return "its offset is too far from its segment's";
  }
  if (batch.leader_epoch() >= 0 && batch.leader_epoch() < walk.epoch) {
    return "its leader epoch is older than the one before";
  }
  if (!batch.crc_is_good()) return "its checksum is wrong";
  return {};
}

// Above what is believed: a whole batch stands where the one before says that it is. If that one is
// wrong, the end is in front of it.
Result<> blame(BatchScanner& scanner, const ScannedBatch& batch, Walk& walk, TailCheck& result) {
  TRY_ASSIGN(walk.took_back, is_first_wrong(scanner, walk.next_offset, batch, no_limit));
  if (!walk.took_back) return {};
  result.end_offset = walk.next_before;
  result.end_position = walk.position_before;
  return {};
}

// The batch at the scanner; nothing and a reason at the end of what is good.
Result<std::optional<ScannedBatch>> next_good(BatchScanner& scanner, Walk& walk,
                                              const TailCheckOptions& options, TailCheck& result) {
  const Offset believed = options.believed;
  auto batch = scanner.next();
  const bool trusted_end = walk.next_offset < believed;
  if (!batch) {
    const bool may_be_cut = scanner.is_torn() && walk.next_offset >= options.torn_above;
    if (batch.error().code != Errc::corrupt || (trusted_end && !may_be_cut)) return batch;
    result.reason = batch.error().what;
    return std::nullopt;
  }
  if (!*batch) return batch;
  if (walk.next_before < believed && walk.was_led_astray(**batch)) {
    return fail(Errc::corrupt, "its offset does not belong there", walk.position_before);
  }
  // Behind the mark even a header with lower offsets is of an older life of the file.
  const Offset last = (*batch)->header.last_offset();
  if (trusted_end && last < believed) {
    const bool fits = last - walk.segment_base <= relative_offset_max;
    const Offset base = (*batch)->header.base_offset();
    const bool is_gap = base > walk.next_offset && walk.has_no_gaps && options.knows_end_only();
    if (fits && !is_gap && base >= walk.next_offset) return batch;
    return fail(Errc::corrupt, std::string(does_not_continue), (*batch)->position);
  }
  TRY_ASSIGN(const auto whole, scanner.whole(**batch));
  result.reason = whats_wrong(whole, walk, options.limit);
  result.overlaps = whole.base_offset() < walk.next_offset && whole.crc_is_good();
  ScannedBatch good = **batch;
  good.header = wire::BatchView(whole.bytes().first(wire::batch_header_size));
  if (!result.reason.empty()) {
    if (trusted_end) return fail(Errc::corrupt, result.reason, good.position);
    const bool may_be_before = options.limit != no_limit && walk.was_led_astray(good);
    if (result.overlaps && may_be_before) TRY(blame(scanner, good, walk, result));
    return std::nullopt;
  }
  result.bytes_checked += whole.size();
  return good;
}

// Of a batch that is believed: what is written down of it, where its own is newer. One that was
// damaged at rest would make everything behind it look old.
LeaderEpoch believed_epoch(const ScannedBatch& batch, const TailCheckOptions& options) {
  const LeaderEpoch epoch = batch.header.leader_epoch();
  const bool checks_nothing = options.believed == std::numeric_limits<Offset>::max();
  if (checks_nothing || !options.epochs || options.epochs->entries().empty()) return epoch;
  return std::min(epoch, options.epochs->at(batch.header.base_offset()));
}

// The batch's leader epoch, set right where it cannot be.
Result<LeaderEpoch> epoch_of(Segment& segment, const ScannedBatch& batch, const Walk& walk,
                             const TailCheckOptions& options) {
  const LeaderEpoch epoch = batch.header.leader_epoch();
  if (batch.header.last_offset() < options.believed) return believed_epoch(batch, options);
  if (epoch <= options.newest_epoch) return epoch;
  const LeaderEpoch right = std::max<LeaderEpoch>(walk.epoch, 0);
  std::array<std::byte, sizeof(LeaderEpoch)> bytes;
  store_be<std::int32_t>(bytes.data(), right);
  TRY_ASSIGN(auto file, segment.log_file());
  TRY(file->write_at(batch.position + wire::batch_overhead, Bytes(bytes)));
  return right;
}

Result<> cut_off(Segment& segment, const Walk& walk, TailCheck& result) {
  result.cut = true;
  const auto max = segment.max_timestamp();
  TRY(segment.truncate(result.end_offset, result.end_position));
  if (max && !walk.took_back) segment.set_max_timestamp(*max);
  return {};
}

Result<bool> is_whole_at(Segment& segment, std::uint64_t position) {
  TRY_ASSIGN(auto file, segment.log_file());
  BatchScanner scanner(*file, position, segment.size());
  TRY_ASSIGN(const auto batch, scanner.next());
  if (!batch) return false;
  TRY_ASSIGN(const auto whole, scanner.whole(*batch));
  return whole.crc_is_good();
}

// What is wrong with the segment, and what to do.
std::unexpected<Error> is_damaged(const Segment& segment, Error batch) {
  batch.what =
      fmt::format("{}: the batch at position {} is damaged: {}; put a good copy of the file there",
                  segment.path(log_suffix), batch.at, batch.what);
  return std::unexpected(std::move(batch));
}

// The next batch of a walk, behind damage that is known; nothing at the end of what is good.
Result<std::optional<ScannedBatch>> next_of_walk(BatchScanner& scanner, Segment& segment,
                                                 Walk& walk, const TailCheckOptions& options,
                                                 TailCheck& result) {
  const auto damaged = [&](std::uint64_t position, std::string what) {
    return is_damaged(segment, Error{Errc::corrupt, std::move(what), position});
  };
  const auto* beyond = walk.next_offset < options.believed ? segment.pass_damage(scanner) : nullptr;
  if (beyond) {
    if (beyond->offset < walk.next_offset) {
      return damaged(walk.position_before, "what follows it has lower offsets");
    }
    walk.resume(*beyond);
    if (beyond->position == segment.size()) {  // it was the last one
      result.end_offset = beyond->offset;
      result.end_position = beyond->position;
      return std::nullopt;
    }
  }
  auto batch = next_good(scanner, walk, options, result);
  if (!batch) return is_damaged(segment, std::move(batch).error());
  if (*batch) return batch;
  // A cut would take what was left out with it.
  if (beyond) return damaged(beyond->position, "the one behind it is no good either");
  // Nor is a whole batch cut because one whose header was believed says that it reaches into it.
  if (result.overlaps && walk.has_believed(options.believed)) {
    TRY_ASSIGN(const bool is_whole, is_whole_at(segment, walk.position_before));
    if (!is_whole) return damaged(walk.position_before, "its checksum is wrong");
  }
  return std::nullopt;
}

// Of the last batch, which leads elsewhere than to the known end: it is damaged if its checksum
// says so, or if it would lead there from where the one before it ended. Else the known end is that
// of other files.
Result<> check_last(BatchScanner& scanner, const ScannedBatch& last,
                    const TailCheckOptions& options, Walk& walk) {
  TRY_ASSIGN(const auto whole, scanner.whole(last));
  const Offset least = std::max(whole.base_offset(), walk.was_sure ? walk.next_before : 0);
  const bool is_damaged = !whole.crc_is_good() && options.known_end > least;
  const Offset its_end = walk.next_before + whole.last_offset_delta() + 1;
  const bool is_moved =
      whole.crc_is_good() && walk.was_gap && walk.was_sure && its_end == options.known_end;
  walk.is_last_damaged = is_damaged || is_moved;
  if (!walk.is_last_damaged) return {};
  return fail(Errc::corrupt, "it does not end where the log ended", last.position);
}

// One walk to the end. An error of a batch leaves `walked` in front of it.
Result<TailCheck> walk_tail(Segment& segment, const TailCheckOptions& options,
                            std::optional<Walk>& walked) {
  TailCheck result;
  TRY_ASSIGN(const auto start, find_start(segment, options.believed));
  result.index_rebuilt = start.rebuilt;
  segment.set_max_timestamp(start.max);
  segment.set_bytes_since_entry(0);
  TRY_ASSIGN(auto file, segment.log_file());
  const auto window = options.believed == std::numeric_limits<Offset>::max()
                          ? BatchScanner::small_window
                          : BatchScanner::large_window;
  BatchScanner scanner(*file, start.position, segment.size(), window);
  Walk& walk = walked.emplace(segment, options, start.position);
  result.end_offset = segment.base_offset();
  result.end_position = start.position;
  bool first = true;
  std::optional<ScannedBatch> last;
  while (true) {
    TRY_ASSIGN(const auto batch, next_of_walk(scanner, segment, walk, options, result));
    if (!batch) break;
    const auto& header = batch->header;
    // The entry that led here is in the index already.
    if (first && start.position > 0) segment.set_bytes_since_entry(0);
    const bool knows_before = !first || start.position == 0;
    result.has_gaps = result.has_gaps || (knows_before && header.base_offset() > walk.next_offset);
    first = false;
    TRY(segment.note_batch({.base_offset = header.base_offset(),
                            .last_offset = header.last_offset(),
                            .max_timestamp = header.max_timestamp(),
                            .size = static_cast<std::uint32_t>(batch->size)},
                           batch->position));
    TRY_ASSIGN(const LeaderEpoch epoch, epoch_of(segment, *batch, walk, options));
    if (epoch >= 0) {
      walk.epoch = std::max(walk.epoch, epoch);
      if (options.epochs && header.last_offset() >= options.believed &&
          epoch > options.epochs->latest()) {
        options.epochs->assign(epoch, header.base_offset());
      }
    }
    const bool is_below_end = options.known_end <= 0 || header.last_offset() < options.known_end;
    const bool is_confirmed = batch->position == start.position && is_below_end;
    if (is_confirmed && header.last_offset() == start.last_offset) walk.begin_with(*batch);
    walk.take(*batch);
    walk.has_no_gaps = options.has_no_gaps;
    result.end_offset = walk.next_offset;
    result.end_position = batch->end();
    last = *batch;
  }
  if (sings(Canary::cut_below_durable) && last && result.end_position < segment.size()) {
    result.end_offset = last->header.base_offset();
    result.end_position = last->position;
  }
  if (result.end_offset <= start.last_offset) {  // the last batch says less than its entry
    TRY(drop_indexes(segment));
    return walk_tail(segment, options, walked);
  }
  result.latest_epoch = walk.epoch;
  const bool leads_elsewhere = options.known_end > 0 && result.end_offset != options.known_end;
  if (last && leads_elsewhere) TRY(check_last(scanner, *last, options, walk));
  if (last && options.knows_end_only()) {
    // Into space that was there before, the last write may have been cut short unseen.
    TRY_ASSIGN(const auto whole, scanner.whole(*last));
    if (!whole.crc_is_good()) return fail(Errc::corrupt, "its checksum is wrong", last->position);
  }
  TRY(segment.write_pending_entries());
  if (result.end_position < segment.size()) TRY(cut_off(segment, walk, result));
  return result;
}

// Whether the batch at `position` is the last, as its length says.
Result<bool> ends_segment(const env::File& file, std::uint64_t position, std::uint64_t size) {
  std::array<std::byte, wire::batch_overhead> front;
  TRY_ASSIGN(const auto got, file.read_at(position, MutableBytes(front)));
  if (got < front.size()) return false;
  const auto batch = wire::batch_size_at(Bytes(front));
  return batch && position + *batch == size;
}

// How many offsets the batch has that is the rest of the file from `position` on; none when its
// checksum does not say so.
Result<Offset> offsets_of_last(const env::File& file, std::uint64_t position, std::uint64_t size) {
  std::vector<std::byte> bytes(size - position);
  TRY_ASSIGN(const auto got, file.read_at(position, MutableBytes(bytes)));
  if (got < std::max(bytes.size(), wire::batch_header_size)) return 0;
  const wire::BatchView batch{Bytes(bytes)};
  const bool is_good = batch.magic() == wire::batch_magic && batch.crc_is_good();
  return is_good ? batch.last_offset_delta() + Offset{1} : 0;
}

// Behind a damaged batch that is the last: where the log is known to have ended, or, when nothing
// is wrong but its base offset, and the log has no gaps, where the offsets end that it has.
Result<std::optional<Resumption>> behind_the_last(const env::File& file, std::uint64_t size,
                                                  const TailCheckOptions& options, const Walk& walk,
                                                  const ReadCheck::Damage& damage) {
  TRY_ASSIGN(const bool is_last, ends_segment(file, damage.position, size));
  if (!is_last) return std::nullopt;
  const bool is_it = walk.is_last_damaged && damage.position == walk.position_before;
  if (is_it || (walk.is_sure && options.known_end > damage.offset)) {
    return Resumption{size, options.known_end};
  }
  if (!options.has_no_gaps || !walk.is_sure) return std::nullopt;
  TRY_ASSIGN(const Offset offsets, offsets_of_last(file, damage.position, size));
  if (offsets <= 0 || damage.offset + offsets < options.believed) return std::nullopt;
  return Resumption{size, damage.offset + offsets};
}

// Of a walk that came upon damage: what is lost, when the next one can leave it out.
Result<std::optional<std::string>> leave_out_damage(Segment& segment,
                                                    const TailCheckOptions& options,
                                                    const Walk& walk, const Error& why) {
  TRY_ASSIGN(auto file, segment.log_file());
  const DamageSearch search{.from = walk.position_before,
                            .first = walk.next_before,
                            .end = segment.size(),
                            .file_end = segment.size(),
                            .limit = std::numeric_limits<Offset>::max(),
                            .latest = options.believed};
  TRY_ASSIGN(auto damage, first_damage(file, search));
  if (!damage && options.known_end <= 0 && !options.has_no_gaps) return std::nullopt;
  if (!damage) {  // a base offset, which no checksum covers
    const bool is_before = why.at == walk.position_before;
    damage = {why.at, is_before ? walk.next_before : walk.next_offset, why.what};
  }
  if (segment.resumption(damage->position)) return std::nullopt;  // that is not it
  TRY_ASSIGN(auto beyond, find_resumption(*file, search, *damage));
  if (!beyond) {
    TRY_ASSIGN(beyond, behind_the_last(*file, segment.size(), options, walk, *damage));
  }
  if (!beyond) return std::nullopt;
  reached(Mark::damage_left_out);
  segment.checked()->add_damaged(damage->position, {});  // what is wrong is said here
  segment.checked()->add_resumption(damage->position, beyond);
  // The damaged batch may have got entries.
  TRY_ASSIGN(auto* offsets, segment.offset_index());
  TRY(offsets->truncate_to(damage->offset));
  TRY_ASSIGN(auto* times, segment.time_index());
  TRY(times->truncate_to(damage->offset));
  return fmt::format(
      "{}: the batch at position {} is damaged: {}. Readers are refused what it held, of the "
      "offsets {} to {}; what is around it is served. Stop the broker and put a good copy of the "
      "file there, or let readers go on behind it",
      segment.path(log_suffix), damage->position, damage->what, damage->offset, beyond->offset - 1);
}

}  // namespace

Result<TailCheck> check_tail(Segment& segment, const TailCheckOptions& options) {
  std::vector<std::string> lost;
  while (true) {
    std::optional<Walk> walk;
    auto check = walk_tail(segment, options, walk);
    if (check) {
      check->lost = std::move(lost);
      return check;
    }
    const bool may_be_left_out =
        check.error().code == Errc::corrupt && walk && !options.knows_end_only();
    if (!may_be_left_out) return check;
    TRY_ASSIGN(auto what, leave_out_damage(segment, options, *walk, check.error()));
    if (!what) return check;
    lost.push_back(*std::move(what));
  }
}

}  // namespace weir::log
