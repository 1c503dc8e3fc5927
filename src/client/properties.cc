#include "client/properties.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/nearest_name.h"
#include "client/property_table.h"

namespace weir::client {
namespace {

constexpr std::int64_t forever_ms = 10LL * 365 * 24 * 60 * 60 * 1000;

struct Refusal {
  std::string_view name, why;  // a name that ends with a dot: all that begin so
};
constexpr std::string_view not_built = "is known and not built yet";
constexpr std::string_view javas = "names a class of Java's client; there is nothing to load here";
constexpr auto refusals = std::to_array<Refusal>({
    {"sasl.", not_built},
    {"ssl.", not_built},
    {"transactional.id", not_built},
    {"transaction.timeout.ms", not_built},
    {"transaction.two.phase.commit.enable", not_built},
    {"group.remote.assignor", not_built},
    {"share.acknowledgement.mode", not_built},
    {"bootstrap.controllers", not_built},
    {"config.providers", not_built},
    {"key.serializer", javas},
    {"value.serializer", javas},
    {"key.deserializer", javas},
    {"value.deserializer", javas},
    {"partitioner.class", javas},
    {"interceptor.classes", javas},
    {"metric.reporters", javas},
    {"security.providers", javas},
});

// Known to Kafka's clients, without meaning here: what they tune or tell of is not there. Taken, so
// that a file of properties serves both.
constexpr auto without_effect = std::to_array<std::string_view>({
    "auto.include.jmx.reporter",
    "enable.metrics.push",
    "metadata.max.idle.ms",
    "metrics.num.samples",
    "metrics.recording.level",
    "metrics.sample.window.ms",
    "partitioner.availability.timeout.ms",
    "receive.buffer.bytes",
    "send.buffer.bytes",
    "socket.connection.setup.timeout.max.ms",
});

// What each has to be, as nothing else is done here.
struct Fixed {
  std::string_view name, value;
};
constexpr auto fixed = std::to_array<Fixed>({
    {"client.dns.lookup", "use_all_dns_ips"},
    {"exclude.internal.topics", "true"},
});

std::vector<Property> all_properties() {
  std::vector<Property> all;
  for (const auto table : {cluster_properties(), producer_properties(), consumer_properties()}) {
    all.insert(all.end(), table.begin(), table.end());
  }
  return all;
}

}  // namespace

std::unexpected<Error> expected_property(std::string_view what, std::string_view value) {
  return weir::fail(Errc::invalid, fmt::format("{} is expected, not '{}'", what, value));
}

std::optional<std::int64_t> property_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<> read_property(std::string_view text, std::string& into) {
  into = text;
  return {};
}

Result<> read_property(std::string_view text, std::optional<std::string>& into) {
  into = text;
  return {};
}

Result<> read_property(std::string_view text, bool& into) {
  if (text != "true" && text != "false") return expected_property("true or false", text);
  into = text == "true";
  return {};
}

Result<> read_property(std::string_view text, std::chrono::milliseconds& into) {
  const auto value = property_integer(text);
  if (!value || *value < 0) return expected_property("a number of milliseconds", text);
  into = std::chrono::milliseconds(std::min(*value, forever_ms));
  return {};
}

Result<> read_property(std::string_view text, std::chrono::nanoseconds& into) {
  std::chrono::milliseconds ms{};
  TRY(read_property(text, ms));
  into = ms;
  return {};
}

Result<> read_property(std::string_view text, std::size_t& into) {
  const auto value = property_integer(text);
  if (!value || *value < 0) return expected_property("a number of 0 or more", text);
  into = static_cast<std::size_t>(*value);
  return {};
}

Result<> read_property(std::string_view text, std::int32_t& into) {
  const auto value = property_integer(text);
  if (!value || *value < 0 || *value > INT32_MAX) {
    return expected_property("a number of 0 to 2147483647", text);
  }
  into = static_cast<std::int32_t>(*value);
  return {};
}

Result<> set_property(ClientConfig& config, std::string_view name, std::string_view value) {
  const std::vector<Property> all = all_properties();
  const auto known = std::ranges::find(all, name, [](const Property& p) { return p.info.name; });
  if (known != all.end()) {
    Result<> set = known->set(config, value);
    if (!set) set.error().what = fmt::format("{}: {}", name, set.error().what);
    return set;
  }
  for (const Refusal& refusal : refusals) {
    const bool is_family = refusal.name.ends_with('.') && name.starts_with(refusal.name);
    if (name == refusal.name || is_family) {
      return weir::fail(Errc::unsupported, fmt::format("{} {}", name, refusal.why));
    }
  }
  if (std::ranges::find(without_effect, name) != without_effect.end()) return {};
  for (const Fixed& each : fixed) {
    if (name != each.name) continue;
    if (value == each.value) return {};
    return weir::fail(Errc::unsupported, fmt::format("{}: only {} is served", name, each.value));
  }
  std::vector<std::string_view> names;
  for (const Property& each : all) names.push_back(each.info.name);
  const std::string_view near = nearest_name(name, names);
  const std::string hint = near.empty() ? "" : fmt::format(": did you mean {}?", near);
  return weir::fail(Errc::not_found, fmt::format("{}: unknown property{}", name, hint));
}

Result<> settle_properties(ClientConfig& config) {
  TRY(settle_producer(config));
  const MembershipOptions& group = config.consumer.group;
  if (!group.group_id.empty() && group.heartbeat_interval >= group.session_timeout) {
    return weir::fail(Errc::invalid,
                      "heartbeat.interval.ms must be set lower than session.timeout.ms");
  }
  return {};
}

std::vector<PropertyInfo> known_properties() {
  std::vector<PropertyInfo> known;
  for (const Property& each : all_properties()) known.push_back(each.info);
  std::ranges::sort(known, {}, &PropertyInfo::name);
  return known;
}

}  // namespace weir::client
