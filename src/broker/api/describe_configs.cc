// DescribeConfigs: every setting of a resource, its source and its synonyms (KIP-133, 226, 569).

#include "wire/message/describe_configs_request.h"
#include "wire/message/describe_configs_response.h"

#include <algorithm>
#include <charconv>

#include "broker/api/typed.h"
#include "broker/node.h"
#include "broker/spread.h"
#include "broker/topic_creation.h"
#include "metadata/config/config_layers.h"

namespace weir::broker::api {
namespace {

using weir::metadata::ConfigEntry;
using weir::metadata::ConfigKind;
using wire::DescribeConfigsRequest;
using wire::DescribeConfigsResponse;
using wire::ErrorCode;
using ConfigsAnswer = DescribeConfigsResponse::DescribeConfigsResult;
using EntryAnswer = DescribeConfigsResponse::DescribeConfigsResourceResult;

void refuse(Request& request, ConfigsAnswer& result, ErrorCode error, std::string_view why) {
  result.error_code = code(error);
  result.error_message = request.arena.copy(why);
}

// nullopt: `result` says why not.
std::optional<std::vector<ConfigEntry>> entries_of(Request& request, std::string_view name,
                                                   ConfigsAnswer& result) {
  const Shard& shard = *request.shard;
  const auto layers = shard.config_layers();
  switch (static_cast<ConfigKind>(result.resource_type)) {
    case ConfigKind::topic:
      if (!is_topic_name(name)) {
        refuse(request, result, ErrorCode::invalid_topic_exception,
               wire::error_info(ErrorCode::invalid_topic_exception).message);
        return std::nullopt;
      }
      if (!shard.image().topic(name)) {
        refuse(request, result, ErrorCode::unknown_topic_or_partition, "");
        result.error_message = wire::Str::null();
        return std::nullopt;
      }
      return weir::metadata::describe_configs(
          ConfigKind::topic, shard.image().config(ConfigKind::topic, name), layers);
    case ConfigKind::broker: {
      if (name.empty()) return weir::metadata::describe_default_broker_configs(layers);
      BrokerId id = no_broker;
      const auto [end, errc] = std::from_chars(name.data(), name.data() + name.size(), id);
      if (errc != std::errc{} || end != name.data() + name.size()) {
        refuse(request, result, ErrorCode::invalid_request,
               fmt::format("Broker id must be an integer, but it is: {}", name));
        return std::nullopt;
      }
      if (id != shard.node.node_id()) {
        refuse(request, result, ErrorCode::invalid_request,
               fmt::format("Unexpected broker id, expected {} or empty string, but received {}",
                           shard.node.node_id(), name));
        return std::nullopt;
      }
      return weir::metadata::describe_configs(ConfigKind::broker, {}, layers);
    }
    case ConfigKind::broker_logger:
      return std::vector<ConfigEntry>{};  // there are no loggers by class name here
    case ConfigKind::client_metrics:
    case ConfigKind::group: {
      if (name.empty()) {
        refuse(request, result, ErrorCode::invalid_request,
               static_cast<ConfigKind>(result.resource_type) == ConfigKind::group
                   ? "Group name must not be empty"
                   : "Client metrics subscription name must not be empty");
        return std::nullopt;
      }
      const auto kind = static_cast<ConfigKind>(result.resource_type);
      return weir::metadata::describe_configs(kind, shard.image().config(kind, name), layers);
    }
  }
  refuse(request, result, ErrorCode::invalid_request,
         fmt::format("Unsupported resource type: {}", result.resource_type));
  return std::nullopt;
}

wire::Str text(Request& request, const std::optional<std::string>& value) {
  return value ? request.arena.copy(std::string_view(*value)) : wire::Str::null();
}

EntryAnswer answer_for(Request& request, const DescribeConfigsRequest& body,
                       const ConfigEntry& entry) {
  EntryAnswer answer;
  answer.name = request.arena.copy(std::string_view(entry.name));
  answer.value = text(request, entry.value);
  answer.read_only = entry.is_read_only;
  answer.config_source = static_cast<std::int8_t>(entry.source);
  answer.is_sensitive = entry.is_sensitive;
  answer.config_type = static_cast<std::int8_t>(entry.type);
  answer.documentation = body.include_documentation && !entry.documentation.empty()
                             ? request.arena.copy(entry.documentation)
                             : wire::Str::null();
  if (!body.include_synonyms) return answer;
  answer.synonyms =
      request.arena.array<DescribeConfigsResponse::DescribeConfigsSynonym>(entry.synonyms.size());
  for (std::size_t i = 0; i < entry.synonyms.size(); ++i) {
    answer.synonyms[i].name = request.arena.copy(std::string_view(entry.synonyms[i].name));
    answer.synonyms[i].value = text(request, entry.synonyms[i].value);
    answer.synonyms[i].source = static_cast<std::int8_t>(entry.synonyms[i].source);
  }
  return answer;
}

bool is_wanted(const DescribeConfigsRequest::DescribeConfigsResource& asked,
               const ConfigEntry& entry) {
  if (asked.configuration_keys.is_null()) return true;
  return std::ranges::any_of(asked.configuration_keys,
                             [&entry](wire::Str key) { return key.view() == entry.name; });
}

Task<> handle(Request& request, const DescribeConfigsRequest& body,
              DescribeConfigsResponse& response) {
  co_await catch_up(*request.shard);
  response.results = request.arena.array<ConfigsAnswer>(body.resources.size());
  for (std::size_t r = 0; r < body.resources.size(); ++r) {
    const auto& asked = body.resources[r];
    ConfigsAnswer& result = response.results[r];
    result.resource_type = asked.resource_type;
    result.resource_name = asked.resource_name;
    if (has_large_answer(request)) {
      result.error_code = code(ErrorCode::invalid_request);
      result.error_message = wire::Str("Too much is asked for in one request.");
      continue;
    }
    const auto entries = entries_of(request, asked.resource_name.view(), result);
    if (!entries) continue;
    std::vector<EntryAnswer> answers;
    for (const ConfigEntry& entry : *entries) {
      if (is_wanted(asked, entry)) answers.push_back(answer_for(request, body, entry));
    }
    result.configs = request.arena.copy(std::span<const EntryAnswer>(answers));
  }
  co_return;
}

}  // namespace

const Api describe_configs{wire::ApiKey::describe_configs,
                           serve_typed<DescribeConfigsRequest, DescribeConfigsResponse, handle>};

}  // namespace weir::broker::api
