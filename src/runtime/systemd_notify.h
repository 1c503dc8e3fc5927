#pragma once
// Tells systemd how the service is doing (sd_notify's protocol, without its library): one datagram
// to the socket that NOTIFY_SOCKET names.

#include <string_view>

namespace weir::runtime {

// state: "READY=1", "STOPPING=1", "STATUS=..."; several are separated by newlines. Returns false,
// and does nothing, when nobody asked to be told or nobody listens.
bool notify_systemd(std::string_view state);

}  // namespace weir::runtime
