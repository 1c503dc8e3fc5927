// Finding records by time, away from the shard: the plan holds what it needs of the segments as
// they were.

#include <algorithm>
#include <limits>

#include "log/partition_log_state.h"
#include "wire/compression/compression.h"
#include "wire/record/record_stream.h"

namespace weir::log {

// A segment's files, opened anew: the shard's own objects are not touched.
struct PartitionLog::TimestampLookup::Source {
  struct Piece {
    Offset base_offset;
    std::uint64_t size;
    std::optional<TimestampOffset> max;  // when the shard knows it
    std::shared_ptr<env::File> log;      // when it is open
  };
  env::Disk& disk;
  SegmentHome home;
  std::vector<Piece> pieces;
  Offset log_start;

  Result<std::optional<TimestampAndOffset>> find(const Piece& piece, TimestampMs target) const;
  Result<TimestampOffset> max_of(const Piece& piece, const env::File& log) const;
  // The first record of the batch at or above log_start whose timestamp is at or above `target`.
  // The batch is unpacked piece by piece, and only as far as that.
  Result<std::optional<TimestampAndOffset>> find_record(const wire::BatchView& batch,
                                                        TimestampMs target) const;
  Result<std::shared_ptr<env::File>> open_log(const Piece& piece) const;
  Result<std::uint64_t> start_position(const Piece& piece, TimestampMs target) const;
};

namespace {

// A segment that retention removed meanwhile is passed over.
bool is_gone(const Error& error) { return error.code == Errc::not_found; }

constexpr std::int64_t record_bytes_max = std::numeric_limits<std::int32_t>::max();

// A record that is malformed was not so when it was appended.
Error in_log(const Error& error) {
  if (error.code != Errc::invalid) return error;
  return {Errc::corrupt, error.what, error.at};
}

}  // namespace

Result<std::shared_ptr<env::File>> PartitionLog::TimestampLookup::Source::open_log(
    const Piece& piece) const {
  if (piece.log) return piece.log;
  return disk.open(home.path(piece.base_offset, log_suffix), env::OpenMode::read);
}

Result<TimestampOffset> PartitionLog::TimestampLookup::Source::max_of(const Piece& piece,
                                                                      const env::File& log) const {
  if (piece.max) return *piece.max;
  TimeIndex index(piece.base_offset);
  const auto opened =
      index.file().open(disk, home.path(piece.base_offset, time_index_suffix), env::OpenMode::read);
  if (opened && index.count() > 0) return index.last();
  TimestampOffset max{no_timestamp, piece.base_offset};
  BatchScanner scanner(log, 0, piece.size);
  while (true) {
    TRY_ASSIGN(const auto batch, scanner.next());
    if (!batch) return max;
    if (batch->header.max_timestamp() > max.timestamp) {
      max = {batch->header.max_timestamp(), batch->header.last_offset()};
    }
  }
}

Result<std::uint64_t> PartitionLog::TimestampLookup::Source::start_position(
    const Piece& piece, TimestampMs target) const {
  TimeIndex times(piece.base_offset);
  OffsetIndex offsets(piece.base_offset);
  const auto opened_times =
      times.file().open(disk, home.path(piece.base_offset, time_index_suffix), env::OpenMode::read);
  const auto opened_offsets = offsets.file().open(
      disk, home.path(piece.base_offset, offset_index_suffix), env::OpenMode::read);
  if (!opened_times || !opened_offsets) return std::uint64_t{0};
  // Everything up to the entry below the target is older than it.
  TRY_ASSIGN(const auto entry, times.lookup(target - 1));
  TRY_ASSIGN(const auto place, offsets.lookup(std::max(entry.offset, log_start)));
  return place.position < piece.size ? place.position : 0;
}

Result<std::optional<TimestampAndOffset>> PartitionLog::TimestampLookup::Source::find_record(
    const wire::BatchView& batch, TimestampMs target) const {
  wire::CompressionContext context;
  wire::Decompressor unpacked(context, batch.codec(), batch.records(),
                              decompressed_batch_bytes_max);
  wire::RecordStream records(unpacked, record_bytes_max);
  for (std::int32_t i = 0; i < batch.records_count(); ++i) {
    const auto record = records.next();
    if (!record) return std::unexpected(in_log(record.error()));
    const TimestampMs timestamp =
        batch.is_log_append_time()
            ? batch.max_timestamp()
            : wire::add_delta(batch.base_timestamp(), record->timestamp_delta);
    const Offset offset = wire::add_delta(batch.base_offset(), record->offset_delta);
    if (timestamp >= target && offset >= log_start) {
      return TimestampAndOffset{timestamp, offset, batch.leader_epoch()};
    }
  }
  return std::nullopt;
}

Result<std::optional<TimestampAndOffset>> PartitionLog::TimestampLookup::Source::find(
    const Piece& piece, TimestampMs target) const {
  TRY_ASSIGN(auto log, open_log(piece));
  TRY_ASSIGN(const auto max, max_of(piece, *log));
  if (max.timestamp < target) return std::nullopt;
  TRY_ASSIGN(const auto position, start_position(piece, target));
  BatchScanner scanner(*log, position, piece.size);
  while (true) {
    TRY_ASSIGN(const auto batch, scanner.next());
    if (!batch) return std::nullopt;
    if (batch->header.max_timestamp() < target || batch->header.last_offset() < log_start) continue;
    TRY_ASSIGN(const auto whole, scanner.whole(*batch));
    if (!whole.crc_is_good()) {
      return fail(Errc::corrupt, "a batch with a wrong checksum", batch->position);
    }
    TRY_ASSIGN(auto found, find_record(whole, target));
    if (found) return found;
  }
}

Result<std::optional<TimestampAndOffset>> PartitionLog::TimestampLookup::carry_out() const {
  const auto& source = *source_;
  if (!wants_max_) {
    for (const auto& piece : source.pieces) {
      auto found = source.find(piece, target_);
      if (!found && is_gone(found.error())) continue;
      if (!found || *found) return found;
    }
    return std::nullopt;
  }
  const TimestampLookup::Source::Piece* best = nullptr;
  TimestampOffset best_max;
  for (const auto& piece : source.pieces) {
    const auto log = source.open_log(piece);
    if (!log && is_gone(log.error())) continue;
    if (!log) return std::unexpected(log.error());
    TRY_ASSIGN(const auto max, source.max_of(piece, **log));
    if (max.timestamp > best_max.timestamp) {
      best = &piece;
      best_max = max;
    }
  }
  if (best == nullptr) return std::nullopt;
  return source.find(*best, best_max.timestamp);
}

PartitionLog::TimestampLookup PartitionLog::lookup_timestamp(TimestampMs target) const {
  State& s = *state_;
  // The helper reads the index from its file; what it does not find there it scans for.
  static_cast<void>(s.active().write_pending_entries());
  auto source = std::make_shared<TimestampLookup::Source>(TimestampLookup::Source{
      .disk = s.disk, .home = s.home, .pieces = {}, .log_start = s.log_start});
  for (const auto& segment : s.segments) {
    source->pieces.push_back({.base_offset = segment->base_offset(),
                              .size = segment->size(),
                              .max = segment->known_max_timestamp(),
                              .log = segment->open_log_file()});
  }
  TimestampLookup lookup;
  lookup.source_ = std::move(source);
  lookup.target_ = target;
  return lookup;
}

PartitionLog::TimestampLookup PartitionLog::lookup_max_timestamp() const {
  auto lookup = lookup_timestamp(0);
  lookup.wants_max_ = true;
  return lookup;
}

}  // namespace weir::log
