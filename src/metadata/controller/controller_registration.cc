#include "metadata/controller/handlers.h"
#include "wire/message/controller_registration_request.h"
#include "wire/message/controller_registration_response.h"
#include "wire/message/register_controller_record.h"

namespace weir::metadata {

void handle(const wire::ControllerRegistrationRequest& request,
            wire::ControllerRegistrationResponse& response, ControllerContext& context) {
  if (!context.version().is_controller_registration_supported()) {
    response.error_code = code_of(wire::ErrorCode::unsupported_version);
    response.error_message =
        context.text("The current MetadataVersion is too old to support controller registrations.");
    return;
  }
  std::vector<wire::RegisterControllerRecord::ControllerEndpoint> endpoints;
  for (const auto& listener : request.listeners) {
    endpoints.push_back({.name = listener.name,
                         .host = listener.host,
                         .port = listener.port,
                         .security_protocol = listener.security_protocol});
  }
  std::vector<wire::RegisterControllerRecord::ControllerFeature> features;
  for (const auto& feature : request.features) {
    features.push_back({.name = feature.name,
                        .min_supported_version = feature.min_supported_version,
                        .max_supported_version = feature.max_supported_version});
  }
  wire::RegisterControllerRecord record;
  record.controller_id = request.controller_id;
  record.incarnation_id = request.incarnation_id;
  record.end_points = endpoints;
  record.features = features;
  context.records.add(record, 0);
}

}  // namespace weir::metadata
