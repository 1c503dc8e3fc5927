#include "metadata/config/broker_settings.h"

#include <algorithm>
#include <concepts>

#include <fmt/format.h>

#include "base/check.h"
#include "metadata/config/broker_reader.h"
#include "metadata/config/listener_settings.h"

namespace weir::metadata {
namespace {

constexpr std::int64_t ms_per_minute = 60'000;

SocketSettings socket_settings(const BrokerReader& read) {
  SocketSettings settings;
  // Kafka's default would keep the system from growing a buffer by need.
  settings.socket_send_buffer_bytes = settings.socket_receive_buffer_bytes = -1;
  if (read.is_set("socket.send.buffer.bytes")) {
    read("socket.send.buffer.bytes", settings.socket_send_buffer_bytes);
  }
  if (read.is_set("socket.receive.buffer.bytes")) {
    read("socket.receive.buffer.bytes", settings.socket_receive_buffer_bytes);
  }
  read("socket.request.max.bytes", settings.socket_request_max_bytes);
  read("socket.listen.backlog.size", settings.socket_listen_backlog_size);
  read("connections.max.idle.ms", settings.connections_max_idle_ms);
  read("max.connections", settings.max_connections);
  read("max.connections.per.ip", settings.max_connections_per_ip);
  read("queued.max.request.bytes", settings.queued_max_request_bytes);
  read("queued.max.requests", settings.queued_max_requests);
  return settings;
}

GroupSettings group_settings(const BrokerReader& read) {
  GroupSettings settings;
  read("group.min.session.timeout.ms", settings.group_min_session_timeout_ms);
  read("group.max.session.timeout.ms", settings.group_max_session_timeout_ms);
  read("group.initial.rebalance.delay.ms", settings.group_initial_rebalance_delay_ms);
  read("group.max.size", settings.group_max_size);
  read("offset.metadata.max.bytes", settings.offset_metadata_max_bytes);
  read("offsets.topic.num.partitions", settings.offsets_topic_num_partitions);
  if (read.is_set("offsets.topic.replication.factor")) {
    read("offsets.topic.replication.factor", settings.offsets_topic_replication_factor.emplace());
  }
  read("offsets.topic.segment.bytes", settings.offsets_topic_segment_bytes);
  read("offsets.retention.minutes", settings.offsets_retention_ms);
  settings.offsets_retention_ms *= ms_per_minute;
  read("offsets.retention.check.interval.ms", settings.offsets_retention_check_interval_ms);
  read("offsets.commit.timeout.ms", settings.offsets_commit_timeout_ms);
  return settings;
}

LogSettings log_settings(const BrokerReader& read) {
  LogSettings settings;
  read("log.retention.check.interval.ms", settings.log_retention_check_interval_ms);
  read("log.flush.scheduler.interval.ms", settings.log_flush_scheduler_interval_ms);
  read("log.flush.offset.checkpoint.interval.ms", settings.log_flush_offset_checkpoint_interval_ms);
  read("log.flush.start.offset.checkpoint.interval.ms",
       settings.log_flush_start_offset_checkpoint_interval_ms);
  read("log.initial.task.delay.ms", settings.log_initial_task_delay_ms);
  read("log.cleaner.enable", settings.log_cleaner_enable);
  read("log.cleaner.dedupe.buffer.size", settings.log_cleaner_dedupe_buffer_size);
  read("log.cleaner.io.buffer.size", settings.log_cleaner_io_buffer_size);
  read("log.cleaner.io.buffer.load.factor", settings.log_cleaner_io_buffer_load_factor);
  read("log.cleaner.io.max.bytes.per.second", settings.log_cleaner_io_max_bytes_per_second);
  read("log.cleaner.backoff.ms", settings.log_cleaner_backoff_ms);
  read("producer.id.expiration.ms", settings.producer_id_expiration_ms);
  read("producer.id.expiration.check.interval.ms",
       settings.producer_id_expiration_check_interval_ms);
  read("replica.high.watermark.checkpoint.interval.ms",
       settings.replica_high_watermark_checkpoint_interval_ms);
  return settings;
}

ControllerSettings controller_settings(const BrokerReader& read) {
  ControllerSettings settings;
  read("broker.heartbeat.interval.ms", settings.broker_heartbeat_interval_ms);
  read("broker.session.timeout.ms", settings.broker_session_timeout_ms);
  read("initial.broker.registration.timeout.ms", settings.initial_broker_registration_timeout_ms);
  read("leader.imbalance.check.interval.seconds", settings.leader_imbalance_check_interval_seconds);
  read("auto.leader.rebalance.enable", settings.auto_leader_rebalance_enable);
  const bool is_test = read.is_set("internal.metadata.log.segment.bytes");
  read(is_test ? "internal.metadata.log.segment.bytes" : "metadata.log.segment.bytes",
       settings.metadata_log_segment_bytes);
  read("metadata.log.segment.ms", settings.metadata_log_segment_ms);
  read("metadata.max.retention.bytes", settings.metadata_max_retention_bytes);
  read("metadata.max.retention.ms", settings.metadata_max_retention_ms);
  read("metadata.log.max.record.bytes.between.snapshots",
       settings.metadata_log_max_record_bytes_between_snapshots);
  read("metadata.log.max.snapshot.interval.ms", settings.metadata_log_max_snapshot_interval_ms);
  read("metadata.max.idle.interval.ms", settings.metadata_max_idle_interval_ms);
  read("auto.create.topics.enable", settings.auto_create_topics_enable);
  read("delete.topic.enable", settings.delete_topic_enable);
  read("num.partitions", settings.num_partitions);
  read("default.replication.factor", settings.default_replication_factor);
  return settings;
}

FetchSettings fetch_settings(const BrokerReader& read) {
  FetchSettings settings;
  read("fetch.max.bytes", settings.fetch_max_bytes);
  read("max.incremental.fetch.session.cache.slots",
       settings.max_incremental_fetch_session_cache_slots);
  read("max.request.partition.size.limit", settings.max_request_partition_size_limit);
  read("request.timeout.ms", settings.request_timeout_ms);
  return settings;
}

Result<> require(bool holds, std::string_view what) {
  if (holds) return {};
  return fail(Errc::invalid, fmt::format("requirement failed: {}", what));
}

Result<> check_times_of_logs(const BrokerReader& read) {
  const auto inherited = [&](std::string_view topic_config) {
    return read.topic_number(topic_config);
  };
  TRY(require(inherited("retention.ms") != 0,
              "log.retention.ms must be unlimited (-1) or, greater than or equal to 1"));
  TRY(require(inherited("segment.ms") >= 1, "log.roll.ms must be greater than or equal to 1"));
  return require(inherited("segment.jitter.ms") >= 0,
                 "log.roll.jitter.ms must be greater than or equal to 0");
}

// What Kafka's broker checks between configs, as far as they are read here.
Result<> check_together(const BrokerReader& read) {
  constexpr std::int64_t map_bytes_min = 1 << 20;
  TRY(check_times_of_logs(read));
  const auto number = [&](std::string_view name) { return read.number(name); };
  const std::int64_t cleaners = std::max<std::int64_t>(number("log.cleaner.threads"), 1);
  TRY(require(number("log.cleaner.dedupe.buffer.size") / cleaners > map_bytes_min,
              "log.cleaner.dedupe.buffer.size must be at least 1MB per cleaner thread."));
  const std::int64_t wait = number("replica.fetch.wait.max.ms");
  TRY(require(wait <= number("replica.socket.timeout.ms"),
              "replica.socket.timeout.ms should always be at least replica.fetch.wait.max.ms to "
              "prevent unnecessary socket timeouts"));
  TRY(require(wait <= number("replica.lag.time.max.ms"),
              "replica.fetch.wait.max.ms should always be less than or equal to "
              "replica.lag.time.max.ms to prevent frequent changes in ISR"));
  const std::int64_t queued = number("queued.max.request.bytes");
  TRY(require(queued <= 0 || queued >= number("socket.request.max.bytes"),
              "queued.max.request.bytes must be larger or equal to socket.request.max.bytes"));
  TRY(require(number("max.connections.per.ip") != 0 ||
                  !read.text("max.connections.per.ip.overrides").empty(),
              "max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides "
              "property is set."));
  const std::int64_t codec = number("offsets.topic.compression.codec");
  if (codec < 0 || codec > 4) {
    return fail(Errc::invalid, fmt::format("Unknown compression type id: {}", codec));
  }
  if (read.is_set("broker.id") && number("broker.id") != number("node.id")) {
    return fail(Errc::invalid,
                "`node.id` and `broker.id` must be set to the same value. `broker.id` is "
                "deprecated, please use `node.id` instead.");
  }
  return {};
}

// The one directory of the data. Two names of one directory are one.
Result<std::string> log_directory(const BrokerReader& read) {
  const std::string_view name = read.is_set("log.dirs") ? "log.dirs" : "log.dir";
  const auto directories = read.list(name);
  if (directories.size() != 1) {
    return fail(Errc::unsupported,
                fmt::format("{} names {} directories: one is served", name, directories.size()));
  }
  const std::string metadata = read.text("metadata.log.dir");
  if (!metadata.empty() && metadata != directories.front()) {
    return fail(Errc::unsupported,
                fmt::format("metadata.log.dir is {}: the metadata log lies beside the data, in {}",
                            metadata, directories.front()));
  }
  return directories.front();
}

}  // namespace

Result<BrokerSettings> broker_settings(const BrokerLayers& layers) {
  const ConfigMap resolved = resolve_broker_configs(layers);
  for (const ConfigDefinition& definition : config_definitions(ConfigKind::broker)) {
    const auto at = resolved.find(definition.name);
    if (at != resolved.end()) TRY(parse_config(definition, at->second));
  }
  const BrokerReader read(resolved);
  TRY(check_together(read));
  BrokerSettings settings;
  read("node.id", settings.node_id);
  settings.broker_rack = read.text("broker.rack");
  TRY_ASSIGN(settings.log_dir, log_directory(read));
  TRY(read_listeners(read, settings));
  TRY(check_quorum(read, settings));
  settings.socket = socket_settings(read);
  settings.group = group_settings(read);
  settings.log = log_settings(read);
  settings.controller = controller_settings(read);
  settings.fetch = fetch_settings(read);
  return settings;
}

}  // namespace weir::metadata
