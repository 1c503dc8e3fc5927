#include "broker/api/forward.h"

namespace weir::broker::api {

Task<Result<>> ask_controller(Request& request) {
  auto asking = request.shard->node.call_controller(*request.shard, request.api, request.version,
                                                    Bytes(request.body), client_context(request));
  auto answer = co_await std::move(asking);
  if (!answer) co_return std::unexpected(answer.error());
  write_response_header(request);
  request.output.append(Bytes(*answer));
  co_return Result<>{};
}

void end_unanswered(Request& request, const Error& error) {
  request.shard->log_foreign_bytes(
      fmt::format("the controller could not answer a request of {}: {}",
                  request.session->peer().text(), error.message()));
  request.closes_connection = true;
}

Task<> forward_to_controller(Request& request) {
  auto asking = ask_controller(request);
  const Result<> asked = co_await std::move(asking);
  if (!asked) end_unanswered(request, asked.error());
}

}  // namespace weir::broker::api
