// AlterConfigs: a resource's dynamic configuration is replaced as a whole.

#include "wire/message/alter_configs_request.h"
#include "wire/message/alter_configs_response.h"

#include "broker/api/forward.h"

namespace weir::broker::api {
namespace {

using wire::AlterConfigsRequest;
using wire::AlterConfigsResponse;

void refuse(Request& request, const AlterConfigsRequest& body, AlterConfigsResponse& response) {
  response.responses = request.arena.array<AlterConfigsResponse::AlterConfigsResourceResponse>(
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

const Api alter_configs{wire::ApiKey::alter_configs,
                        forward_change<AlterConfigsRequest, AlterConfigsResponse, refuse>};

}  // namespace weir::broker::api
