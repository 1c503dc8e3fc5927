#include "log/recovery/leftovers.h"

#include <algorithm>
#include <limits>

#include "base/mark.h"

namespace weir::log {
namespace {

struct Leftover {
  std::string name;
  SegmentFileName parsed;
};

// Where the log of a .swap ends: the offset behind its last batch.
Result<Offset> end_of_swap(SegmentHome& home, const Leftover& swap) {
  TRY_ASSIGN(auto file, home.disk.open(home.directory + "/" + swap.name, env::OpenMode::read));
  TRY_ASSIGN(const auto size, file->size());
  BatchScanner scanner(*file, 0, size);
  Offset end = swap.parsed.base_offset;
  while (true) {
    TRY_ASSIGN(const auto batch, scanner.next());
    if (!batch) return end;
    end = batch->header.next_offset();
  }
}

Result<> remove_file(SegmentHome& home, const std::string& name) {
  const auto removed = home.disk.remove(home.directory + "/" + name);
  if (!removed && removed.error().code != Errc::not_found) return removed;
  return {};
}

// The order matters: while a .log.swap is there, a crash leads back here, and what lies between the
// first of them and the last is removed. So what they replace is gone before one is renamed, and
// they are renamed one after the other.
Result<> complete_swaps(SegmentHome& home, std::vector<Leftover> swaps,
                        const std::vector<Leftover>& regular) {
  std::ranges::sort(swaps, {}, [](const Leftover& swap) { return swap.parsed.base_offset; });
  Offset low = std::numeric_limits<Offset>::max();
  Offset high = std::numeric_limits<Offset>::min();
  for (const auto& swap : swaps) {
    if (swap.parsed.suffix != log_suffix) continue;
    TRY_ASSIGN(const auto end, end_of_swap(home, swap));
    low = std::min(low, swap.parsed.base_offset);
    high = std::max(high, end);
  }
  for (const auto& file : regular) {
    if (file.parsed.suffix == snapshot_suffix) continue;
    if (file.parsed.base_offset >= low && file.parsed.base_offset < high) {
      TRY(remove_file(home, file.name));
    }
  }
  TRY(home.disk.sync_directory(home.directory));
  for (const bool logs : {false, true}) {
    for (const auto& swap : swaps) {
      if ((swap.parsed.suffix == log_suffix) != logs) continue;
      TRY(home.disk.rename(home.directory + "/" + swap.name,
                           home.path(swap.parsed.base_offset, swap.parsed.suffix)));
      if (logs) TRY(home.disk.sync_directory(home.directory));
    }
  }
  return home.disk.sync_directory(home.directory);
}

Result<> remove_temporary(SegmentHome& home, const std::vector<env::DirectoryEntry>& entries,
                          bool& changed) {
  for (const auto& entry : entries) {
    const std::string_view name = entry.name;
    const bool gone = (name.ends_with(deleted_suffix) && !name.ends_with(".checkpoint.deleted")) ||
                      name.ends_with(cleaned_suffix) || name.ends_with(".tmp");
    if (entry.is_directory || !gone) continue;
    reached(Mark::leftovers_removed);
    TRY(remove_file(home, entry.name));
    changed = true;
  }
  return {};
}

std::vector<Leftover> files_in_state(const std::vector<env::DirectoryEntry>& entries,
                                     std::string_view state) {
  std::vector<Leftover> found;
  for (const auto& entry : entries) {
    const auto parsed = parse_segment_file_name(entry.name);
    if (!entry.is_directory && parsed && parsed->state == state) {
      found.push_back({entry.name, *parsed});
    }
  }
  return found;
}

}  // namespace

Result<FolderContent> resolve_leftovers(SegmentHome& home) {
  FolderContent content;
  TRY_ASSIGN(const auto entries, home.disk.list(home.directory));
  const auto cleaned = files_in_state(entries, cleaned_suffix);
  auto swaps = files_in_state(entries, swap_suffix);
  for (const auto& unfinished : cleaned) {
    for (const auto& swap : swaps) {
      if (swap.parsed.base_offset < unfinished.parsed.base_offset) continue;
      TRY(remove_file(home, swap.name));
      content.changed = true;
    }
    std::erase_if(swaps, [&](const Leftover& swap) {
      return swap.parsed.base_offset >= unfinished.parsed.base_offset;
    });
  }
  TRY(remove_temporary(home, entries, content.changed));
  auto regular = files_in_state(entries, "");
  if (!swaps.empty()) {
    reached(Mark::swap_completed);
    TRY(complete_swaps(home, swaps, regular));
    content.changed = true;
    TRY_ASSIGN(const auto completed, home.disk.list(home.directory));
    regular = files_in_state(completed, "");
  }
  for (const auto& file : regular) {
    if (file.parsed.suffix == log_suffix) content.segments.push_back(file.parsed.base_offset);
    if (file.parsed.suffix == snapshot_suffix) content.snapshots.push_back(file.parsed.base_offset);
  }
  for (const auto& file : regular) {
    const auto suffix = file.parsed.suffix;
    if (suffix == log_suffix || suffix == snapshot_suffix) continue;
    if (!std::ranges::binary_search(content.segments, file.parsed.base_offset)) {
      TRY(remove_file(home, file.name));
      content.changed = true;
      continue;
    }
    auto& list = suffix == offset_index_suffix ? content.offset_indexes
                 : suffix == time_index_suffix ? content.time_indexes
                                               : content.transaction_indexes;
    list.push_back(file.parsed.base_offset);
  }
  return content;
}

}  // namespace weir::log
