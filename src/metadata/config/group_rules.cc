// Rules for groups: the broker's limits on what a group may set for itself.

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "metadata/config/config_rules.h"
#include "metadata/config/java_value.h"

namespace weir::metadata {
namespace {

struct GroupLimit {
  std::string_view name;
  std::string_view minimum, maximum;  // broker configs; empty: no limit on that side
};

constexpr GroupLimit limits[] = {
    {"consumer.heartbeat.interval.ms", "group.consumer.min.heartbeat.interval.ms",
     "group.consumer.max.heartbeat.interval.ms"},
    {"consumer.session.timeout.ms", "group.consumer.min.session.timeout.ms",
     "group.consumer.max.session.timeout.ms"},
    {"consumer.assignment.interval.ms", "group.consumer.min.assignment.interval.ms",
     "group.consumer.max.assignment.interval.ms"},
    {"share.heartbeat.interval.ms", "group.share.min.heartbeat.interval.ms",
     "group.share.max.heartbeat.interval.ms"},
    {"share.session.timeout.ms", "group.share.min.session.timeout.ms",
     "group.share.max.session.timeout.ms"},
    {"share.record.lock.duration.ms", "group.share.min.record.lock.duration.ms",
     "group.share.max.record.lock.duration.ms"},
    {"share.delivery.count.limit", "group.share.min.delivery.count.limit",
     "group.share.max.delivery.count.limit"},
    {"share.partition.max.record.locks", "group.share.min.partition.max.record.locks",
     "group.share.max.partition.max.record.locks"},
    {"share.assignment.interval.ms", "group.share.min.assignment.interval.ms",
     "group.share.max.assignment.interval.ms"},
    {"streams.heartbeat.interval.ms", "group.streams.min.heartbeat.interval.ms",
     "group.streams.max.heartbeat.interval.ms"},
    {"streams.session.timeout.ms", "group.streams.min.session.timeout.ms",
     "group.streams.max.session.timeout.ms"},
    {"streams.assignment.interval.ms", "group.streams.min.assignment.interval.ms",
     "group.streams.max.assignment.interval.ms"},
    {"streams.num.standby.replicas", "", "group.streams.max.standby.replicas"},
    {"streams.num.warmup.replicas", "", "group.streams.max.warmup.replicas"},
    {"streams.task.offset.interval.ms", "group.streams.min.task.offset.interval.ms", ""},
};

constexpr std::string_view kinds[] = {"consumer", "share", "streams"};

Result<> check_limit(const GroupLimit& limit, const ConfigMap& overrides,
                     const ConfigMap& resolved) {
  const auto bound = [&](std::string_view name) {
    return effective_number(ConfigKind::broker, name, {}, resolved);
  };
  const std::int64_t value = effective_number(ConfigKind::group, limit.name, overrides, resolved);
  const bool low = !limit.minimum.empty() && value < bound(limit.minimum);
  const bool high = !limit.maximum.empty() && value > bound(limit.maximum);
  if (!low && !high) return {};
  if (limit.minimum.empty()) {
    return fail(Errc::invalid, fmt::format("{} must be less than or equal to {}", limit.name,
                                           bound(limit.maximum)));
  }
  if (limit.maximum.empty()) {
    return fail(Errc::invalid, fmt::format("{} must be greater than or equal to {}", limit.name,
                                           bound(limit.minimum)));
  }
  return fail(Errc::invalid, fmt::format("{} must be in the range {} to {} inclusive.", limit.name,
                                         bound(limit.minimum), bound(limit.maximum)));
}

Result<> check_tags(const ConfigMap& overrides) {
  constexpr std::string_view name = "streams.rack.aware.assignment.tags";
  const auto at = overrides.find(name);
  if (at == overrides.end()) return {};
  const auto tags = java_list(at->second);
  if (std::set(tags.begin(), tags.end()).size() == tags.size()) return {};
  return fail(Errc::invalid, fmt::format("{} must not contain duplicate tag keys.", name));
}

Result<> check_dead_letter_topic(const ConfigMap& overrides) {
  constexpr std::string_view name = "errors.deadletterqueue.topic.name";
  const auto at = overrides.find(name);
  if (at == overrides.end() || !java_trim(at->second).starts_with("__")) return {};
  return fail(Errc::invalid, fmt::format("{}: DLQ topic name must not start with '__'", name));
}

// A group's assignor must be one of the broker's.
Result<> check_assignor(const ConfigMap& overrides, const ConfigMap& resolved) {
  constexpr std::string_view name = "streams.assignor.name";
  const auto at = overrides.find(name);
  if (at == overrides.end()) return {};
  const std::string_view chosen = java_trim(at->second);
  const auto registered = java_list(
      inherited_config(*find_config(ConfigKind::broker, "group.streams.assignors"), resolved)
          .value_or(""));
  if (std::ranges::find(registered, chosen) != registered.end()) return {};
  return fail(
      Errc::invalid,
      fmt::format("{} '{}' is not a registered task assignor. Registered assignors are: {}.", name,
                  chosen, java_list_text(registered)));
}

}  // namespace

Result<> validate_group_configs(std::string_view group, const ConfigMap& overrides,
                                const BrokerLayers& layers) {
  if (group.empty()) return fail(Errc::unsupported, "Default group resources are not allowed.");
  for (const auto& [name, text] : overrides) {
    if (find_config(ConfigKind::group, name) == nullptr) {
      return fail(Errc::invalid, fmt::format("Unknown group config name: {}", name));
    }
  }
  TRY(check_tags(overrides));
  TRY(parse_overrides(ConfigKind::group, overrides));
  const ConfigMap resolved = resolve_broker_configs(layers);
  for (const GroupLimit& limit : limits) TRY(check_limit(limit, overrides, resolved));
  for (const std::string_view kind : kinds) {
    const std::string session = fmt::format("{}.session.timeout.ms", kind);
    const std::string heartbeat = fmt::format("{}.heartbeat.interval.ms", kind);
    if (effective_number(ConfigKind::group, session, overrides, resolved) <=
        effective_number(ConfigKind::group, heartbeat, overrides, resolved)) {
      return fail(Errc::invalid, fmt::format("{} must be greater than {}", session, heartbeat));
    }
  }
  TRY(check_assignor(overrides, resolved));
  return check_dead_letter_topic(overrides);
}

}  // namespace weir::metadata
