#include "client/properties.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/nearest_name.h"

namespace weir::client {
namespace {

using std::chrono::milliseconds;

constexpr std::uint16_t default_port = 9092;
constexpr std::int64_t forever_ms = 10LL * 365 * 24 * 60 * 60 * 1000;

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::unexpected<Error> expected(std::string_view what, std::string_view value) {
  return fail(Errc::invalid, fmt::format("{} is expected, not '{}'", what, value));
}

Result<> read(std::string_view text, std::string& into) {
  into = text;
  return {};
}

Result<> read(std::string_view text, bool& into) {
  if (text != "true" && text != "false") return expected("true or false", text);
  into = text == "true";
  return {};
}

Result<> read(std::string_view text, milliseconds& into) {
  const auto value = integer(text);
  if (!value || *value < 0) return expected("a number of milliseconds", text);
  into = milliseconds(std::min(*value, forever_ms));
  return {};
}

Result<> read(std::string_view text, std::vector<env::Address>& into) {
  TRY_ASSIGN(into, parse_bootstrap(text));
  return {};
}

Result<> set_rebootstraps(ClientConfig& config, std::string_view value) {
  if (value != "rebootstrap" && value != "none") return expected("rebootstrap or none", value);
  config.cluster.rebootstraps = value == "rebootstrap";
  return {};
}

Result<> set_security_protocol(ClientConfig&, std::string_view value) {
  if (value == "PLAINTEXT") return {};
  return fail(Errc::unsupported, fmt::format("{} is not built yet, PLAINTEXT is", value));
}

struct Property {
  PropertyInfo info;
  Result<> (*set)(ClientConfig&, std::string_view);
};

// Setters of plain members.
template <auto Member>
Result<> set_cluster(ClientConfig& config, std::string_view value) {
  return read(value, config.cluster.*Member);
}
template <auto Member>
Result<> set_connection(ClientConfig& config, std::string_view value) {
  return read(value, config.cluster.connection.*Member);
}

constexpr std::string_view a_time = "milliseconds";
constexpr std::string_view a_choice = "true or false";
constexpr std::string_view any_text = "text";

constexpr auto properties = std::to_array<Property>({
    {{"allow.auto.create.topics", a_choice}, &set_cluster<&ClusterOptions::creates_topics>},
    {{"bootstrap.servers", "host:port,..."}, &set_cluster<&ClusterOptions::bootstrap>},
    {{"client.id", any_text}, &set_connection<&rpc::ConnectionOptions::client_id>},
    {{"client.rack", any_text}, &set_cluster<&ClusterOptions::rack>},
    {{"connections.max.idle.ms", a_time}, &set_connection<&rpc::ConnectionOptions::idle_time_max>},
    {{"metadata.max.age.ms", a_time}, &set_cluster<&ClusterOptions::metadata_age_max>},
    {{"metadata.recovery.rebootstrap.trigger.ms", a_time},
     &set_cluster<&ClusterOptions::rebootstrap_after>},
    {{"metadata.recovery.strategy", "rebootstrap or none"}, &set_rebootstraps},
    {{"reconnect.backoff.max.ms", a_time}, &set_cluster<&ClusterOptions::reconnect_backoff_max>},
    {{"reconnect.backoff.ms", a_time}, &set_cluster<&ClusterOptions::reconnect_backoff>},
    {{"request.timeout.ms", a_time}, &set_connection<&rpc::ConnectionOptions::request_timeout>},
    {{"retry.backoff.max.ms", a_time}, &set_cluster<&ClusterOptions::retry_backoff_max>},
    {{"retry.backoff.ms", a_time}, &set_cluster<&ClusterOptions::retry_backoff>},
    {{"security.protocol", "PLAINTEXT"}, &set_security_protocol},
    {{"socket.connection.setup.timeout.ms", a_time},
     &set_connection<&rpc::ConnectionOptions::setup_timeout>},
});

struct Refusal {
  std::string_view prefix, why;
};
constexpr std::string_view not_built = "is known and not built yet";
constexpr std::string_view javas = "names a class of Java's client; there is nothing to load here";
constexpr auto refusals = std::to_array<Refusal>({
    {"sasl.", not_built},
    {"ssl.", not_built},
    {"transactional.id", not_built},
    {"transaction.timeout.ms", not_built},
    {"group.remote.assignor", not_built},
    {"key.serializer", javas},
    {"value.serializer", javas},
    {"key.deserializer", javas},
    {"value.deserializer", javas},
    {"interceptor.classes", javas},
    {"metric.reporters", javas},
    {"security.providers", javas},
});

Result<env::Address> parse_address(std::string_view text) {
  const auto bad = [&] { return expected("host:port", text); };
  std::string_view host = text, port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == text.npos) return bad();
    host = text.substr(1, end - 1);
    std::string_view rest = text.substr(end + 1);
    if (!rest.empty() && !rest.starts_with(':')) return bad();
    port = rest.empty() ? rest : rest.substr(1);
    if (!rest.empty() && port.empty()) return bad();
  } else if (const std::size_t colon = text.find(':'); colon != text.npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (port.empty() || port.find(':') != port.npos) return bad();
  }
  const auto number = port.empty() ? std::optional<std::int64_t>(default_port) : integer(port);
  if (host.empty() || !number || *number < 1 || *number > UINT16_MAX) return bad();
  return env::Address{std::string(host), static_cast<std::uint16_t>(*number)};
}

}  // namespace

Result<> set_property(ClientConfig& config, std::string_view name, std::string_view value) {
  const auto known =
      std::ranges::find(properties, name, [](const Property& each) { return each.info.name; });
  if (known != properties.end()) {
    Result<> set = known->set(config, value);
    if (!set) set.error().what = fmt::format("{}: {}", name, set.error().what);
    return set;
  }
  for (const Refusal& refusal : refusals) {
    if (name == refusal.prefix ||
        (refusal.prefix.ends_with('.') && name.starts_with(refusal.prefix))) {
      return fail(Errc::unsupported, fmt::format("{} {}", name, refusal.why));
    }
  }
  std::vector<std::string_view> names;
  for (const Property& each : properties) names.push_back(each.info.name);
  const std::string_view near = nearest_name(name, names);
  return fail(Errc::not_found,
              near.empty() ? fmt::format("{}: unknown property", name)
                           : fmt::format("{}: unknown property: did you mean {}?", name, near));
}

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
  if (addresses.empty())
    return fail(Errc::invalid, "no address of a broker: host:port is expected");
  return addresses;
}

std::vector<PropertyInfo> known_properties() {
  std::vector<PropertyInfo> known;
  for (const Property& each : properties) known.push_back(each.info);
  return known;
}

}  // namespace weir::client
