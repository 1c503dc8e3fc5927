#include "broker/format_directory.h"

namespace weir::broker {

metadata::MetadataSettings metadata_settings(const NodeOptions& options,
                                             const std::string& cluster_id,
                                             const Uuid& directory_id) {
  const metadata::BrokerSettings& from = options.settings;
  const metadata::ControllerSettings& controller = from.controller;
  metadata::MetadataSettings settings;
  settings.node_id = from.node_id;
  settings.cluster_id = cluster_id;
  settings.directory_id = directory_id;
  settings.directory = from.log_dir;
  if (options.static_config.contains("controller.listener.names") &&
      !from.controller_listeners.empty()) {
    const metadata::Listener& listener = from.controller_listeners.front();
    settings.controller_endpoint = {
        listener.name, listener.host.empty() ? "localhost" : listener.host, listener.port, 0};
  }
  settings.metadata_log_segment_bytes = controller.metadata_log_segment_bytes;
  settings.metadata_log_segment_ms = controller.metadata_log_segment_ms;
  settings.metadata_log_max_record_bytes_between_snapshots =
      controller.metadata_log_max_record_bytes_between_snapshots;
  settings.metadata_log_max_snapshot_interval_ms = controller.metadata_log_max_snapshot_interval_ms;
  settings.metadata_max_retention_bytes = controller.metadata_max_retention_bytes;
  settings.metadata_max_retention_ms = controller.metadata_max_retention_ms;
  settings.metadata_max_idle_interval_ms = controller.metadata_max_idle_interval_ms;
  settings.broker_session_timeout_ms = controller.broker_session_timeout_ms;
  settings.leader_imbalance_check_interval_seconds =
      controller.leader_imbalance_check_interval_seconds;
  settings.auto_leader_rebalance_enable = controller.auto_leader_rebalance_enable;
  settings.num_partitions = controller.num_partitions;
  settings.default_replication_factor = controller.default_replication_factor;
  settings.default_replication_factor_shrinks =
      !options.static_config.contains("default.replication.factor");
  settings.delete_topic_enable = controller.delete_topic_enable;
  settings.static_config = options.static_config;
  return settings;
}

Result<> format_directory(env::Disk& disk, log::LogDirectory& directory, const NodeOptions& options,
                          const log::MetaProperties& properties, TimestampMs now) {
  TRY(directory.check_unformatted());
  const auto settings = metadata_settings(options, properties.cluster_id, properties.directory_id);
  TRY(metadata::format_metadata_directory(disk, settings, now));
  return directory.write_meta_properties(properties);
}

}  // namespace weir::broker
