#include "sim/disk_node.h"

#include <algorithm>
#include <array>
#include <utility>

namespace weir::sim {
namespace {

void apply(const FileChange& change, PagedBytes& to) {
  if (change.is_truncation) {
    to.truncate(change.position);
  } else {
    to.write(change.position, as_bytes(change.bytes));
  }
}

void apply(const NameChange& change, std::map<std::string, Name>& to) {
  if (change.target) {
    to[change.name] = *change.target;
  } else {
    to.erase(change.name);
  }
}

constexpr std::size_t sector_bytes = 512;

// The parts of a write that lie in one sector each: [from, to) within its bytes.
template <class Visit>
void for_each_sector(const FileChange& change, Visit&& visit) {
  for (std::size_t from = 0; from < change.bytes.size();) {
    const std::size_t left = sector_bytes - (change.position + from) % sector_bytes;
    const std::size_t to = std::min(change.bytes.size(), from + left);
    visit(from, to);
    from = to;
  }
}

void write_part(const FileChange& change, std::size_t from, std::size_t to, PagedBytes& into) {
  into.write(change.position + from, as_bytes(change.bytes).subspan(from, to - from));
}

void tear(const FileChange& change, SeededRandom& chance, PagedBytes& into) {
  for_each_sector(change, [&](std::size_t from, std::size_t to) {
    if (chance.one_in(2)) write_part(change, from, to, into);
  });
}

// The file has its new size, and zeros where it has grown.
void grow_only(const FileChange& change, PagedBytes& into) {
  const std::uint64_t end = change.position + change.bytes.size();
  if (end > into.size()) into.truncate(end);
}

// One sector of what has grown has bytes of something else.
void garble(FileChange change, SeededRandom& chance, PagedBytes& into) {
  const std::size_t old =
      into.size() > change.position ? static_cast<std::size_t>(into.size() - change.position) : 0;
  if (old < change.bytes.size()) {
    const std::size_t at = old + chance.below(change.bytes.size() - old);
    for_each_sector(change, [&](std::size_t from, std::size_t to) {
      if (at < from || at >= to) return;
      for (std::size_t i = std::max(from, old); i < to; ++i) {
        change.bytes[i] = static_cast<char>(chance.below(256));
      }
    });
  }
  apply(change, into);
}

// Where the first byte of a write lies that no durable one was at.
std::size_t first_new_byte(const FileChange& change, const PagedBytes& into) {
  const std::uint64_t old = into.size() > change.position ? into.size() - change.position : 0;
  return static_cast<std::size_t>(std::min<std::uint64_t>(old, change.bytes.size()));
}

// One bit of what has grown is another.
void flip(FileChange change, SeededRandom& chance, FaultCounts& faults, PagedBytes& into) {
  const std::size_t old = first_new_byte(change, into);
  if (old < change.bytes.size()) {
    const std::size_t at = old + chance.below(change.bytes.size() - old);
    change.bytes[at] = static_cast<char>(change.bytes[at] ^ (1 << chance.below(8)));
    faults.add(Fault::bit_flipped);
  }
  apply(change, into);
}

// One sector of what has grown holds what an earlier one of the file holds, as when a write went to
// the wrong place and the right one has what was there before.
void leave_stale(FileChange change, SeededRandom& chance, FaultCounts& faults, PagedBytes& into) {
  const std::size_t old = first_new_byte(change, into);
  const std::uint64_t sectors = into.size() / sector_bytes;
  if (old < change.bytes.size() && sectors > 0) {
    std::array<std::byte, sector_bytes> sector;
    into.read(chance.below(sectors) * sector_bytes, sector);
    const std::size_t at = old + chance.below(change.bytes.size() - old);
    for_each_sector(change, [&](std::size_t from, std::size_t to) {
      if (at < from || at >= to) return;
      for (std::size_t i = std::max(from, old); i < to; ++i) {
        change.bytes[i] = static_cast<char>(sector[(change.position + i) % sector_bytes]);
      }
    });
    faults.add(Fault::sector_stale);
  }
  apply(change, into);
}

void lose_some(const FileChange& change, SeededRandom& chance, FaultCounts& faults,
               PagedBytes& into) {
  const std::uint64_t fate = chance.below(10);
  if (fate < 4) return apply(change, into);
  if (fate == 4 || change.is_truncation) return faults.add(Fault::write_lost);
  if (fate == 5) {
    faults.add(Fault::write_torn);
    return tear(change, chance, into);
  }
  if (fate == 6) {
    faults.add(Fault::write_zeroed);
    return grow_only(change, into);
  }
  if (fate == 7) return flip(change, chance, faults, into);
  if (fate == 8) return leave_stale(change, chance, faults, into);
  faults.add(Fault::write_garbled);
  garble(change, chance, into);
}

}  // namespace

void lose_some_unsynced(FileNode& file, SeededRandom& chance, FaultCounts& faults) {
  for (const auto& change : file.unsynced) lose_some(change, chance, faults, file.durable);
  lose_unsynced(file, 0);
}

void lose_some_unsynced(DirectoryNode& directory, SeededRandom& chance, FaultCounts& faults,
                        std::map<std::uint64_t, bool>& kept) {
  for (const auto& change : directory.unsynced) {
    const auto [decided, is_new] = kept.try_emplace(change.order, false);
    if (is_new) decided->second = chance.one_in(2);
    if (is_new && !decided->second) faults.add(Fault::name_lost);
    if (decided->second) apply(change, directory.durable);
  }
  lose_unsynced(directory, 0);
}

void fail_sync(FileNode& file, SeededRandom& chance) {
  for (const auto& change : std::exchange(file.unsynced, {})) {
    if (chance.one_in(2)) apply(change, file.durable);
  }
  file.has_lost_changes = true;
  if (chance.one_in(2)) file.now = file.durable;
}

void lose_unsynced(FileNode& file, std::uint64_t cut) {
  for (const auto& change : file.unsynced) {
    if (change.order < cut) apply(change, file.durable);
  }
  file.unsynced.clear();
  file.now = file.durable;
  file.has_lost_changes = false;
}

void lose_unsynced(DirectoryNode& directory, std::uint64_t cut) {
  for (const auto& change : directory.unsynced) {
    if (change.order < cut) apply(change, directory.durable);
  }
  directory.unsynced.clear();
  directory.now = directory.durable;
}

void sync(FileNode& file) {
  if (file.unsynced.empty()) return;
  if (file.has_lost_changes) {
    for (const auto& change : file.unsynced) apply(change, file.durable);
  } else {
    file.durable = file.now;  // the same, and shares its pages
  }
  file.unsynced.clear();
}

void sync(DirectoryNode& directory) {
  for (const auto& change : directory.unsynced) apply(change, directory.durable);
  directory.unsynced.clear();
}

}  // namespace weir::sim
