#include "broker/api/endpoints.h"

#include "broker/connection/session.h"
#include "broker/shard.h"

namespace weir::broker::api {

std::string_view listener_name(const Request& request) {
  return request.shard->settings().listeners[request.session->listener()].name;
}

const metadata::Endpoint* endpoint_of(const Request& request, BrokerId id) {
  const metadata::Broker* broker = request.shard->image().broker(id);
  return broker && !broker->fenced ? broker->endpoint(listener_name(request)) : nullptr;
}

}  // namespace weir::broker::api
