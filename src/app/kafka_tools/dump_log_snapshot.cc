// .snapshot: the producers of a partition.

#include <fmt/format.h>

#include "app/kafka_tools/dump_log_run.h"
#include "app/kafka_tools/java_string.h"
#include "log/format/producer_snapshot.h"
#include "wire/record/batch.h"

namespace weir::app::kafka {
namespace {

constexpr std::size_t snapshot_size_max = std::size_t{1} << 30;
constexpr std::size_t head_size = 10;
constexpr std::size_t entry_size = 46;
constexpr std::size_t crc_from = 6;

// In the words of the tool, where it has some; it looks at the checksum last.
std::string complaint(Bytes bytes, const Error& error) {
  constexpr std::string_view invalid = "Snapshot failed schema validation: ";
  if (bytes.size() < head_size) return fmt::format("{}{}", invalid, error.what);
  const auto version = load_be<std::int16_t>(bytes.data());
  if (version != 1) {
    return fmt::format("{}Snapshot contained an unknown file version {}", invalid, version);
  }
  const auto count = load_be<std::int32_t>(bytes.data() + crc_from);
  const std::size_t room = (bytes.size() - head_size) / entry_size;
  if (count < 0 || static_cast<std::size_t>(count) > room) {
    return fmt::format("{}{} producers are more than it has room for", invalid, count);
  }
  const auto stored = load_be<std::uint32_t>(bytes.data() + 2);
  const std::uint32_t computed = wire::crc32c(bytes.subspan(crc_from));
  if (stored == computed) return fmt::format("{}{}", invalid, error.what);
  return fmt::format(
      "Snapshot is corrupt (CRC is no longer valid). Stored crc: {}. Computed crc: {}", stored,
      computed);
}

void print_producer(const DumpLogRun& run, const log::ProducerSnapshotEntry& producer) {
  const log::ProducerEntry& entry = producer.entry;
  run.print(
      fmt::format("producerId: {} producerEpoch: {} coordinatorEpoch: {} currentTxnFirstOffset: {} "
                  "lastTimestamp: {}",
                  producer.producer_id, entry.epoch, entry.coordinator_epoch,
                  java_optional(entry.current_transaction_start), entry.last_timestamp));
  if (const log::ProducerBatch* batch = entry.last_batch()) {
    run.print(fmt::format(
        " firstSequence: {} lastSequence: {} lastOffset: {} offsetDelta: {} timestamp: {}",
        batch->first_sequence(), batch->last_sequence, batch->last_offset, batch->offset_delta,
        batch->timestamp));
  }
  run.print("\n");
}

}  // namespace

Result<> dump_producer_snapshot(DumpLogRun& run, const std::string& path) {
  const auto text = env::read_file(run.disk, path, snapshot_size_max);
  if (!text && text.error().code == Errc::not_found) return fail(Errc::not_found, path);
  if (!text) return std::unexpected(text.error());
  const auto entries = log::parse_producer_snapshot_entries(as_bytes(*text));
  if (!entries) {
    run.complain(complaint(as_bytes(*text), entries.error()) + "\n");
    return {};
  }
  for (const auto& producer : *entries) print_producer(run, producer);
  return {};
}

}  // namespace weir::app::kafka
