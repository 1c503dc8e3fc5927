#include "metadata/controller/config_rules.h"

#include <fmt/format.h>

#include <charconv>

#include "metadata/controller/topic_name.h"
#include "wire/message/clear_elr_record.h"
#include "wire/message/config_record.h"

namespace weir::metadata {
namespace {

using wire::ErrorCode;

constexpr std::string_view min_isr = "min.insync.replicas";
constexpr std::size_t value_size_max = 32767;

ApiError invalid_config(std::string words) { return {ErrorCode::invalid_config, std::move(words)}; }

ApiError check_resource_name(const ConfigResource& resource) {
  switch (resource.kind) {
    case ConfigKind::topic:
      if (resource.name.empty()) {
        return {ErrorCode::invalid_request, "Default topic resources are not allowed."};
      }
      if (auto problem = topic_name_problem(resource.name)) {
        return {ErrorCode::invalid_topic_exception, *std::move(problem)};
      }
      return {};
    case ConfigKind::broker: {
      if (resource.name.empty()) return {};
      BrokerId id = 0;
      const char* end = resource.name.data() + resource.name.size();
      const auto parsed = std::from_chars(resource.name.data(), end, id);
      if (parsed.ec != std::errc() || parsed.ptr != end) {
        return {ErrorCode::invalid_request, "Unable to parse broker name as a base 10 number."};
      }
      if (id < 0) return {ErrorCode::invalid_request, "Invalid negative broker ID."};
      return {};
    }
    case ConfigKind::group:
      if (resource.name.empty()) {
        return {ErrorCode::invalid_request, "Default group resources are not allowed."};
      }
      return {};
    case ConfigKind::client_metrics:
      return {};
    case ConfigKind::broker_logger:
      break;
  }
  return {ErrorCode::invalid_request, "Unknown resource type BROKER_LOGGER"};
}

ApiError check_existence(const Image& image, const ConfigResource& resource) {
  if (resource.kind == ConfigKind::broker && !resource.name.empty()) {
    BrokerId id = 0;
    std::from_chars(resource.name.data(), resource.name.data() + resource.name.size(), id);
    if (image.broker(id) == nullptr && !image.controllers.contains(id)) {
      return {ErrorCode::broker_id_not_registered, fmt::format("No node with id {} found.", id)};
    }
  }
  if (resource.kind == ConfigKind::topic && !image.topic_ids.contains(resource.name)) {
    return {ErrorCode::unknown_topic_or_partition,
            fmt::format("The topic '{}' does not exist.", resource.name)};
  }
  return {};
}

// With ELR, min.insync.replicas is one for the cluster: the eligible replicas are reckoned by it.
ApiError check_change(const Image& image, const ConfigResource& resource,
                      const ConfigAlteration& change) {
  const auto& [name, value] = change;
  const bool elr = image.features.elr_enabled() && resource.kind == ConfigKind::broker;
  if (elr && name == min_isr && !resource.name.empty()) {
    return invalid_config(
        "Broker-level min.insync.replicas cannot be altered while ELR is enabled.");
  }
  if (elr && name == min_isr && !value) {
    return invalid_config(
        "Cluster-level min.insync.replicas cannot be removed while ELR is enabled.");
  }
  if (value && value->size() > value_size_max) {
    return invalid_config(
        "The configuration value cannot be added because it exceeds the maximum value size of "
        "32767 "
        "bytes.");
  }
  return {};
}

// A new minimum makes what was reckoned by the old one worthless.
void add_clear_elr(ControllerContext& context, const ConfigResource& resource,
                   const std::vector<ConfigAlteration>& changes) {
  if (!context.image.features.elr_enabled()) return;
  for (const auto& [name, value] : changes) {
    if (name != min_isr) continue;
    wire::ClearElrRecord record;
    if (resource.kind == ConfigKind::topic) record.topic_name = resource.name;
    if (resource.kind == ConfigKind::topic || resource.kind == ConfigKind::broker) {
      context.records.add(record, 0);
    }
  }
}

}  // namespace

ApiError config_error(const Error& error) {
  switch (error.code) {
    case Errc::invalid:
      return {ErrorCode::invalid_config, error.what};
    case Errc::unsupported:
      return {ErrorCode::invalid_request, error.what};
    default:
      return {ErrorCode::unknown_server_error, error.what};
  }
}

ApiError alter_config(ControllerContext& context, const ConfigResource& resource,
                      const ConfigMap& next, const std::vector<ConfigAlteration>& changes,
                      bool is_new) {
  for (const auto& change : changes) {
    if (auto error = check_change(context.image, resource, change); !error.ok()) return error;
  }
  if (auto error = check_resource_name(resource); !error.ok()) return error;
  const auto valid = validate_configs(resource.kind, resource.name, next, context.layers());
  if (!valid) return config_error(valid.error());
  if (!is_new) {
    if (auto error = check_existence(context.image, resource); !error.ok()) return error;
  }
  for (const auto& [name, value] : changes) {
    wire::ConfigRecord record;
    record.resource_type = static_cast<std::int8_t>(resource.kind);
    record.resource_name = resource.name;
    record.name = name;
    record.value = value ? wire::Str(*value) : wire::Str::null();
    context.records.add(record, 0);
  }
  add_clear_elr(context, resource, changes);
  return {};
}

}  // namespace weir::metadata
