// Properties of every client.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "client/property_table.h"

namespace weir::client {
namespace {

constexpr std::uint16_t default_port = 9092;

// With or without the protocol in front, as Kafka takes it.
Result<env::Address> parse_address(std::string_view text) {
  constexpr std::string_view plaintext = "PLAINTEXT://";
  if (text.starts_with(plaintext)) text.remove_prefix(plaintext.size());
  const auto bad = [&] { return expected_property("host:port", text); };
  std::string_view host = text, port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == text.npos) return bad();
    host = text.substr(1, end - 1);
    port = text.substr(end + 1);
    has_port = port.starts_with(':');
    if (!port.empty() && !has_port) return bad();
    if (has_port) port.remove_prefix(1);
  } else if (const std::size_t colon = text.find(':'); colon != text.npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    has_port = true;
  }
  const auto number = has_port ? property_integer(port) : std::optional<std::int64_t>(default_port);
  if (host.empty() || !number || *number < 1 || *number > UINT16_MAX) return bad();
  return env::Address{std::string(host), static_cast<std::uint16_t>(*number)};
}

Result<> set_bootstrap(ClientConfig& config, std::string_view value) {
  TRY_ASSIGN(config.cluster.bootstrap, parse_bootstrap(value));
  return {};
}

Result<> set_recovery(ClientConfig& config, std::string_view value) {
  if (value != "rebootstrap" && value != "none") {
    return expected_property("rebootstrap or none", value);
  }
  config.cluster.rebootstraps = value == "rebootstrap";
  return {};
}

Result<> set_security_protocol(ClientConfig&, std::string_view value) {
  if (value == "PLAINTEXT") return {};
  return weir::fail(Errc::unsupported, fmt::format("{} is not built yet, PLAINTEXT is", value));
}

// Several parts of a client wait by the same back-off.
Result<> set_retry_backoff(ClientConfig& config, std::string_view value) {
  TRY(read_property(value, config.cluster.retry_backoff));
  config.producer.delivery.backoff.first = config.cluster.retry_backoff;
  config.consumer.group.backoff.first = config.cluster.retry_backoff;
  return {};
}
Result<> set_retry_backoff_max(ClientConfig& config, std::string_view value) {
  TRY(read_property(value, config.cluster.retry_backoff_max));
  config.producer.delivery.backoff.longest = config.cluster.retry_backoff_max;
  config.consumer.group.backoff.longest = config.cluster.retry_backoff_max;
  return {};
}

Result<> set_api_timeout(ClientConfig& config, std::string_view value) {
  return read_property(value, config.api_timeout.emplace());
}

// -1: never.
Result<> set_idle_time(ClientConfig& config, std::string_view value) {
  auto& idle = config.cluster.connection.idle_time_max;
  if (value == "-1") return read_property(std::to_string(INT64_MAX), idle);
  return read_property(value, idle);
}

Result<> set_rack(ClientConfig& config, std::string_view value) {
  config.cluster.rack = value;
  config.consumer.group.rack = config.cluster.rack;
  return {};
}

template <auto Member>
constexpr auto of_cluster = &set_member<&ClientConfig::cluster, Member>;
template <auto Member>
constexpr auto of_connection =
    &set_inner<&ClientConfig::cluster, &ClusterOptions::connection, Member>;

constexpr auto cluster_table = std::to_array<Property>({
    {{"allow.auto.create.topics", a_choice}, of_cluster<&ClusterOptions::creates_topics>},
    {{"bootstrap.servers", "host:port,..."}, &set_bootstrap},
    {{"client.id", any_text}, of_connection<&rpc::ConnectionOptions::client_id>},
    {{"client.rack", any_text}, &set_rack},
    {{"connections.max.idle.ms", a_time}, &set_idle_time},
    {{"default.api.timeout.ms", a_time}, &set_api_timeout},
    {{"metadata.max.age.ms", a_time}, of_cluster<&ClusterOptions::metadata_age_max>},
    {{"metadata.recovery.rebootstrap.trigger.ms", a_time},
     of_cluster<&ClusterOptions::rebootstrap_after>},
    {{"metadata.recovery.strategy", "rebootstrap or none"}, &set_recovery},
    {{"reconnect.backoff.max.ms", a_time}, of_cluster<&ClusterOptions::reconnect_backoff_max>},
    {{"reconnect.backoff.ms", a_time}, of_cluster<&ClusterOptions::reconnect_backoff>},
    {{"request.timeout.ms", a_time}, of_connection<&rpc::ConnectionOptions::request_timeout>},
    {{"retry.backoff.max.ms", a_time}, &set_retry_backoff_max},
    {{"retry.backoff.ms", a_time}, &set_retry_backoff},
    {{"security.protocol", "PLAINTEXT"}, &set_security_protocol},
    {{"socket.connection.setup.timeout.ms", a_time},
     of_connection<&rpc::ConnectionOptions::setup_timeout>},
});

}  // namespace

std::span<const Property> cluster_properties() { return cluster_table; }

Result<std::vector<env::Address>> parse_bootstrap(std::string_view text) {
  std::vector<env::Address> addresses;
  while (!text.empty()) {
    std::string_view one = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    while (one.starts_with(' ')) one.remove_prefix(1);
    while (one.ends_with(' ')) one.remove_suffix(1);
    if (one.empty()) continue;
    TRY_ASSIGN(auto address, parse_address(one));
    addresses.push_back(std::move(address));
  }
  if (addresses.empty()) {
    return weir::fail(Errc::invalid, "no address of a broker: host:port is expected");
  }
  return addresses;
}

}  // namespace weir::client
