#pragma once
// A topic's configuration as typed values: what the log, the broker and the controller use of it.

#include <cstdint>
#include <string>
#include <vector>

#include "log/log_config.h"
#include "metadata/config/config_layers.h"

namespace weir::metadata {

// compression.type; `producer` keeps what the producer sent.
enum class CompressionType : std::uint8_t { producer, uncompressed, gzip, snappy, lz4, zstd };
enum class TimestampType : std::uint8_t { create_time, log_append_time };

struct TopicSettings {
  log::LogConfig log;
  CompressionType compression_type = CompressionType::producer;
  std::int32_t compression_gzip_level = -1;
  std::int32_t compression_lz4_level = 9;
  std::int32_t compression_zstd_level = 3;
  TimestampType message_timestamp_type = TimestampType::create_time;
  std::int64_t message_timestamp_before_max_ms = INT64_MAX;
  std::int64_t message_timestamp_after_max_ms = 3600000;
  std::int32_t max_decompressed_message_bytes = 2147483639;  // of one record
  std::int32_t min_insync_replicas = 1;
  bool unclean_leader_election_enable = false;
};

TopicSettings topic_settings(const ConfigMap& overrides, const BrokerLayers& layers);

}  // namespace weir::metadata
