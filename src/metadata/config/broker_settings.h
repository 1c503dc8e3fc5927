#pragma once
// A broker's configuration as typed values. Names are Kafka's with underscores; units stand in the
// name.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "metadata/config/config_layers.h"
#include "metadata/config/listeners.h"

namespace weir::metadata {

struct SocketSettings {
  std::int64_t socket_send_buffer_bytes,
      socket_receive_buffer_bytes;  // -1, and unset: the system sizes it
  std::int64_t socket_request_max_bytes;
  std::int32_t socket_listen_backlog_size;
  std::int64_t connections_max_idle_ms;
  std::int32_t max_connections, max_connections_per_ip;
  std::int64_t queued_max_request_bytes;  // -1: no bound
  std::int32_t queued_max_requests;
};

struct GroupSettings {
  std::int32_t group_min_session_timeout_ms, group_max_session_timeout_ms;
  std::int32_t group_initial_rebalance_delay_ms;
  std::int32_t group_max_size;
  std::int32_t offset_metadata_max_bytes;
  std::int32_t offsets_topic_num_partitions;
  // nullopt: unset, 3 but no more than there are brokers.
  std::optional<std::int16_t> offsets_topic_replication_factor;
  std::int32_t offsets_topic_segment_bytes;
  std::int64_t offsets_retention_ms, offsets_retention_check_interval_ms;
  std::int32_t offsets_commit_timeout_ms;
};

struct LogSettings {
  std::int64_t log_retention_check_interval_ms;
  std::int64_t log_flush_scheduler_interval_ms;
  std::int64_t log_flush_offset_checkpoint_interval_ms,
      log_flush_start_offset_checkpoint_interval_ms;
  std::int64_t log_initial_task_delay_ms;
  bool log_cleaner_enable;
  std::int64_t log_cleaner_dedupe_buffer_size, log_cleaner_io_buffer_size;
  double log_cleaner_io_buffer_load_factor, log_cleaner_io_max_bytes_per_second;
  std::int64_t log_cleaner_backoff_ms;
  std::int64_t producer_id_expiration_ms, producer_id_expiration_check_interval_ms;
  std::int64_t replica_high_watermark_checkpoint_interval_ms;
};

struct ControllerSettings {
  std::int64_t broker_heartbeat_interval_ms, broker_session_timeout_ms;
  std::int64_t initial_broker_registration_timeout_ms;
  std::int64_t leader_imbalance_check_interval_seconds;
  bool auto_leader_rebalance_enable;
  std::int64_t metadata_log_segment_bytes;  // internal.metadata.log.segment.bytes where set
  std::int64_t metadata_log_segment_ms;
  std::int64_t metadata_max_retention_bytes, metadata_max_retention_ms;
  std::int64_t metadata_log_max_record_bytes_between_snapshots,
      metadata_log_max_snapshot_interval_ms;
  std::int64_t metadata_max_idle_interval_ms;
  bool auto_create_topics_enable, delete_topic_enable;
  std::int32_t num_partitions;
  std::int16_t default_replication_factor;
};

struct FetchSettings {
  std::int32_t fetch_max_bytes;
  std::int32_t max_incremental_fetch_session_cache_slots;
  std::int32_t max_request_partition_size_limit;
  std::int32_t request_timeout_ms;
};

struct BrokerSettings {
  std::int32_t node_id = 1;
  std::string log_dir;      // as written; relative to where the server was started
  std::string broker_rack;  // empty: none
  // Client listeners: those of `listeners` that are not the controller's. An empty host means every
  // address.
  std::vector<Listener> listeners;
  // What clients are told, of the same names. An empty host means this machine's name, port 0 the
  // port that was opened.
  std::vector<Listener> advertised_listeners;
  std::string inter_broker_listener_name;
  // Where the quorum speaks; CONTROLLER at 127.0.0.1:9093 if none is configured.
  std::vector<Listener> controller_listeners;
  SocketSettings socket;
  GroupSettings group;
  LogSettings log;
  ControllerSettings controller;
  FetchSettings fetch;
};

// What holds in these layers. Errc::invalid: a value, or what values say together, is not
// acceptable to Kafka either; Errc::unsupported: it is, but Weir does not serve it (refused).
// Values of dynamic layers that do not parse count as not set.
Result<BrokerSettings> broker_settings(const BrokerLayers& layers);

// What to say of a static configuration before the server starts, one line each, by name.
struct ConfigNotice {
  std::string name;
  std::string message;
};
struct StaticReview {
  std::vector<ConfigNotice> invalid;  // Kafka would not start either
  std::vector<ConfigNotice> refused;  // Kafka would, Weir does not serve it
  std::vector<std::string>
      without_effect;  // known, set to another value than the default, none_yet
  std::vector<std::string> unknown;
};
StaticReview review_static_configs(const ConfigMap& configs);

}  // namespace weir::metadata
