// AlterConfigs (the whole set of a resource) and IncrementalAlterConfigs (KIP-339).

#include <fmt/format.h>

#include <set>

#include "metadata/controller/config_rules.h"
#include "metadata/controller/handlers.h"
#include "wire/message/alter_configs_request.h"
#include "wire/message/alter_configs_response.h"
#include "wire/message/incremental_alter_configs_request.h"
#include "wire/message/incremental_alter_configs_response.h"

namespace weir::metadata {
namespace {

using wire::ErrorCode;

bool is_known_kind(std::int8_t type) {
  return type == 2 || type == 4 || type == 8 || type == 16 || type == 32;
}

// Kafka leaves out what does not change, but not of brokers: setting a password again must reach
// them.
bool is_change(const ConfigResource& resource, const ConfigMap& present, const std::string& name,
               const std::optional<std::string>& value) {
  if (resource.kind == ConfigKind::broker) return true;
  const auto it = present.find(name);
  return (it == present.end()) ? value.has_value() : value != it->second;
}

void apply(ConfigMap& configs, const std::string& name, const std::optional<std::string>& value) {
  if (value) {
    configs.insert_or_assign(name, *value);
  } else {
    configs.erase(name);
  }
}

ApiError null_value(std::string_view name) {
  return {ErrorCode::invalid_request, fmt::format("Null value not supported for : {}", name)};
}

ApiError alter(const wire::AlterConfigsRequest::AlterConfigsResource& asked,
               const ConfigResource& resource, ControllerContext& context) {
  const ConfigMap present = context.image.config(resource.kind, resource.name);
  std::map<std::string, std::optional<std::string>> wanted;
  for (const auto& config : asked.configs) {
    if (config.value.is_null()) return null_value(config.name.view());
    wanted[config.name.str()] = config.value.str();
  }
  ConfigMap next;
  std::vector<ConfigAlteration> changes;
  for (const auto& [name, value] : wanted) {
    apply(next, name, value);
    if (is_change(resource, present, name, value)) changes.emplace_back(name, value);
  }
  for (const auto& [name, value] : present) {
    if (!wanted.contains(name)) changes.emplace_back(name, std::nullopt);
  }
  return alter_config(context, resource, next, changes, false);
}

std::optional<ConfigOp> op_of(std::int8_t operation) {
  if (operation < 0 || operation > 3) return std::nullopt;
  return static_cast<ConfigOp>(operation);
}

ApiError alter(const wire::IncrementalAlterConfigsRequest::AlterConfigsResource& asked,
               const ConfigResource& resource, ControllerContext& context) {
  const ConfigMap present = context.image.config(resource.kind, resource.name);
  ConfigMap next = present;
  std::vector<ConfigAlteration> changes;
  for (const auto& config : asked.configs) {
    const std::string name = config.name.str();
    const auto op = op_of(config.config_operation);
    if (!op) {
      return {ErrorCode::invalid_request, fmt::format("Unknown operation type {} for config {}",
                                                      config.config_operation, name)};
    }
    if (config.value.is_null() && *op != ConfigOp::erase) return null_value(name);
    const auto current = present.find(name);
    const auto value = apply_config_op(
        resource.kind, name, *op, config.value.is_null() ? std::string_view() : config.value.view(),
        current == present.end() ? std::nullopt : std::optional<std::string_view>(current->second));
    if (!value) return config_error(value.error());
    apply(next, name, *value);
    if (is_change(resource, present, name, *value)) changes.emplace_back(name, *value);
  }
  return alter_config(context, resource, next, changes, false);
}

// Both requests have the same shape: resources, each at most once, each answered on its own.
template <class Request, class Response>
void alter_all(const Request& request, Response& response, ControllerContext& context) {
  using Answer = typename Response::AlterConfigsResourceResponse;
  std::vector<Answer> answers;
  const auto answer = [&](std::int8_t type, std::string_view name, const ApiError& error) {
    Answer result;
    result.error_code = code_of(error.code);
    result.error_message = context.message_of(error);
    result.resource_type = type;
    result.resource_name = context.text(name);
    answers.push_back(result);
  };
  std::set<ConfigResource> seen, duplicates;
  for (const auto& asked : request.resources) {
    const ConfigResource resource{static_cast<ConfigKind>(asked.resource_type),
                                  asked.resource_name.str()};
    if (!seen.insert(resource).second) duplicates.insert(resource);
  }
  std::set<ConfigResource> answered;
  for (const auto& asked : request.resources) {
    const ConfigResource resource{static_cast<ConfigKind>(asked.resource_type),
                                  asked.resource_name.str()};
    if (!is_known_kind(asked.resource_type)) {
      answer(asked.resource_type, resource.name,
             {ErrorCode::unsupported_version,
              fmt::format("Unknown resource type {}.", asked.resource_type)});
    } else if (!duplicates.contains(resource)) {
      answer(asked.resource_type, resource.name, alter(asked, resource, context));
    } else if (answered.insert(resource).second) {
      answer(asked.resource_type, resource.name,
             {ErrorCode::invalid_request, "Duplicate resource."});
    }
  }
  response.responses = context.array(answers);
  if (request.validate_only) context.records.truncate(0);
}

}  // namespace

void handle(const wire::AlterConfigsRequest& request, wire::AlterConfigsResponse& response,
            ControllerContext& context) {
  alter_all(request, response, context);
}

void handle(const wire::IncrementalAlterConfigsRequest& request,
            wire::IncrementalAlterConfigsResponse& response, ControllerContext& context) {
  alter_all(request, response, context);
}

}  // namespace weir::metadata
