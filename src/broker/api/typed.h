#pragma once
// From a Request's bytes to a handler on structs, and back. A handler is
//   Task<> handle(Request&, const wire::XRequest&, wire::XResponse&)
// and may use request.arena for what the response points at.

#include <fmt/format.h>

#include <algorithm>

#include "broker/api/api.h"
#include "broker/connection/session.h"
#include "broker/node.h"
#include "broker/shard.h"
#include "wire/codec/codec.h"
#include "wire/error_code.h"

namespace weir::broker::api {

// Begins the answer: the response header, in the version that goes with the request's.
void write_response_header(Request& request);

inline std::int16_t code(wire::ErrorCode error) { return static_cast<std::int16_t>(error); }

// Where a few bytes of a request ask for much, its handler stops to gather answers when they have
// come to this, and refuses the rest: INVALID_REQUEST. An honest client does not come near it.
inline constexpr std::size_t answer_bytes_max = 64 << 20;
inline bool has_large_answer(const Request& request) {
  return request.arena.bytes_reserved() > answer_bytes_max + 4 * request.frame_bytes;
}

template <class Response>
void write_response(Request& request, const Response& response, std::int16_t version) {
  write_response_header(request);
  const Result<> encoded = wire::encode(response, version, request.output);
  if (encoded) return;
  // A mistake of ours. It costs this client its connection, and nobody else anything.
  request.shard->env.log.write(env::Level::error, "broker", encoded.error().message());
  request.closes_connection = true;
}

// Whether a response of this version can say that the request as a whole was wrong. The struct has
// every version's fields, and encoding leaves out those that the version has no place for.
template <class Response>
bool carries_error_code([[maybe_unused]] std::int16_t version) {
  if constexpr (requires(Response r) { r.error_code = 0; }) {
    Response response;
    wire::Output good, bad;
    response.error_code = 0;
    if (!wire::encode(response, version, good)) return false;
    response.error_code = code(wire::ErrorCode::invalid_request);
    if (!wire::encode(response, version, bad)) return false;
    return !std::ranges::equal(good.bytes(), bad.bytes());
  }
  return false;
}

// The body does not mean what it should: Kafka's error where the response has a place for one.
template <class Response>
void answer_malformed(Request& request, const Error& error) {
  request.shard->log_foreign_bytes(fmt::format("a malformed request from {}: {}",
                                               request.session->peer().text(), error.message()));
  if (!carries_error_code<Response>(request.version)) {
    request.closes_connection = true;
    return;
  }
  if constexpr (requires(Response r) { r.error_code = 0; }) {
    Response response;
    response.error_code = code(wire::ErrorCode::invalid_request);
    write_response(request, response, request.version);
  } else {
    request.closes_connection = true;
  }
}

template <class RequestBody, class Response,
          Task<> (*handle)(Request&, const RequestBody&, Response&)>
Task<> serve_typed(Request& request) {
  RequestBody body;
  const Result<std::size_t> decoded =
      wire::decode(body, Bytes(request.body), request.version, request.arena);
  if (!decoded) {
    answer_malformed<Response>(request, decoded.error());
    co_return;
  }
  Response response;
  co_await handle(request, body, response);
  if (request.has_answer && !request.closes_connection) {
    write_response(request, response, request.version);
  }
}

}  // namespace weir::broker::api
