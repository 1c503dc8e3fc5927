// IncrementalAlterConfigs: set, delete, append, subtract (KIP-339).

#include "wire/message/incremental_alter_configs_request.h"
#include "wire/message/incremental_alter_configs_response.h"

#include "broker/api/forward.h"

namespace weir::broker::api {
namespace {

using wire::IncrementalAlterConfigsRequest;
using wire::IncrementalAlterConfigsResponse;

void refuse(Request& request, const IncrementalAlterConfigsRequest& body,
            IncrementalAlterConfigsResponse& response) {
  response.responses =
      request.arena.array<IncrementalAlterConfigsResponse::AlterConfigsResourceResponse>(
          body.resources.size());
  for (std::size_t i = 0; i < body.resources.size(); ++i) {
    auto& answer = response.responses[i];
    answer.resource_type = body.resources[i].resource_type;
    answer.resource_name = body.resources[i].resource_name;
    answer.error_code = code(wire::ErrorCode::kafka_storage_error);
    answer.error_message = no_room_message;
  }
}

}  // namespace

const Api incremental_alter_configs{
    wire::ApiKey::incremental_alter_configs,
    forward_change<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse, refuse>};

}  // namespace weir::broker::api
