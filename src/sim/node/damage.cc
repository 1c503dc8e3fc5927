#include "sim/node/damage.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "wire/record/batch.h"

namespace weir::sim {
namespace {

constexpr std::size_t sector = 512;
constexpr std::size_t checksum_at = 17;  // in a batch; what is behind it is covered

struct Target {
  TopicPartition at;
  std::string path;
  std::string content;
};

std::string content_of(Disk& disk, const std::string& path) {
  const auto file = disk.open(path, env::OpenMode::read);
  CHECK(file && (*file)->size(), "the disk is well");
  std::string content(*(*file)->size(), '\0');
  CHECK((*file)->read_at(0, std::as_writable_bytes(std::span(content))), "the disk is well");
  return content;
}

std::vector<Target> files_with(Disk& disk, const std::string& directory,
                               std::span<const TopicPartition> partitions,
                               std::string_view suffix) {
  std::vector<Target> targets;
  for (const TopicPartition& at : partitions) {
    const std::string folder = fmt::format("{}/{}-{}", directory, at.topic, at.partition);
    const auto entries = disk.list(folder);
    CHECK(entries.has_value(), "the disk is well");
    for (const env::DirectoryEntry& entry : *entries) {
      if (!entry.name.ends_with(suffix)) continue;
      const std::string path = folder + "/" + entry.name;
      std::string content = content_of(disk, path);
      if (!content.empty()) targets.push_back({at, path, std::move(content)});
    }
  }
  return targets;
}

void overwrite(Disk& disk, const std::string& path, std::size_t position, std::string_view bytes) {
  const auto file = disk.open(path, env::OpenMode::read_write);
  const Bytes piece = as_bytes(bytes);
  CHECK(file && (*file)->write_at(position, {&piece, 1}) && (*file)->sync(), "the disk is well");
}

// Which records the bytes [begin, end) of a log belong to; those behind its last batch to none.
void find_hit(Damage& damage, std::string_view log, std::size_t begin, std::size_t end) {
  bool hits_any = false;
  for (std::size_t at = 0; at + wire::batch_header_size <= log.size();) {
    const Bytes left = as_bytes(log.substr(at));
    const auto size = wire::batch_size_at(left);
    if (!size || *size > left.size()) break;
    const auto batch = wire::read_batch(left.first(*size));
    if (!batch) break;
    if (begin < at + *size && at < end) {
      if (!std::exchange(hits_any, true)) damage.first = batch->base_offset();
      damage.last = batch->last_offset();
      damage.hits_header |= begin < at + wire::batch_header_size;
    }
    at += *size;
  }
}

// Whether the checksum of a batch covers this byte of a log, or is this byte.
bool is_covered(std::string_view log, std::size_t position) {
  for (std::size_t at = 0; at + wire::batch_header_size <= log.size();) {
    const auto size = wire::batch_size_at(as_bytes(log.substr(at)));
    if (!size || position < at + *size) return position >= at + checksum_at;
    at += *size;
  }
  return false;
}

Damage flip_bit(Disk& disk, FaultCounts& faults, Target& target, bool may_have_gaps,
                SeededRandom& chance) {
  const bool is_log = target.path.ends_with(".log");
  std::size_t position = chance.below(target.content.size());
  while (is_log && may_have_gaps && !is_covered(target.content, position)) {
    position = chance.below(target.content.size());
  }
  const auto bit = chance.below(8);
  Damage damage{target.at, fmt::format("bit {} of byte {} of {}", bit, position, target.path)};
  if (is_log) find_hit(damage, target.content, position, position + 1);
  target.content[position] = static_cast<char>(target.content[position] ^ (1 << bit));
  overwrite(disk, target.path, position, std::string_view(target.content).substr(position, 1));
  faults.add(Fault::rotten);
  return damage;
}

// A write that went to the wrong place. Not one of another log at its own place there: whole
// batches of the same offsets could not be told from the truth, as they do not name their
// partition.
Damage misdirect(Disk& disk, FaultCounts& faults, const Target& target, const Target& source,
                 SeededRandom& chance) {
  const std::size_t to = chance.below((target.content.size() + sector - 1) / sector) * sector;
  std::size_t from = chance.below((source.content.size() + sector - 1) / sector) * sector;
  if (from == to && to > 0) from -= sector;
  if (from == to) from = std::min(sector, source.content.size()) / 2;
  const std::size_t size =
      std::min({sector, target.content.size() - to, source.content.size() - from});
  Damage damage{target.at, fmt::format("{} bytes at {} of {} are those at {} of {}", size, to,
                                       target.path, from, source.path)};
  find_hit(damage, target.content, to, to + size);
  overwrite(disk, target.path, to, std::string_view(source.content).substr(from, size));
  faults.add(Fault::misdirected);
  return damage;
}

Damage remove(Disk& disk, FaultCounts& faults, const Target& target) {
  const std::string folder = target.path.substr(0, target.path.rfind('/'));
  CHECK(disk.remove(target.path) && disk.sync_directory(folder), "the disk is well");
  faults.add(Fault::rotten);
  return {target.at, target.path + " is gone"};
}

}  // namespace

std::optional<Damage> damage_at_rest(Disk& disk, FaultCounts& faults, const std::string& directory,
                                     std::span<const TopicPartition> partitions, bool may_have_gaps,
                                     SeededRandom& chance) {
  constexpr std::string_view derived[] = {".index", ".timeindex", ".snapshot"};
  const auto kind = chance.below(8);
  const bool hits_log = kind < 6;
  auto targets = files_with(disk, directory, partitions,
                            hits_log ? std::string_view(".log") : derived[chance.below(3)]);
  if (targets.empty()) return {};
  Target& target = targets[chance.below(targets.size())];
  const bool flips = kind < 4 || kind == 6 || (hits_log && may_have_gaps);
  if (flips) return flip_bit(disk, faults, target, may_have_gaps, chance);
  if (kind == 7) return remove(disk, faults, target);
  return misdirect(disk, faults, target, targets[chance.below(targets.size())], chance);
}

Task<Result<AroundDamage>> read_around(RawClient& client, TopicPartition from, Offset end) {
  AroundDamage found;
  for (Offset next = 0; next < end;) {
    auto fetching = fetch(client, from, next);
    CO_TRY_ASSIGN(const Fetched got, co_await std::move(fetching));
    if (got.error_code == storage_error) {
      found.refused.push_back(next++);
      continue;
    }
    if (got.error_code != 0) {
      co_return fail(Errc::invalid, "a fetch was refused",
                     static_cast<std::uint64_t>(got.error_code));
    }
    if (got.next <= next && got.high_watermark <= next) break;
    if (got.next <= next) {
      co_return fail(Errc::corrupt, "nothing is served below the high watermark",
                     static_cast<std::uint64_t>(next));
    }
    found.records.insert(found.records.end(), got.records.begin(), got.records.end());
    next = got.next;
  }
  co_return found;
}

}  // namespace weir::sim
