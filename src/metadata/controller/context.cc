#include "metadata/controller/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace weir::metadata {

ApiError plain_error(wire::ErrorCode code) {
  using wire::ErrorCode;
  switch (code) {
    case ErrorCode::unknown_topic_or_partition:
      return {code, "This server does not host this topic-partition."};
    case ErrorCode::unknown_topic_id:
      return {code, "This server does not host this topic ID."};
    case ErrorCode::election_not_needed:
      return {code, "Leader election not needed for topic partition."};
    case ErrorCode::preferred_leader_not_available:
      return {code, "The preferred leader was not available."};
    case ErrorCode::eligible_leaders_not_available:
      return {code, "Eligible topic partition leaders are not available."};
    default:
      return {code, std::string(wire::error_info(code).message)};
  }
}

BrokerLayers ControllerContext::layers() const {
  BrokerLayers layers;
  layers.dynamic_broker = &image.config(ConfigKind::broker, std::to_string(settings.node_id));
  layers.dynamic_default_broker = &image.config(ConfigKind::broker, "");
  layers.static_broker = &settings.static_config;
  return layers;
}

const ConfigMap& ControllerContext::resolved_configs() const {
  if (!resolved) resolved = resolve_broker_configs(layers());
  return *resolved;
}

ApiError check_broker_epoch(const Image& image, BrokerId id, BrokerEpoch epoch) {
  const Broker* broker = image.broker(id);
  if (broker == nullptr) {
    return {wire::ErrorCode::stale_broker_epoch,
            fmt::format("No broker registration found for broker id {}", id)};
  }
  if (broker->epoch != epoch) {
    return {wire::ErrorCode::stale_broker_epoch,
            fmt::format("Expected broker epoch {}, but got broker epoch {}", broker->epoch, epoch)};
  }
  return {};
}

std::int32_t effective_min_isr(const ControllerContext& context, const Topic& topic) {
  const auto text = effective_config(ConfigKind::topic, "min.insync.replicas",
                                     context.image.config(ConfigKind::topic, topic.name),
                                     context.resolved_configs());
  std::int32_t value = 1;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  const Partition* first = topic.partition(0);
  if (first == nullptr) return value;
  return std::min(value, static_cast<std::int32_t>(first->replicas.size()));
}

bool unclean_leader_election_enabled(const ControllerContext& context, const Topic& topic) {
  const auto text = effective_config(ConfigKind::topic, "unclean.leader.election.enable",
                                     context.image.config(ConfigKind::topic, topic.name),
                                     context.resolved_configs());
  return text && *text == "true";
}

}  // namespace weir::metadata
