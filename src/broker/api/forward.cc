#include "broker/api/forward.h"

#include <algorithm>

namespace weir::broker::api {

Task<> forward_to_controller(Request& request) {
  auto answer = co_await request.shard->node.call_controller(
      *request.shard, request.api, request.version, Bytes(request.body), client_context(request));
  if (!answer) {
    request.shard->log_foreign_bytes(
        fmt::format("the controller could not answer a request of {}: {}",
                    request.session->peer().text(), answer.error().message()));
    request.closes_connection = true;
    co_return;
  }
  write_response_header(request);
  request.output.append(Bytes(*answer));
}

}  // namespace weir::broker::api
