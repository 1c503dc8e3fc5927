#pragma once
// The producer snapshot, "<offset>.snapshot": the producers' state as it was below that offset
// (ProducerSnapshot.json, docs/formats/producer_snapshot.md). Big-endian:
//
//   0 version i16 = 1 | 2 crc u32 (CRC-32C of all from byte 6) | 6 count i32 | 10 entries of 46
//   bytes: producer_id i64, epoch i16, last_sequence i32, last_offset i64, offset_delta i32,
//   timestamp i64, coordinator_epoch i32, current_transaction_start i64
//
// Each batch that is kept has an entry, a producer's newest the last of its own: Kafka, which
// writes that one alone, keeps the last that it reads. Errors of the parser: corrupt.

#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "log/producer_state.h"

namespace weir::log {

std::vector<std::byte> format_producer_snapshot(const ProducerState::Entries& entries);
Result<ProducerState::Entries> parse_producer_snapshot(Bytes bytes);

// The same as the file has them: in its order, of one batch each.
struct ProducerSnapshotEntry {
  ProducerId producer_id = no_producer_id;
  ProducerEntry entry;
};
Result<std::vector<ProducerSnapshotEntry>> parse_producer_snapshot_entries(Bytes bytes);

}  // namespace weir::log
