// .index, .timeindex and .txnindex.

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "app/cli/log_files/batch_text.h"
#include "app/kafka_tools/dump_log_run.h"
#include "app/kafka_tools/file_batches.h"
#include "app/kafka_tools/java_string.h"
#include "log/format/offset_index.h"
#include "log/format/time_index.h"
#include "log/format/transaction_index.h"
#include "wire/compression/compression.h"
#include "wire/record/record.h"

namespace weir::app::kafka {
namespace {

constexpr std::size_t index_size_max = std::size_t{1} << 30;

// The index files of one segment and its log, by the name of one of them.
struct Siblings {
  Offset base_offset = no_offset;
  std::string log;
  std::string offset_index;
};
Result<Siblings> siblings_of(const std::string& path) {
  TRY_ASSIGN(const Offset base_offset, offset_of_name(path));
  const auto [folder, name] = split_path(absolute_path(path));
  const std::string stem = folder + "/" + name.substr(0, name.find('.'));
  return Siblings{base_offset, stem + ".log", stem + ".index"};
}

Result<std::string> read_index(env::Disk& disk, const std::string& path) {
  auto bytes = env::read_file(disk, path, index_size_max);
  if (!bytes && bytes.error().code == Errc::not_found) return fail(Errc::not_found, path);
  return bytes;
}

const std::byte* entry_at(std::string_view index, std::size_t slot, std::size_t entry_size) {
  return as_bytes(index).data() + slot * entry_size;
}

log::OffsetPosition offset_entry(std::string_view index, std::size_t slot, Offset base_offset) {
  const std::byte* at = entry_at(index, slot, log::OffsetIndex::entry_size);
  return {base_offset + load_be<std::int32_t>(at), load_be<std::uint32_t>(at + 4)};
}

log::TimestampOffset time_entry(std::string_view index, std::size_t slot, Offset base_offset) {
  const std::byte* at = entry_at(index, slot, log::TimeIndex::entry_size);
  return {load_be<std::int64_t>(at), base_offset + load_be<std::int32_t>(at + 8)};
}

// Where to begin looking for an offset: found as a broker finds it, which shows in a damaged index.
// It first looks at the newest entries, as these are asked for most.
std::uint32_t position_for(std::string_view index, Offset base_offset, Offset target) {
  constexpr std::size_t newest = 8192 / log::OffsetIndex::entry_size;
  const std::size_t count = index.size() / log::OffsetIndex::entry_size;
  const auto at = [&](std::size_t slot) { return offset_entry(index, slot, base_offset); };
  if (count == 0) return 0;
  const std::size_t first_new = count - 1 > newest ? count - 1 - newest : 0;
  const bool is_new = at(first_new).offset < target;
  if (!is_new && at(0).offset > target) return 0;
  std::size_t low = is_new ? first_new : 0;
  std::size_t high = is_new ? count - 1 : first_new;
  while (low < high) {
    const std::size_t middle = (low + high + 1) / 2;
    const auto entry = at(middle);
    if (entry.offset == target) return entry.position;
    if (entry.offset > target) {
      high = middle - 1;
    } else {
      low = middle;
    }
  }
  return at(low).position;
}

Result<> check_size(std::string_view what, const std::string& path, std::size_t size,
                    std::size_t entry_size) {
  if (size % entry_size == 0) return {};
  return fail(Errc::corrupt, fmt::format("{} file {} is corrupt, found {} bytes which is neither "
                                         "positive nor a multiple of {}",
                                         what, absolute_path(path), size, entry_size));
}

Result<> check_offset_index(const std::string& path, std::string_view index, Offset base_offset) {
  const std::size_t count = index.size() / log::OffsetIndex::entry_size;
  const Offset last = offset_entry(index, count - 1, base_offset).offset;
  if (last < base_offset) {
    return fail(Errc::corrupt,
                fmt::format("Corrupt index found, index file {} has non-zero size but the last "
                            "offset is {} which is less than the base offset {}",
                            absolute_path(path), last, base_offset));
  }
  return check_size("Index", path, index.size(), log::OffsetIndex::entry_size);
}

Result<> check_time_index(const std::string& path, std::string_view index, Offset base_offset) {
  const std::size_t count = index.size() / log::TimeIndex::entry_size;
  const auto wrong = [&](std::string_view what, std::int64_t last, std::int64_t first) {
    return fail(Errc::corrupt,
                fmt::format("Corrupt time index found, time index file ({}) has non-zero size but "
                            "the last {} is {} which is less than the first {} {}",
                            absolute_path(path), what, last, what, first));
  };
  if (count > 0) {
    const auto first = time_entry(index, 0, base_offset);
    const auto last = time_entry(index, count - 1, base_offset);
    if (last.timestamp < first.timestamp) {
      return wrong("timestamp", last.timestamp, first.timestamp);
    }
    if (last.offset < base_offset) return wrong("offset", last.offset, base_offset);
  }
  return check_size("Time index", path, index.size(), log::TimeIndex::entry_size);
}

// The tool walks to the log's end for every entry, and so stops at whatever is damaged there. Once
// is enough.
Result<> walk_to_end(const FileSlice& log, std::uint32_t position) {
  TRY_ASSIGN(const auto slice, log.slice(position, INT32_MAX));
  FileBatches batches(slice);
  for (;;) {
    TRY_ASSIGN(const auto batch, batches.next());
    if (!batch) return {};
  }
}

// The first batch from a position on that ends at or above an offset; the batch lives in `batches`.
Result<std::optional<wire::BatchView>> batch_with(FileBatches& batches, Offset offset) {
  for (;;) {
    TRY_ASSIGN(const auto batch, batches.next());
    if (!batch || batch->last_offset() >= offset) return batch;
  }
}

Result<TimestampMs> largest_timestamp(const wire::BatchView& batch) {
  TimestampMs largest = no_timestamp;
  if (batch.records_count() == 0) return largest;
  wire::CompressionContext context;
  std::vector<std::byte> storage;
  TRY_ASSIGN(const auto bytes,
             wire::decompressed_records(context, batch, unpacked_batch_max, storage));
  wire::RecordIterator records(batch, bytes);
  for (wire::Record record;;) {
    TRY_ASSIGN(const bool is_there, records.next(record));
    if (!is_there) return largest;
    largest = std::max(largest, record.timestamp);
  }
}

Result<> check_time_entry(DumpLogRun& run, const std::string& path, const FileSlice& log,
                          std::uint32_t position, log::TimestampOffset entry,
                          TimestampMs previous) {
  const std::string name = absolute_path(path);
  TRY_ASSIGN(const auto slice, log.slice(position, INT32_MAX));
  FileBatches batches(slice);
  TRY_ASSIGN(const auto batch, batch_with(batches, entry.offset));
  if (!batch || batch->last_offset() != entry.offset) {
    run.offsets_not_found[name].push_back({entry.offset, batch ? batch->last_offset() : -1});
    return {};
  }
  TRY_ASSIGN(const TimestampMs largest, largest_timestamp(*batch));
  if (largest != entry.timestamp) run.time_mismatches[name].push_back({entry.timestamp, largest});
  if (previous >= entry.timestamp) run.time_disorder[name].push_back({entry.timestamp, previous});
  return {};
}

}  // namespace

Result<> dump_offset_index(DumpLogRun& run, const std::string& path) {
  TRY_ASSIGN(const auto siblings, siblings_of(path));
  std::shared_ptr<env::File> holder;
  TRY_ASSIGN(const auto log, FileSlice::open(run.disk, siblings.log, holder));
  TRY_ASSIGN(const auto index, read_index(run.disk, path));
  const std::size_t count = index.size() / log::OffsetIndex::entry_size;
  if (count == 0) {
    run.print(fmt::format("{} is empty.\n", path));
    return {};
  }
  if (run.settings.sanity_only) {
    TRY(check_offset_index(path, index, siblings.base_offset));
    run.print(fmt::format("{} passed sanity check.\n", path));
    return {};
  }
  for (std::size_t slot = 0; slot < count; ++slot) {
    const auto entry = offset_entry(index, slot, siblings.base_offset);
    // Zeroes that were preallocated.
    if (entry.offset == siblings.base_offset && slot > 0) return {};
    TRY_ASSIGN(
        const auto slice,
        log.slice(entry.position, static_cast<std::uint64_t>(run.settings.message_size_max)));
    FileBatches batches(slice);
    TRY_ASSIGN(const auto batch, batches.next());
    if (!batch) {
      return fail(Errc::corrupt,
                  fmt::format("no batch of at most {} bytes is at position {} of {}",
                              run.settings.message_size_max, entry.position, siblings.log));
    }
    if (batch->last_offset() != entry.offset) {
      run.index_mismatches[absolute_path(path)][entry.offset] = batch->last_offset();
    }
    if (!run.settings.verify_only) {
      run.print(fmt::format("offset: {} position: {}\n", entry.offset, entry.position));
    }
  }
  return {};
}

Result<> dump_time_index(DumpLogRun& run, const std::string& path) {
  TRY_ASSIGN(const auto siblings, siblings_of(path));
  std::shared_ptr<env::File> holder;
  TRY_ASSIGN(const auto log, FileSlice::open(run.disk, siblings.log, holder));
  const auto offsets = read_index(run.disk, siblings.offset_index);
  if (!offsets && offsets.error().code != Errc::not_found) return std::unexpected(offsets.error());
  TRY_ASSIGN(const auto index, read_index(run.disk, path));
  if (run.settings.sanity_only) {
    TRY(check_time_index(path, index, siblings.base_offset));
    run.print(fmt::format("{} passed sanity check.\n", path));
    return {};
  }
  TimestampMs previous = no_timestamp;
  for (std::size_t slot = 0; slot < index.size() / log::TimeIndex::entry_size; ++slot) {
    const auto entry = time_entry(index, slot, siblings.base_offset);
    if (entry.offset == siblings.base_offset && slot > 0) return {};
    const std::uint32_t position =
        offsets ? position_for(*offsets, siblings.base_offset, entry.offset) : 0;
    if (slot == 0) TRY(walk_to_end(log, position));
    TRY(check_time_entry(run, path, log, position, entry, previous));
    if (!run.settings.verify_only) {
      run.print(fmt::format("timestamp: {} offset: {}\n", entry.timestamp, entry.offset));
    }
    previous = entry.timestamp;
  }
  return {};
}

Result<> dump_transaction_index(DumpLogRun& run, const std::string& path) {
  TRY(offset_of_name(path));
  const auto index = read_index(run.disk, path);
  if (!index && index.error().code == Errc::not_found) return {};
  if (!index) return std::unexpected(index.error());
  for (std::size_t slot = 0; slot < index->size() / log::TransactionIndex::entry_size; ++slot) {
    const std::byte* at = entry_at(*index, slot, log::TransactionIndex::entry_size);
    const auto version = load_be<std::int8_t>(at);  // all that the tool looks at
    if (version > 0) {
      return fail(Errc::unsupported,
                  fmt::format("Unexpected aborted transaction version {} in transaction index {}, "
                              "current version is 0",
                              version, absolute_path(path)));
    }
    run.print(fmt::format(
        "version: {} producerId: {} firstOffset: {} lastOffset: {} lastStableOffset: {}\n", version,
        load_be<std::int64_t>(at + 2), load_be<std::int64_t>(at + 10),
        load_be<std::int64_t>(at + 18), load_be<std::int64_t>(at + 26)));
  }
  return {};
}

}  // namespace weir::app::kafka
