#pragma once
// What one partition's log is told; made from the topic's and the broker's configuration.
// Names are Kafka's topic configs with underscores.

#include <cstdint>

#include "base/ids.h"

namespace weir::log {

// What the records of one batch may unpack to. Fixed, so that what was once taken is compacted and
// looked up whatever the topic's settings have become; a batch of another program that unpacks to
// more is served as it lies, but neither compacted nor looked into.
inline constexpr std::uint64_t decompressed_batch_bytes_max = 1U << 30;

struct LogConfig {
  std::int64_t segment_bytes = 1073741824;
  std::int64_t segment_ms = 604800000;
  std::int64_t segment_jitter_ms = 0;
  std::int64_t segment_index_bytes = 10485760;
  std::int64_t index_interval_bytes = 4096;
  std::int64_t retention_ms = 604800000;  // -1: for ever
  std::int64_t retention_bytes = -1;      // -1: no bound
  std::int64_t file_delete_delay_ms = 60000;
  bool cleanup_delete = true;    // cleanup.policy contains "delete"
  bool cleanup_compact = false;  // cleanup.policy contains "compact"
  std::int64_t delete_retention_ms = 86400000;
  std::int64_t min_compaction_lag_ms = 0;
  std::int64_t max_compaction_lag_ms = INT64_MAX;
  double min_cleanable_dirty_ratio = 0.5;
  std::int64_t flush_messages = 1;  // 1: a record counts once it is synced; INT64_MAX: never asked
  std::int64_t flush_ms = INT64_MAX;
  std::int64_t max_message_bytes = 1048588;
  bool preallocate = false;
  std::int64_t producer_id_expiration_ms = 86400000;
};

}  // namespace weir::log
