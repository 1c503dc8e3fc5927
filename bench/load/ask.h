#pragma once
// One request on a connection of its own, and its answer: for what a lap must know before it runs.

#include <functional>

#include "load/requests.h"
#include "socket/poller.h"

namespace weir::bench {

// `read` gets the answer's frame. Errors: those of the connection, timed_out, those of `read`.
Result<> ask(const Address& broker, Bytes request, const std::function<Result<>(Bytes)>& read);

Result<std::vector<Offset>> list_offsets(const Address& broker, const std::string& topic,
                                         std::int32_t partitions, Where where);

}  // namespace weir::bench
