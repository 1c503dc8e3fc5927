#pragma once
// APIs that the controller answers: the request's body is passed on as it came, and the answer as
// it is.

#include <string_view>

#include "broker/api/client_context.h"
#include "broker/api/typed.h"
#include "broker/node.h"

namespace weir::broker::api {

// The answer is the request's output. When the controller cannot be asked the connection ends, as
// Kafka's does when forwarding fails for good; the client connects again and asks again.
Task<> forward_to_controller(Request& request);

// Errors: busy (the metadata log has no room, and nothing was changed), closed (it stops).
Task<Result<>> ask_controller(Request& request);
void end_unanswered(Request& request, const Error& error);

inline constexpr std::string_view no_room_message = "The disk of the metadata log is full.";

// A change: as above, and what the metadata log has no room for is answered with
// KAFKA_STORAGE_ERROR in each of its places, which `refuse` knows.
template <class RequestBody, class Response,
          void (*refuse)(Request&, const RequestBody&, Response&)>
Task<> forward_change(Request& request) {
  auto asking = ask_controller(request);
  const Result<> asked = co_await std::move(asking);
  if (asked) co_return;
  RequestBody body;
  if (asked.error().code != Errc::busy ||
      !wire::decode(body, Bytes(request.body), request.version, request.arena)) {
    end_unanswered(request, asked.error());
    co_return;
  }
  Response response;
  refuse(request, body, response);
  write_response(request, response, request.version);
}

}  // namespace weir::broker::api
