#pragma once
// A broker's configuration as typed values. Names are Kafka's with underscores; units stand in the
// name.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "metadata/config/config_layers.h"

namespace weir::metadata {

struct Listener {
  std::string name;  // upper case
  std::string host;  // empty: every address; IPv6 without brackets
  std::uint16_t port = 0;
  bool operator==(const Listener&) const = default;
};

struct SocketSettings {
  std::int64_t socket_send_buffer_bytes, socket_receive_buffer_bytes;  // -1: the system's default
  std::int64_t socket_request_max_bytes;
  std::int32_t socket_listen_backlog_size;
  std::int64_t connections_max_idle_ms;
  std::int32_t max_connections, max_connections_per_ip, max_connection_creation_rate;
  std::int64_t queued_max_request_bytes;  // -1: no bound
  std::int32_t queued_max_requests;
};

struct GroupSettings {
  std::int32_t group_min_session_timeout_ms, group_max_session_timeout_ms;
  std::int32_t group_initial_rebalance_delay_ms;
  std::int32_t group_max_size;
  std::int32_t offset_metadata_max_bytes;
  std::int32_t offsets_topic_num_partitions;
  std::optional<std::int16_t>
      offsets_topic_replication_factor;  // nullopt: unset, shrinks to the brokers there are
  std::int32_t offsets_topic_segment_bytes;
  std::int32_t offsets_topic_compression_codec;
  std::int64_t offsets_retention_ms, offsets_retention_check_interval_ms;
  std::int32_t offsets_commit_timeout_ms, offsets_load_buffer_size;
};

struct LogSettings {
  std::int64_t log_retention_check_interval_ms;
  std::int64_t log_flush_scheduler_interval_ms;
  std::int64_t log_flush_offset_checkpoint_interval_ms,
      log_flush_start_offset_checkpoint_interval_ms;
  std::int64_t log_initial_task_delay_ms;
  std::int32_t num_recovery_threads_per_data_dir;
  std::int64_t log_cleaner_dedupe_buffer_size, log_cleaner_io_buffer_size;
  double log_cleaner_io_buffer_load_factor, log_cleaner_io_max_bytes_per_second;
  std::int64_t log_cleaner_backoff_ms;
  std::int64_t producer_id_expiration_ms, producer_id_expiration_check_interval_ms;
  std::int64_t replica_high_watermark_checkpoint_interval_ms;
};

struct ControllerSettings {
  std::int64_t broker_heartbeat_interval_ms, broker_session_timeout_ms;
  std::int64_t initial_broker_registration_timeout_ms;
  std::int64_t metadata_log_segment_bytes, metadata_log_segment_ms;
  std::int64_t metadata_max_retention_bytes, metadata_max_retention_ms;
  std::int64_t metadata_log_max_record_bytes_between_snapshots,
      metadata_log_max_snapshot_interval_ms;
  std::int64_t metadata_max_idle_interval_ms;
  std::int32_t controller_quorum_election_timeout_ms, controller_quorum_fetch_timeout_ms;
  std::int64_t leader_imbalance_check_interval_seconds, unclean_leader_election_interval_ms;
  bool auto_leader_rebalance_enable;
  bool auto_create_topics_enable, delete_topic_enable;
  std::int32_t num_partitions;
  std::int16_t default_replication_factor;
};

struct FetchSettings {
  std::int32_t fetch_max_bytes;
  std::int32_t max_incremental_fetch_session_cache_slots;
  std::int32_t max_request_partition_size_limit;
  std::int32_t request_timeout_ms;
  std::int64_t replica_lag_time_max_ms;
};

struct BrokerSettings {
  std::int32_t node_id = 1;
  std::string log_dir;
  std::string metadata_log_dir;  // empty: the log directory
  std::string broker_rack;       // empty: none
  std::vector<Listener>
      listeners;  // client listeners: those of `listeners` that are not the controller's
  std::vector<Listener> advertised_listeners;  // one for each of them, same order of names
  std::vector<Listener>
      controller_listeners;  // empty: CONTROLLER at 127.0.0.1:9093, written but not opened
  SocketSettings socket;
  GroupSettings group;
  LogSettings log;
  ControllerSettings controller;
  FetchSettings fetch;
};

// What holds in these layers. Fails on listeners that cannot be read and on what checks between
// configs forbid; single values were checked before (values of dynamic layers that do not parse
// count as not set).
Result<BrokerSettings> broker_settings(const BrokerLayers& layers);

}  // namespace weir::metadata
