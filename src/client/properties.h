#pragma once
// A client's configuration by Kafka's property names, as in the files and flags of its tools.
//
// A name that nobody knows is an error that names the nearest one; a known one that asks for
// something that is not built (TLS, SASL, transactions, the new group protocol) or that is Java's
// own (a class to load) is refused by name. Nothing is ignored.

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "client/cluster/cluster.h"
#include "client/consumer/consumer.h"
#include "client/producer/producer.h"

namespace weir::client {

struct ClientConfig {
  ClusterOptions cluster;
  ProducerOptions producer;
  ConsumerOptions consumer;
  std::optional<std::chrono::milliseconds> api_timeout;  // default.api.timeout.ms, where it was set
  std::map<wire::Codec, int> compression_levels;  // compression.CODEC.level, also of other codecs
  bool names_idempotence = false;                 // enable.idempotence was set
  bool names_reset = false;                       // auto.offset.reset was set

  // Of a call that names no time of its own; Kafka's, if nobody set it.
  std::chrono::milliseconds call_timeout() const {
    return api_timeout.value_or(std::chrono::minutes(1));
  }
};

// Error: invalid (the value), not_found (the name), unsupported (known and not served); one line
// that begins with the name.
Result<> set_property(ClientConfig& config, std::string_view name, std::string_view value);

// After the last property and before the configuration is used: what one property says about
// another. Idempotence that nobody asked for by name gives way, as in Kafka's producer. Error:
// invalid, one line that begins with a name.
Result<> settle_properties(ClientConfig& config);

// host:port, host (port 9092), [::1]:9092; with commas between. Error: invalid.
Result<std::vector<env::Address>> parse_bootstrap(std::string_view text);

struct PropertyInfo {
  std::string_view name;
  std::string_view expects;  // "milliseconds", "true or false", ...
};
std::vector<PropertyInfo> known_properties();  // those that are served, by name

}  // namespace weir::client
