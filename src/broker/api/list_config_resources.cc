// ListConfigResources: resources that can be or are configured (KIP-1142; version 0 lists client
// metrics only).

#include "wire/message/list_config_resources_request.h"
#include "wire/message/list_config_resources_response.h"

#include <set>

#include "broker/api/typed.h"
#include "broker/node.h"
#include "broker/spread.h"

namespace weir::broker::api {
namespace {

using weir::metadata::ConfigKind;
using wire::ErrorCode;
using wire::ListConfigResourcesRequest;
using wire::ListConfigResourcesResponse;
using ResourceAnswer = ListConfigResourcesResponse::ConfigResource;

class Lister {
 public:
  explicit Lister(Request& request) : request_(request) {}

  void list(ConfigKind kind) {
    const weir::metadata::Image& image = request_.shard->image();
    switch (kind) {
      case ConfigKind::topic:
        for (const auto& [name, id] : image.topic_ids) add(kind, name);
        break;
      case ConfigKind::broker:
      case ConfigKind::broker_logger:
        for (const auto& [id, broker] : image.brokers) {
          if (!broker->fenced) add(kind, std::to_string(id));
        }
        break;
      case ConfigKind::client_metrics:
      case ConfigKind::group:
        for (const auto& [resource, values] : image.configs) {
          if (resource.kind == kind) add(kind, resource.name);
        }
        break;
    }
  }
  wire::Array<ResourceAnswer> answers() {
    return request_.arena.copy(std::span<const ResourceAnswer>(answers_));
  }

 private:
  void add(ConfigKind kind, std::string_view name) {
    answers_.push_back({.resource_name = request_.arena.copy(name),
                        .resource_type = static_cast<std::int8_t>(kind)});
  }
  Request& request_;
  std::vector<ResourceAnswer> answers_;
};

Task<> handle(Request& request, const ListConfigResourcesRequest& body,
              ListConfigResourcesResponse& response) {
  co_await catch_up(*request.shard);
  static const std::set<std::int8_t> every{2, 4, 8, 16, 32};
  std::set<std::int8_t> kinds(body.resource_types.begin(), body.resource_types.end());
  if (request.version == 0) {
    kinds = {static_cast<std::int8_t>(ConfigKind::client_metrics)};
  } else if (kinds.empty()) {
    kinds = every;
  }
  Lister lister(request);
  for (const std::int8_t kind : kinds) {
    if (!every.contains(kind)) {
      response.error_code = code(ErrorCode::unsupported_version);
      co_return;
    }
    lister.list(static_cast<ConfigKind>(kind));
  }
  response.config_resources = lister.answers();
}

}  // namespace

const Api list_config_resources{
    wire::ApiKey::list_config_resources,
    serve_typed<ListConfigResourcesRequest, ListConfigResourcesResponse, handle>};

}  // namespace weir::broker::api
