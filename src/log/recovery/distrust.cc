#include "log/recovery/distrust.h"

#include "base/canary.h"

#include <algorithm>
#include <vector>

namespace weir::log {
namespace {

constexpr std::size_t piece_bytes = 1 << 20;

std::string mark_of(const std::string& directory) { return directory + "/sync-failed"; }

Result<> write_bytes_again(env::File& file, std::uint64_t from, std::uint64_t end) {
  TRY(file.truncate(end));
  std::vector<std::byte> piece;
  while (from < end) {
    piece.resize(std::min<std::uint64_t>(end - from, piece_bytes));
    TRY_ASSIGN(const std::size_t got, file.read_at(from, piece));
    if (got != piece.size()) return fail(Errc::io, "a segment became shorter while it was read");
    TRY(file.write_at(from, Bytes(piece)));
    from += got;
  }
  return file.sync();
}

}  // namespace

void distrust(env::Disk& disk, const std::string& directory) {
  (void)disk.open(mark_of(directory), env::OpenMode::create);
}

Result<bool> is_distrusted(env::Disk& disk, const std::string& directory) {
  if (sings(Canary::sync_failure_forgotten)) return false;
  return disk.exists(mark_of(directory));
}

Result<> trust_again(env::Disk& disk, const std::string& directory) {
  TRY(disk.sync_directory(directory));
  return disk.remove(mark_of(directory));
}

Result<> write_again(Segment& segment, Offset offset) {
  TRY_ASSIGN(const auto place, segment.find(offset));
  TRY_ASSIGN(const auto log, segment.log_file());
  TRY(write_bytes_again(*log, place ? place->position : segment.size(), segment.size()));
  TRY(segment.rebuild_indexes());
  TRY(segment.write_pending_entries());
  TRY_ASSIGN(auto* offsets, segment.offset_index());
  TRY(offsets->file().file()->sync());
  TRY_ASSIGN(auto* times, segment.time_index());
  return times->file().file()->sync();
}

}  // namespace weir::log
