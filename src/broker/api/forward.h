#pragma once
// APIs that the controller answers: the request's body is passed on as it came, and the answer as
// it is.

#include "broker/api/client_context.h"
#include "broker/api/typed.h"
#include "broker/node.h"

namespace weir::broker::api {

// The answer is the request's output. When the controller cannot be asked the connection ends, as
// Kafka's does when forwarding fails for good; the client connects again and asks again.
Task<> forward_to_controller(Request& request);

}  // namespace weir::broker::api
