#include "app/clientlib/configuration.h"

#include <fmt/format.h>

#include "app/clientlib/failures.h"

namespace weir::clientlib {
namespace {

std::string_view name_of(Acks acks) {
  return acks == Acks::all ? "all" : acks == Acks::leader ? "1" : "0";
}
std::string_view name_of(Codec codec) {
  constexpr std::string_view names[] = {"none", "gzip", "snappy", "lz4", "zstd"};
  return names[static_cast<std::size_t>(codec)];
}
std::string_view name_of(Partitioner rule) {
  return rule == Partitioner::murmur2 ? "murmur2_random"
         : rule == Partitioner::crc32 ? "consistent_random"
                                      : "sticky";
}

Properties properties_of(const ProducerOptions& options) {
  Properties out;
  const auto set = [&out](std::string_view name, const auto& value) {
    if (value) out.emplace_back(name, fmt::format("{}", *value));
  };
  const auto set_time = [&out](std::string_view name, const auto& value) {
    if (value) out.emplace_back(name, fmt::format("{}", value->count()));
  };
  const auto set_name = [&out](std::string_view name, const auto& value) {
    if (value) out.emplace_back(name, name_of(*value));
  };
  set_name("acks", options.acks);
  set("enable.idempotence", options.idempotence);
  set_name("compression.type", options.compression);
  set("batch.size", options.batch_size);
  set_time("linger.ms", options.linger);
  set("buffer.memory", options.buffer_memory);
  set("max.request.size", options.request_size_max);
  set_time("max.block.ms", options.block_max);
  set_time("delivery.timeout.ms", options.delivery_timeout);
  set("max.in.flight.requests.per.connection", options.in_flight_max);
  set_name("partitioner", options.partitioner);
  return out;
}

// Of the codec in effect; one without levels has no such property, and is refused as such.
Properties level_of(const client::ClientConfig& config, int level) {
  const auto codec = static_cast<Codec>(config.producer.batches.compression.codec);
  return {{fmt::format("compression.{}.level", name_of(codec)), std::to_string(level)}};
}

client::OwnPartitioner inner_of(const OwnPartitioner& own) {
  if (!own) return {};
  return [own](const client::ProducerRecord& record,
               PartitionIndex count) -> std::optional<PartitionIndex> {
    const BytesView key =
        record.key.is_null() ? BytesView() : BytesView(record.key.view().data(), record.key.size());
    return own(record.topic, key, count);
  };
}

std::string_view name_of(OffsetReset reset) {
  return reset == OffsetReset::latest     ? "latest"
         : reset == OffsetReset::earliest ? "earliest"
                                          : "none";
}
std::string_view name_of(Assignor assignor) {
  constexpr std::string_view names[] = {"range", "roundrobin", "sticky", "cooperative-sticky"};
  return names[static_cast<std::size_t>(assignor)];
}

Properties properties_of(const ConsumerOptions& options) {
  Properties out;
  const auto set = [&out](std::string_view name, const auto& value) {
    if (value) out.emplace_back(name, fmt::format("{}", *value));
  };
  const auto set_time = [&out](std::string_view name, const auto& value) {
    if (value) out.emplace_back(name, fmt::format("{}", value->count()));
  };
  set("group.id", options.group);
  set("group.instance.id", options.instance);
  if (options.reset) out.emplace_back("auto.offset.reset", name_of(*options.reset));
  set("enable.auto.commit", options.auto_commit);
  set_time("auto.commit.interval.ms", options.commit_interval);
  set("max.poll.records", options.poll_records_max);
  set_time("max.poll.interval.ms", options.poll_interval_max);
  set_time("session.timeout.ms", options.session_timeout);
  set_time("heartbeat.interval.ms", options.heartbeat_interval);
  set_time("default.api.timeout.ms", options.timeout);
  if (options.read_committed) {
    out.emplace_back("isolation.level",
                     *options.read_committed ? "read_committed" : "read_uncommitted");
  }
  std::string assignors;
  for (const Assignor each : options.assignors) {
    assignors += assignors.empty() ? "" : ",";
    assignors += name_of(each);
  }
  if (!assignors.empty()) out.emplace_back("partition.assignment.strategy", assignors);
  return out;
}

Properties properties_of(const ClientOptions& options) {
  Properties out;
  const auto set_time = [&out](std::string_view name, const auto& value) {
    if (value) out.emplace_back(name, std::to_string(value->count()));
  };
  if (!options.bootstrap_servers.empty()) {
    out.emplace_back("bootstrap.servers", options.bootstrap_servers);
  }
  if (options.client_id) out.emplace_back("client.id", *options.client_id);
  if (options.rack) out.emplace_back("client.rack", *options.rack);
  set_time("request.timeout.ms", options.request_timeout);
  set_time("socket.connection.setup.timeout.ms", options.connect_timeout);
  set_time("metadata.max.age.ms", options.metadata_age_max);
  return out;
}

// What one property says about another: acks=1 ends an idempotence that nobody asked for.
Configured settled(client::ClientConfig config) {
  if (const Result<> good = client::settle_properties(config); !good) {
    return std::unexpected(failure_of(good.error()));
  }
  return config;
}

}  // namespace

Configured configured(client::ClientConfig defaults, const Properties& properties) {
  for (const auto& [name, value] : properties) {
    if (const Result<> set = client::set_property(defaults, name, value); !set) {
      return std::unexpected(failure_of(set.error()));
    }
  }
  return defaults;
}

Configured configured(const ClientOptions& options) {
  client::ClientConfig config;
  config.cluster.connection.software_version = WEIR_VERSION;
  TRY_ASSIGN(config, configured(std::move(config), properties_of(options)));
  TRY_ASSIGN(config, configured(std::move(config), options.properties));
  if (config.cluster.bootstrap.empty()) {
    return std::unexpected(
        Failure(Failure::Kind::invalid, "bootstrap_servers: host:port,... is expected"));
  }
  return config;
}

Configured configured(const client::ClientConfig& defaults, const ProducerOptions& options) {
  TRY_ASSIGN(auto config, configured(defaults, properties_of(options)));
  if (options.compression_level) {
    const Properties level = level_of(config, *options.compression_level);
    TRY_ASSIGN(config, configured(std::move(config), level));
  }
  TRY_ASSIGN(config, configured(std::move(config), options.properties));
  if (options.own_partitioner) config.producer.partitions.own = inner_of(options.own_partitioner);
  config.cluster.creates_topics = true;  // as Kafka's producer: the broker decides
  return settled(std::move(config));
}

Configured configured(const client::ClientConfig& defaults, const ConsumerOptions& options) {
  TRY_ASSIGN(auto config, configured(defaults, properties_of(options)));
  if (options.reset_back) {
    if (*options.reset_back < std::chrono::milliseconds(0)) {
      return std::unexpected(Failure(Failure::Kind::invalid, "reset_back: a time below 0"));
    }
    config.consumer.reset = {client::OffsetReset::by_duration, *options.reset_back};
  }
  TRY_ASSIGN(config, configured(std::move(config), options.properties));
  config.consumer.finishes_by_hand = options.finishes_by_hand;
  config.consumer.limits.prefetched_bytes_max = options.prefetch_bytes_max;
  return settled(std::move(config));
}

Configured configured(const client::ClientConfig& defaults, const AdminOptions& options) {
  Properties properties;
  if (options.timeout) {
    properties.emplace_back("default.api.timeout.ms", std::to_string(options.timeout->count()));
  }
  TRY_ASSIGN(auto config, configured(defaults, properties));
  TRY_ASSIGN(config, configured(std::move(config), options.properties));
  config.cluster.creates_topics = false;  // what is only asked about is not made
  return config;
}

}  // namespace weir::clientlib
