#include "metadata/config/topic_settings.h"

#include <algorithm>

#include "base/check.h"
#include "metadata/config/java_value.h"

namespace weir::metadata {
namespace {

class Reader {
 public:
  Reader(const ConfigMap& overrides, const ConfigMap& resolved)
      : overrides_(overrides), resolved_(resolved) {}

  // The parsed value. Overrides that do not parse were passed over, and what lies below them was
  // checked when it was read, so a value that is there is good; what broker config files get wrong
  // never comes here.
  ConfigValue value(std::string_view name) const {
    const ConfigDefinition* definition = find_config(ConfigKind::topic, name);
    CHECK(definition != nullptr);
    const auto text = effective_config(ConfigKind::topic, name, overrides_, resolved_);
    if (!text) return {};
    if (auto parsed = parse_config(*definition, *text)) return *std::move(parsed);
    return *parse_config(*definition, *definition->default_value);
  }
  std::int64_t number(std::string_view name) const { return std::get<std::int64_t>(value(name)); }
  bool flag(std::string_view name) const { return std::get<bool>(value(name)); }
  std::string text(std::string_view name) const { return std::get<std::string>(value(name)); }
  std::vector<std::string> list(std::string_view name) const {
    return std::get<std::vector<std::string>>(value(name));
  }

 private:
  const ConfigMap& overrides_;
  const ConfigMap& resolved_;
};

CompressionType compression_type(std::string_view text) {
  if (text == "uncompressed") return CompressionType::uncompressed;
  if (text == "gzip") return CompressionType::gzip;
  if (text == "snappy") return CompressionType::snappy;
  if (text == "lz4") return CompressionType::lz4;
  if (text == "zstd") return CompressionType::zstd;
  return CompressionType::producer;
}

log::LogConfig log_config(const Reader& read) {
  log::LogConfig log;
  const ConfigValue internal_bytes = read.value("internal.segment.bytes");
  log.segment_bytes = std::holds_alternative<std::int64_t>(internal_bytes)
                          ? std::get<std::int64_t>(internal_bytes)
                          : read.number("segment.bytes");
  log.segment_ms = read.number("segment.ms");
  log.segment_jitter_ms = read.number("segment.jitter.ms");
  log.segment_index_bytes = read.number("segment.index.bytes");
  log.index_interval_bytes = read.number("index.interval.bytes");
  log.retention_ms = read.number("retention.ms");
  log.retention_bytes = read.number("retention.bytes");
  log.file_delete_delay_ms = read.number("file.delete.delay.ms");
  const auto policies = read.list("cleanup.policy");
  log.cleanup_delete = std::ranges::find(policies, "delete") != policies.end();
  log.cleanup_compact = std::ranges::find(policies, "compact") != policies.end();
  log.delete_retention_ms = read.number("delete.retention.ms");
  log.min_compaction_lag_ms = read.number("min.compaction.lag.ms");
  log.max_compaction_lag_ms = read.number("max.compaction.lag.ms");
  log.min_cleanable_dirty_ratio = std::get<double>(read.value("min.cleanable.dirty.ratio"));
  log.flush_messages = read.number("flush.messages");
  log.flush_ms = read.number("flush.ms");
  log.max_message_bytes = read.number("max.message.bytes");
  log.preallocate = read.flag("preallocate");
  return log;
}

}  // namespace

TopicSettings topic_settings(const ConfigMap& overrides, const BrokerLayers& layers) {
  const ConfigMap resolved = resolve_broker_configs(layers);
  const Reader read(overrides, resolved);
  TopicSettings settings;
  settings.log = log_config(read);
  const ConfigDefinition* expiration = find_config(ConfigKind::broker, "producer.id.expiration.ms");
  if (const auto text = inherited_config(*expiration, resolved)) {
    if (const auto value = parse_config(*expiration, *text)) {
      settings.log.producer_id_expiration_ms = std::get<std::int64_t>(*value);
    }
  }
  settings.compression_type = compression_type(read.text("compression.type"));
  settings.compression_gzip_level =
      static_cast<std::int32_t>(read.number("compression.gzip.level"));
  settings.compression_lz4_level = static_cast<std::int32_t>(read.number("compression.lz4.level"));
  settings.compression_zstd_level =
      static_cast<std::int32_t>(read.number("compression.zstd.level"));
  settings.message_timestamp_type = read.text("message.timestamp.type") == "LogAppendTime"
                                        ? TimestampType::log_append_time
                                        : TimestampType::create_time;
  settings.message_timestamp_before_max_ms = read.number("message.timestamp.before.max.ms");
  settings.message_timestamp_after_max_ms = read.number("message.timestamp.after.max.ms");
  settings.max_decompressed_message_bytes =
      static_cast<std::int32_t>(read.number("max.decompressed.message.bytes"));
  settings.min_insync_replicas = static_cast<std::int32_t>(read.number("min.insync.replicas"));
  settings.unclean_leader_election_enable = read.flag("unclean.leader.election.enable");
  return settings;
}

}  // namespace weir::metadata
