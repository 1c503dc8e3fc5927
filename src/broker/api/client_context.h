#pragma once
// On whose behalf a request is passed to the controller or to a coordinator.

#include <string>

#include "broker/connection/request.h"
#include "broker/connection/session.h"
#include "metadata/controller/controller_port.h"

namespace weir::broker {

inline metadata::RequestContext client_context(const Request& request) {
  metadata::RequestContext context;
  context.client_address = request.session->peer().host;
  context.client_id = request.client_id.str();
  return context;
}

}  // namespace weir::broker
