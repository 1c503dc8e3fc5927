#pragma once
// FetchItem: one partition of a fetch that is being served: what is asked and what was found. Read
// on the shard that owns the partition, answered on the connection's.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/env/network.h"
#include "base/task.h"
#include "broker/fetch/fetch_sessions.h"
#include "broker/partition/partition.h"
#include "broker/partition/partition_id.h"
#include "wire/error_code.h"

namespace weir::broker {

struct FetchItem {
  FetchPartition* asked = nullptr;
  PartitionId id;
  bool is_known = false;  // there is such a partition; only then it is read

  wire::ErrorCode error = wire::ErrorCode::none;
  Offset high_watermark = no_offset;
  Offset last_stable_offset = no_offset;
  Offset log_start_offset = no_offset;
  env::FileRange records;  // size 0: none
  std::uint64_t first_batch_bytes = 0;
  std::optional<log::ReadCheck> check;  // of the records, before they may be sent
  std::vector<log::AbortedTransaction> aborted;
  bool has_aborted = false;  // asked with read_committed
  std::optional<log::EpochEnd> diverging_epoch;
  Offset seen_bound = no_offset;  // what could be read when it was looked at

  void clear_answer();
};

struct FetchLimits {
  Isolation isolation = Isolation::read_uncommitted;
  std::uint32_t bytes_max = 0;
  bool checks_divergence = false;  // Fetch 12 and later
};

// Reads the items (all on this shard), in order, until bytes_max is used up. The first batch of the
// first item that has any is given whole, however large it is (KIP-74).
Task<> read_items(Shard& shard, std::span<FetchItem* const> items, FetchLimits limits);

}  // namespace weir::broker
