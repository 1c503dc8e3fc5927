#pragma once
// Addresses in configurations: host:port, and the listeners that Kafka writes as NAME://host:port.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace weir::metadata {

struct HostPort {
  std::string host;  // IPv6 without brackets; empty: every address
  std::uint16_t port = 0;
  bool operator==(const HostPort&) const = default;
};

// "host:port", "[::1]:port", ":port".
std::optional<HostPort> parse_host_port(std::string_view text);

// "host:port" with brackets where the host is IPv6.
std::string format_host_port(const HostPort& address);

struct Listener {
  std::string name;  // upper case
  std::string host;  // empty: every address; "localhost": 127.0.0.1 and ::1; IPv6 without brackets
  std::uint16_t port = 0;  // 0: the system chooses
  bool operator==(const Listener&) const = default;
};

// Listener name (upper case) to security protocol: listener.security.protocol.map.
using SecurityProtocolMap = std::map<std::string, std::string, std::less<>>;

Result<SecurityProtocolMap> parse_security_protocol_map(std::string_view text);

// The entries of `listeners` or `advertised.listeners` (whose ports may repeat). Messages are
// Kafka's.
Result<std::vector<Listener>> parse_listeners(const std::vector<std::string>& entries,
                                              const SecurityProtocolMap& protocols,
                                              bool distinct_ports);

// 0.0.0.0 and ::, which nobody can connect to.
bool is_meta_address(std::string_view host);

// localhost, 127.x.x.x and ::1.
bool is_loopback(std::string_view host);

}  // namespace weir::metadata
