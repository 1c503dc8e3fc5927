#pragma once
// The broker settings that classic groups obey, under Kafka's names with Kafka 4.4's defaults.

#include <cstddef>
#include <cstdint>
#include <limits>

namespace weir::coordinator {

struct GroupConfig {
  std::int32_t group_min_session_timeout_ms = 6'000;
  std::int32_t group_max_session_timeout_ms = 1'800'000;
  std::int32_t group_initial_rebalance_delay_ms = 3'000;
  std::int32_t group_max_size = std::numeric_limits<std::int32_t>::max();
  std::int32_t offset_metadata_max_bytes = 4'096;
  std::int64_t offsets_retention_ms = 7 * 24 * 3600 * 1000LL;  // offsets.retention.minutes
  std::int64_t offsets_retention_check_interval_ms = 600'000;
  std::int32_t offsets_commit_timeout_ms = 5'000;  // an answer waits no longer for its commit
};

}  // namespace weir::coordinator
