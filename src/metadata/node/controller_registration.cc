#include "metadata/node/controller_registration.h"

#include "base/check.h"
#include "metadata/image/feature_levels.h"
#include "wire/codec/codec.h"
#include "wire/message/controller_registration_request.h"

namespace weir::metadata {

std::vector<std::byte> controller_registration_request(
    BrokerId node_id, const Uuid& incarnation_id, const replication::QuorumDescription& quorum) {
  using Request = wire::ControllerRegistrationRequest;
  std::vector<Request::Listener> listeners;
  for (const auto& voter : quorum.nodes) {
    if (voter.id != node_id) continue;
    for (const auto& endpoint : voter.endpoints) {
      listeners.push_back({.name = endpoint.name, .host = endpoint.host, .port = endpoint.port});
    }
  }
  std::vector<Request::Feature> features;
  for (const auto& feature : supported_features()) {
    features.push_back({.name = feature.name,
                        .min_supported_version = feature.range.min,
                        .max_supported_version = feature.range.max});
  }
  Request request;
  request.controller_id = node_id;
  request.incarnation_id = incarnation_id;
  request.listeners = listeners;
  request.features = features;
  wire::Output output;
  CHECK(wire::encode(request, 0, output).has_value(), "the registration fits its version");
  return output.take();
}

}  // namespace weir::metadata
