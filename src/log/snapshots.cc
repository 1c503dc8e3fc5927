// Producer snapshots, and the replay of what they do not cover.

#include <algorithm>

#include "base/canary.h"
#include "base/mark.h"
#include "log/format/producer_snapshot.h"
#include "log/partition_log_state.h"

namespace weir::log {
namespace {

constexpr std::size_t snapshot_bytes_max = std::size_t{1} << 30;

// The batch of `from`, or the next one that is not damaged.
Result<std::optional<BatchPlace>> replay_start(Segment& segment, Offset from, Offset end) {
  while (true) {
    auto start = segment.find(from);
    if (start || start.error().code != Errc::corrupt) return start;
    const auto* beyond = segment.resumption(start.error().at);
    if (!beyond) {
      TRY_ASSIGN(beyond, segment.look_beyond_damage(from, end));
    } else if (beyond->offset <= from) {
      return start;  // something else is wrong
    }
    if (!beyond) {
      TRY_ASSIGN(const auto indexed, segment.indexed_behind(start.error().at));
      return indexed ? indexed : start;
    }
    from = std::max(from, beyond->offset);
  }
}

// The next batch that is not damaged. `last`: an offset of the one before, which is at `before`, if
// its header is true.
Result<std::optional<ScannedBatch>> next_to_replay(BatchScanner& scanner, Segment& segment,
                                                   std::uint64_t before, Offset last, Offset end) {
  while (true) {
    segment.pass_damage(scanner);
    const std::uint64_t position = scanner.position();
    auto batch = scanner.next();
    if (batch || batch.error().code != Errc::corrupt) return batch;
    TRY_ASSIGN(const auto* beyond, segment.look_beyond_damage(last, end));
    if (beyond && beyond->position >= position) {
      scanner.go_on_at(beyond->position);
      continue;
    }
    // That one may have led into the middle of what follows it.
    TRY_ASSIGN(const auto indexed, segment.indexed_behind(before));
    if (!indexed) return batch;
    before = indexed->position;
    scanner.go_on_at(before);
  }
}

}  // namespace

std::string snapshot_path(const SegmentHome& home, Offset offset) {
  return home.path(offset, snapshot_suffix);
}

Result<std::shared_ptr<env::File>> PartitionLog::State::write_snapshot(
    Offset offset, const ProducerState::Entries& entries) {
  const auto bytes = format_producer_snapshot(entries);
  TRY_ASSIGN(auto file, disk.open(snapshot_path(home, offset), env::OpenMode::create));
  TRY(file->truncate(0));
  TRY(file->write_at(0, Bytes(bytes)));
  const auto at = std::ranges::lower_bound(snapshots, offset);
  if (at == snapshots.end() || *at != offset) snapshots.insert(at, offset);
  return file;
}

void PartitionLog::State::remove_snapshot(Offset offset) {
  static_cast<void>(disk.remove(snapshot_path(home, offset)));
  std::erase(snapshots, offset);
}

// One that stayed would lie about what is written in its place later.
void PartitionLog::State::remove_snapshots_above(Offset limit) {
  while (!snapshots.empty() && snapshots.back() > limit) remove_snapshot(snapshots.back());
}

Result<> PartitionLog::State::replay_segment(Segment& segment, Offset from, Offset end) {
  TRY_ASSIGN(const auto start, replay_start(segment, from, end));
  if (!start) return {};
  TRY_ASSIGN(auto file, segment.log_file());
  BatchScanner scanner(*file, start->position, segment.size(), BatchScanner::small_window * 4);
  std::uint64_t before = start->position;
  Offset last = start->base_offset;
  while (true) {
    TRY_ASSIGN(const auto batch, next_to_replay(scanner, segment, before, last, end));
    if (!batch || batch->header.base_offset() >= end) return {};
    before = batch->position;
    last = batch->header.last_offset();
    if (!batch->header.has_producer_id()) continue;
    auto header = batch->header;
    if (header.is_control()) {
      TRY_ASSIGN(header, scanner.whole(*batch));
      if (!header.crc_is_good()) continue;  // readers are refused it, too
    }
    TRY_ASSIGN(const auto produced, produced_batch(header));
    const auto appended = producers.append(produced, AppendOrigin::replication);
    producers.commit();
    if (appended && *appended && (*appended)->is_aborted) {
      TRY(segment.append_aborted({.producer_id = (*appended)->producer_id,
                                  .first_offset = (*appended)->first_offset,
                                  .last_offset = (*appended)->last_offset,
                                  .last_stable_offset = (*appended)->last_stable_offset}));
    }
  }
}

Result<> PartitionLog::State::reload_producers(Offset believed, TimestampMs now) {
  if (!sings(Canary::snapshot_outlives_cut)) remove_snapshots_above(std::min(believed, log_end));
  Offset from = log_start;
  producers.clear();
  while (!snapshots.empty() && snapshots.back() >= log_start) {
    const auto text =
        env::read_file(disk, snapshot_path(home, snapshots.back()), snapshot_bytes_max);
    if (!text && text.error().code != Errc::not_found) return std::unexpected(text.error());
    auto entries = text ? parse_producer_snapshot(as_bytes(*text))
                        : Result<ProducerState::Entries>(std::unexpected(text.error()));
    if (entries) {
      std::erase_if(*entries, [&](const auto& item) {
        return is_expired(item.second, now, config.producer_id_expiration_ms);
      });
      from = snapshots.back();
      reached(Mark::producer_snapshot_loaded);
      producers.load(*std::move(entries));
      break;
    }
    reached(Mark::producer_snapshot_rebuilt);
    warn("a producer snapshot is rebuilt: " + entries.error().message());
    remove_snapshot(snapshots.back());
  }
  if (from >= log_end || sings(Canary::producers_not_replayed)) return {};
  for (std::size_t i = segment_of(from); i < segments.size(); ++i) {
    const Offset base = segments[i]->base_offset();
    if (base > from && !std::ranges::binary_search(snapshots, base)) {
      TRY(write_snapshot(base, producers.entries()));
    }
    TRY(replay_segment(*segments[i], std::max(from, base), log_end));
  }
  TRY(write_snapshot(log_end, producers.entries()));
  ++directory_changes;
  return {};
}

}  // namespace weir::log
