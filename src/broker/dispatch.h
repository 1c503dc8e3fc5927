#pragma once
// From a frame to the API that serves it, and its answer back. Sessions know requests by these two
// functions only.

#include "base/result.h"
#include "base/task.h"
#include "broker/connection/request.h"

namespace weir::broker {

// Reads the header in front of request.body. Errors (the connection ends): truncated, an API or a
// version that is not served. ApiVersions in a version that is too new is accepted: it is answered
// in version 0.
Result<> read_header(Request& request);

// Runs the handler. A body that does not decode is answered with INVALID_REQUEST where the response
// has a place for it, else it ends the connection.
Task<> serve(Request& request);

}  // namespace weir::broker
