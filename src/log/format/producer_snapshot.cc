#include "log/format/producer_snapshot.h"

#include <algorithm>

#include "base/steps.h"
#include "wire/record/batch.h"

namespace weir::log {
namespace {

constexpr std::int16_t version = 1;
constexpr std::size_t crc_from = 6;
constexpr std::size_t head_size = 10;
constexpr std::size_t entry_size = 46;

std::size_t entries_of(const ProducerEntry& entry) {
  return std::max<std::size_t>(1, entry.batch_count);
}

void put_batch(std::byte* at, const ProducerBatch& batch) {
  store_be(at + 10, batch.last_sequence);
  store_be(at + 14, batch.last_offset);
  store_be(at + 22, batch.offset_delta);
  store_be(at + 26, batch.timestamp);
}

// Its batches, oldest first; what is more than a batch stands beside the newest. Returns the end.
std::byte* put_entries(std::byte* at, ProducerId producer_id, const ProducerEntry& entry) {
  const std::size_t count = entries_of(entry);
  for (std::size_t i = 0; i < count; ++i) {
    const bool is_last = i + 1 == count;
    store_be(at, producer_id);
    store_be(at + 8, entry.epoch);
    put_batch(at, i < entry.batch_count ? entry.batches[i] : ProducerBatch{});
    if (is_last) store_be(at + 26, entry.last_timestamp);
    store_be(at + 34, entry.coordinator_epoch);
    store_be(at + 38, is_last ? entry.current_transaction_start : no_offset);
    at += entry_size;
  }
  return at;
}

ProducerEntry get_entry(const std::byte* at) {
  ProducerEntry entry;
  entry.epoch = load_be<ProducerEpoch>(at + 8);
  entry.last_timestamp = load_be<TimestampMs>(at + 26);
  entry.coordinator_epoch = load_be<std::int32_t>(at + 34);
  entry.current_transaction_start = load_be<Offset>(at + 38);
  const auto last_offset = load_be<Offset>(at + 14);
  if (last_offset >= 0) {
    entry.add_batch({.last_sequence = load_be<Sequence>(at + 10),
                     .offset_delta = load_be<std::int32_t>(at + 22),
                     .last_offset = last_offset,
                     .timestamp = entry.last_timestamp});
  }
  return entry;
}

// The next entry of a producer, with the batches that were listed before its own. Those of another
// epoch, or of another place in the log, are not its own.
ProducerEntry joined(const ProducerEntry& before, const ProducerEntry& next) {
  const ProducerBatch* older = before.last_batch();
  const ProducerBatch* newer = next.last_batch();
  if (!older || !newer || before.epoch != next.epoch ||
      older->last_offset >= newer->first_offset()) {
    return next;
  }
  ProducerEntry entry = next;
  entry.batches = before.batches;
  entry.batch_count = before.batch_count;
  entry.add_batch(*newer);
  return entry;
}

}  // namespace

std::vector<std::byte> format_producer_snapshot(const ProducerState::Entries& entries) {
  std::size_t count = 0;
  for (const auto& [_, entry] : entries) count += entries_of(entry);
  std::vector<std::byte> bytes(head_size + count * entry_size);
  store_be(bytes.data(), version);
  store_be(bytes.data() + crc_from, static_cast<std::int32_t>(count));
  std::byte* at = bytes.data() + head_size;
  for (const auto& [producer_id, entry] : entries) at = put_entries(at, producer_id, entry);
  store_be(bytes.data() + 2, wire::crc32c(Bytes(bytes).subspan(crc_from)));
  return bytes;
}

Result<std::vector<ProducerSnapshotEntry>> parse_producer_snapshot_entries(Bytes bytes) {
  if (bytes.size() < head_size)
    return fail(Errc::corrupt, "a producer snapshot that was cut short");
  if (load_be<std::int16_t>(bytes.data()) != version) {
    return fail(Errc::corrupt, "a producer snapshot of a version that is not known");
  }
  if (load_be<std::uint32_t>(bytes.data() + 2) != wire::crc32c(bytes.subspan(crc_from))) {
    return fail(Errc::corrupt, "a producer snapshot with a bad checksum");
  }
  const auto count = load_be<std::int32_t>(bytes.data() + crc_from);
  if (count < 0 || bytes.size() - head_size != std::uint64_t(count) * entry_size) {
    return fail(Errc::corrupt, "a producer snapshot whose count and size differ");
  }
  std::vector<ProducerSnapshotEntry> entries;
  count_steps(static_cast<std::uint64_t>(count));
  for (std::int32_t i = 0; i < count; ++i) {
    const auto* at = bytes.data() + head_size + static_cast<std::size_t>(i) * entry_size;
    entries.push_back({load_be<ProducerId>(at), get_entry(at)});
  }
  return entries;
}

Result<ProducerState::Entries> parse_producer_snapshot(Bytes bytes) {
  TRY_ASSIGN(const auto listed, parse_producer_snapshot_entries(bytes));
  ProducerState::Entries entries;
  for (const auto& [producer_id, entry] : listed) {
    const auto [place, is_first] = entries.try_emplace(producer_id, entry);
    if (!is_first) place->second = joined(place->second, entry);
  }
  return entries;
}

}  // namespace weir::log
