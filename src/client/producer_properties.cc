// Properties of producers.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "client/property_table.h"

namespace weir::client {
namespace {

Result<> set_acks(ClientConfig& config, std::string_view value) {
  if (value != "all" && value != "-1" && value != "1" && value != "0") {
    return expected_property("all, 1 or 0", value);
  }
  config.producer.delivery.acks = value == "1" ? 1 : value == "0" ? 0 : -1;
  return {};
}

constexpr std::array<std::string_view, 5> codec_names{"none", "gzip", "snappy", "lz4", "zstd"};

// A level counts for its codec only, in whatever order they are set.
void apply_level(ClientConfig& config) {
  wire::Compression& compression = config.producer.batches.compression;
  const auto level = config.compression_levels.find(compression.codec);
  compression.level =
      level == config.compression_levels.end() ? std::nullopt : std::optional(level->second);
}

Result<> set_codec(ClientConfig& config, std::string_view value) {
  const auto name = std::ranges::find(codec_names, value);
  if (name == codec_names.end()) return expected_property("none, gzip, snappy, lz4 or zstd", value);
  config.producer.batches.compression.codec =
      static_cast<wire::Codec>(name - codec_names.begin());  // Kafka's numbers
  apply_level(config);
  return {};
}

template <wire::Codec codec>
Result<> set_level(ClientConfig& config, std::string_view value) {
  const auto level = property_integer(value);
  const auto range = wire::level_range(codec);
  if (!level || *level < range->min || *level > range->max) {
    return expected_property(fmt::format("a level from {} to {}", range->min, range->max), value);
  }
  config.compression_levels[codec] = static_cast<int>(*level);
  apply_level(config);
  return {};
}

Result<> set_in_flight(ClientConfig& config, std::string_view value) {
  const auto number = property_integer(value);
  if (!number || *number < 1 || *number > 1'000'000) {
    return expected_property("a number of 1 or more", value);
  }
  config.producer.delivery.in_flight_max = static_cast<int>(*number);
  return {};
}

Result<> set_partitioner(ClientConfig& config, std::string_view value) {
  const auto rule = partition_by_name(value);
  if (!rule) {
    return expected_property(
        "murmur2_random, murmur2, consistent_random, consistent, "
        "fnv1a_random, fnv1a or sticky",
        value);
  }
  config.producer.partitions.by = *rule;
  return {};
}

Result<> set_ignore_keys(ClientConfig& config, std::string_view value) {
  bool ignores = false;
  TRY(read_property(value, ignores));
  if (ignores) config.producer.partitions.by = PartitionBy::sticky;
  return {};
}

Result<> set_idempotence(ClientConfig& config, std::string_view value) {
  TRY(read_property(value, config.producer.delivery.idempotent));
  config.names_idempotence = true;
  return {};
}

template <auto Member>
constexpr auto of_batches = &set_inner<&ClientConfig::producer, &ProducerOptions::batches, Member>;
template <auto Member>
constexpr auto of_delivery =
    &set_inner<&ClientConfig::producer, &ProducerOptions::delivery, Member>;

constexpr auto producer_table = std::to_array<Property>({
    {{"acks", "all, 1 or 0"}, &set_acks},
    {{"batch.size", a_size}, of_batches<&AccumulatorOptions::batch_size>},
    {{"buffer.memory", a_size}, of_batches<&AccumulatorOptions::buffer_memory>},
    {{"compression.gzip.level", a_count}, &set_level<wire::Codec::gzip>},
    {{"compression.lz4.level", a_count}, &set_level<wire::Codec::lz4>},
    {{"compression.type", "none, gzip, snappy, lz4 or zstd"}, &set_codec},
    {{"compression.zstd.level", a_count}, &set_level<wire::Codec::zstd>},
    {{"delivery.timeout.ms", a_time}, of_delivery<&SenderOptions::delivery_timeout>},
    {{"enable.idempotence", a_choice}, &set_idempotence},
    {{"linger.ms", a_time}, of_batches<&AccumulatorOptions::linger>},
    {{"max.block.ms", a_time}, &set_member<&ClientConfig::producer, &ProducerOptions::block_max>},
    {{"max.in.flight.requests.per.connection", a_count}, &set_in_flight},
    {{"max.request.size", a_size}, of_batches<&AccumulatorOptions::request_size_max>},
    {{"partitioner", "murmur2_random, consistent_random, ..."}, &set_partitioner},
    {{"partitioner.adaptive.partitioning.enable", a_choice},
     &set_inner<&ClientConfig::producer, &ProducerOptions::partitions, &PartitionOptions::adapts>},
    {{"partitioner.ignore.keys", a_choice}, &set_ignore_keys},
    {{"retries", a_count}, of_delivery<&SenderOptions::retries>},
});

}  // namespace

std::span<const Property> producer_properties() { return producer_table; }

// As ProducerConfig does: retries and acks turn off an idempotence that was not asked for, too many
// requests in flight do not (since Kafka 4.0).
Result<> settle_producer(ClientConfig& config) {
  SenderOptions& delivery = config.producer.delivery;
  if (!delivery.idempotent) return {};
  if (delivery.retries == 0 && config.names_idempotence) {
    return weir::fail(Errc::invalid,
                      "retries: must be set to non-zero when using the idempotent producer");
  }
  if (delivery.acks != -1 && config.names_idempotence) {
    return weir::fail(Errc::invalid,
                      "acks: must be set to all in order to use the idempotent producer; otherwise "
                      "idempotence cannot be guaranteed");
  }
  if (delivery.in_flight_max > 5) {
    return weir::fail(
        Errc::invalid,
        fmt::format("max.in.flight.requests.per.connection: must be set to at most 5 to use the "
                    "idempotent producer, not {}; enable.idempotence=false allows more",
                    delivery.in_flight_max));
  }
  delivery.idempotent = delivery.retries > 0 && delivery.acks == -1;
  return {};
}

}  // namespace weir::client
