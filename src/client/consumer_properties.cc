// Properties of consumers.

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/iso_duration.h"
#include "client/property_table.h"

namespace weir::client {
namespace {

Result<> set_group_protocol(ClientConfig&, std::string_view value) {
  if (value == "classic") return {};
  if (value == "consumer")
    return weir::fail(Errc::unsupported, "consumer is not built yet, classic is");
  return expected_property("classic", value);
}

Result<> set_isolation(ClientConfig& config, std::string_view value) {
  if (value != "read_committed" && value != "read_uncommitted") {
    return expected_property("read_committed or read_uncommitted", value);
  }
  config.consumer.reads_committed = value == "read_committed";
  return {};
}

Result<> set_reset(ClientConfig& config, std::string_view value) {
  ResetPolicy& reset = config.consumer.reset;
  constexpr std::string_view by_duration = "by_duration:";
  if (value == "latest") {
    reset.to = OffsetReset::latest;
  } else if (value == "earliest") {
    reset.to = OffsetReset::earliest;
  } else if (value == "none") {
    reset.to = OffsetReset::none;
  } else if (value.starts_with(by_duration)) {
    const auto back = parse_iso_duration(value.substr(by_duration.size()));
    if (!back || back->count() < 0) return expected_property("by_duration:PnDTnHnMnS", value);
    reset = {OffsetReset::by_duration, *back};
  } else {
    return expected_property("earliest, latest, none or by_duration:PT1H", value);
  }
  config.names_reset = true;
  return {};
}

Result<> set_poll_records(ClientConfig& config, std::string_view value) {
  TRY(read_property(value, config.consumer.poll_records_max));
  if (config.consumer.poll_records_max == 0)
    return expected_property("a number of 1 or more", value);
  return {};
}

Result<> set_assignors(ClientConfig& config, std::string_view value) {
  std::vector<Assignor> assignors;
  while (!value.empty()) {
    std::string_view one = value.substr(0, value.find(','));
    value.remove_prefix(std::min(value.size(), one.size() + 1));
    while (one.starts_with(' ')) one.remove_prefix(1);
    // Java's class names end with these words.
    constexpr std::array<std::pair<std::string_view, Assignor>, 4> classes{
        {{"org.apache.kafka.clients.consumer.RangeAssignor", Assignor::range},
         {"org.apache.kafka.clients.consumer.RoundRobinAssignor", Assignor::round_robin},
         {"org.apache.kafka.clients.consumer.StickyAssignor", Assignor::sticky},
         {"org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
          Assignor::cooperative_sticky}}};
    auto assignor = assignor_by_name(one);
    for (const auto& [name, known] : classes) {
      if (one == name) assignor = known;
    }
    if (!assignor) return expected_property("range, roundrobin, sticky or cooperative-sticky", one);
    assignors.push_back(*assignor);
  }
  if (assignors.empty()) return expected_property("an assignor", value);
  config.consumer.group.assignors = std::move(assignors);
  return {};
}

template <auto Member>
constexpr auto of_consumer = &set_member<&ClientConfig::consumer, Member>;
template <auto Member>
constexpr auto of_group = &set_inner<&ClientConfig::consumer, &ConsumerOptions::group, Member>;
template <auto Member>
constexpr auto of_limits = &set_inner<&ClientConfig::consumer, &ConsumerOptions::limits, Member>;

constexpr auto consumer_table = std::to_array<Property>({
    {{"auto.commit.interval.ms", a_time}, of_consumer<&ConsumerOptions::commit_interval>},
    {{"auto.offset.reset", "earliest, latest, none or by_duration:PT1H"}, &set_reset},
    {{"check.crcs", a_choice}, of_consumer<&ConsumerOptions::checks_crc>},
    {{"enable.auto.commit", a_choice}, of_consumer<&ConsumerOptions::commits_by_itself>},
    {{"fetch.max.bytes", a_size}, of_limits<&FetchLimits::bytes_max>},
    {{"fetch.max.wait.ms", a_time}, of_consumer<&ConsumerOptions::fetch_wait_max>},
    {{"fetch.min.bytes", a_size}, of_consumer<&ConsumerOptions::fetch_bytes_min>},
    {{"group.id", any_text}, of_group<&MembershipOptions::group_id>},
    {{"group.instance.id", any_text}, of_group<&MembershipOptions::instance_id>},
    {{"group.protocol", "classic"}, &set_group_protocol},
    {{"heartbeat.interval.ms", a_time}, of_group<&MembershipOptions::heartbeat_interval>},
    {{"isolation.level", "read_committed or read_uncommitted"}, &set_isolation},
    {{"max.partition.fetch.bytes", a_size}, of_limits<&FetchLimits::partition_bytes_max>},
    {{"max.poll.interval.ms", a_time}, of_group<&MembershipOptions::poll_interval_max>},
    {{"max.poll.records", a_count}, &set_poll_records},
    {{"partition.assignment.strategy", "range, roundrobin, sticky, cooperative-sticky"},
     &set_assignors},
    {{"session.timeout.ms", a_time}, of_group<&MembershipOptions::session_timeout>},
});

}  // namespace

std::span<const Property> consumer_properties() { return consumer_table; }

}  // namespace weir::client
