#include "log/format/producer_snapshot.h"

#include "base/steps.h"
#include "wire/record/batch.h"

namespace weir::log {
namespace {

constexpr std::int16_t version = 1;
constexpr std::size_t crc_from = 6;
constexpr std::size_t head_size = 10;
constexpr std::size_t entry_size = 46;

void put_entry(std::byte* at, ProducerId producer_id, const ProducerEntry& entry) {
  const ProducerBatch* last = entry.last_batch();
  store_be(at, producer_id);
  store_be(at + 8, entry.epoch);
  store_be(at + 10, entry.last_sequence());
  store_be(at + 14, last ? last->last_offset : no_offset);
  store_be(at + 22, last ? last->offset_delta : std::int32_t{0});
  store_be(at + 26, entry.last_timestamp);
  store_be(at + 34, entry.coordinator_epoch);
  store_be(at + 38, entry.current_transaction_start);
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

}  // namespace

std::vector<std::byte> format_producer_snapshot(const ProducerState::Entries& entries) {
  std::vector<std::byte> bytes(head_size + entries.size() * entry_size);
  store_be(bytes.data(), version);
  store_be(bytes.data() + crc_from, static_cast<std::int32_t>(entries.size()));
  std::byte* at = bytes.data() + head_size;
  for (const auto& [producer_id, entry] : entries) {
    put_entry(at, producer_id, entry);
    at += entry_size;
  }
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
  for (const auto& [producer_id, entry] : listed) entries.insert_or_assign(producer_id, entry);
  return entries;
}

}  // namespace weir::log
