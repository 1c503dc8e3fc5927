#pragma once
// ControllerPort: how a broker reaches the controller, by Kafka's request and response bytes and no
// other way (design section 2). Forwarding a client's request is passing its body on. Delivery
// within the process is one implementation (metadata/node/metadata_node.h); one over a connection
// joins it when there are more nodes.
//
// Lives on shard 0; other shards go there by call_on_shard. The answer comes when what it promises
// is committed.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/task.h"
#include "wire/api_key.h"
#include "wire/codec/codec.h"

namespace weir::metadata {

// On whose behalf a request is made. A broker's own requests carry its own principal.
struct RequestContext {
  std::string principal = "User:ANONYMOUS";
  std::string client_address;
  std::string client_id;
};

class ControllerPort {
 public:
  virtual ~ControllerPort() = default;

  // `request_body` (without header; it must stay alive until the answer) in the given version; the
  // answer is the response body in the same version. Protocol errors are in the response. Errors:
  // unsupported (API or version), corrupt (the body), closed (the node stops), io (the metadata log
  // failed).
  virtual Task<Result<std::vector<std::byte>>> call(wire::ApiKey api, std::int16_t version,
                                                    Bytes request_body,
                                                    const RequestContext& context) = 0;
};

// For callers that have structs. The response's views are valid as long as `arena` and `bytes`
// live.
template <class Response>
struct ControllerAnswer {
  std::vector<std::byte> bytes;
  wire::Arena arena;
  Response response;
};

template <class Response, class Request>
Task<Result<std::unique_ptr<ControllerAnswer<Response>>>> call_controller(
    ControllerPort& port, wire::ApiKey api, std::int16_t version, const Request& request,
    const RequestContext& context) {
  wire::Output body;
  CO_TRY(wire::encode(request, version, body));
  auto answer = std::make_unique<ControllerAnswer<Response>>();
  auto call = port.call(api, version, body.bytes(), context);
  auto bytes = co_await std::move(call);
  if (!bytes) co_return std::unexpected(std::move(bytes).error());
  answer->bytes = std::move(*bytes);
  CO_TRY(wire::decode_whole(answer->response, Bytes(answer->bytes), version, answer->arena));
  co_return std::move(answer);
}

}  // namespace weir::metadata
