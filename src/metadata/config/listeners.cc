#include "metadata/config/listeners.h"

#include <algorithm>

#include <fmt/format.h>

#include "metadata/config/config_table.h"
#include "metadata/config/java_value.h"

namespace weir::metadata {
namespace {

std::string upper_case(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

bool is_host_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '%' || c == '.' || c == '_' || c == ':';
}

bool is_ipv4(std::string_view host) {
  int parts = 0;
  while (true) {
    const std::size_t dot = host.find('.');
    const std::string_view part = host.substr(0, dot);
    if (part.starts_with('+') || !java_integer(part, 0, 255)) return false;
    ++parts;
    if (dot == host.npos) return parts == 4;
    host.remove_prefix(dot + 1);
  }
}

bool is_ipv6(std::string_view host) { return host.find(':') != host.npos; }

// One IPv4 and one IPv6 address may share a port (KIP-797).
bool may_share_port(const Listener& left, const Listener& right) {
  return (is_ipv4(left.host) && is_ipv6(right.host)) || (is_ipv6(left.host) && is_ipv4(right.host));
}

// What Kafka puts before the reason.
std::unexpected<Error> bad_listeners(const std::vector<std::string>& entries,
                                     std::string_view why) {
  return fail(Errc::invalid, fmt::format("Error creating broker listeners from '{}': {}",
                                         java_list_text(entries), why));
}

}  // namespace

std::optional<HostPort> parse_host_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  const std::string_view digits = text.substr(colon + 1);
  if (digits.empty() || digits.front() == '+') return std::nullopt;
  const auto port = java_integer(digits, 0, 65535);
  if (!port) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host.remove_prefix(1);
    host.remove_suffix(1);
  }
  if (!std::ranges::all_of(host, is_host_character)) return std::nullopt;
  return HostPort{std::string(host), static_cast<std::uint16_t>(*port)};
}

std::string format_host_port(const HostPort& address) {
  if (is_ipv6(address.host)) return fmt::format("[{}]:{}", address.host, address.port);
  return fmt::format("{}:{}", address.host, address.port);
}

bool is_meta_address(std::string_view host) { return host == "0.0.0.0" || host == "::"; }

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || (is_ipv4(host) && host.starts_with("127."));
}

Result<SecurityProtocolMap> parse_security_protocol_map(std::string_view text) {
  constexpr std::string_view name = "listener.security.protocol.map";
  SecurityProtocolMap map;
  for (const std::string& entry : java_list(text)) {
    const std::size_t colon = entry.rfind(':');
    if (colon == entry.npos) {
      return fail(
          Errc::invalid,
          fmt::format("Error parsing configuration property '{}': begin 0, end -1, length {}", name,
                      entry.size()));
    }
    const std::string protocol = upper_case(java_trim(std::string_view(entry).substr(colon + 1)));
    if (std::ranges::find(define::security_protocols, protocol) ==
        std::ranges::end(define::security_protocols)) {
      return fail(Errc::invalid,
                  fmt::format("Invalid security protocol `{}` defined in {}", protocol, name));
    }
    map[upper_case(java_trim(std::string_view(entry).substr(0, colon)))] = protocol;
  }
  return map;
}

Result<std::vector<Listener>> parse_listeners(const std::vector<std::string>& entries,
                                              const SecurityProtocolMap& protocols,
                                              bool distinct_ports) {
  std::vector<Listener> listeners;
  for (const std::string& entry : entries) {
    const std::size_t scheme = entry.find("://");
    const auto address = scheme == entry.npos
                             ? std::nullopt
                             : parse_host_port(std::string_view(entry).substr(scheme + 3));
    if (!address) {
      return bad_listeners(entries, fmt::format("Unable to parse {} to a broker endpoint", entry));
    }
    std::string name = upper_case(std::string_view(entry).substr(0, scheme));
    if (!protocols.contains(name)) {
      return bad_listeners(entries,
                           fmt::format("No security protocol defined for listener {}", name));
    }
    listeners.push_back({std::move(name), address->host, address->port});
  }
  for (auto one = listeners.begin(); one != listeners.end(); ++one) {
    for (auto other = listeners.begin(); other != one; ++other) {
      const bool same_name = one->name == other->name;
      const bool same_port = distinct_ports && one->port != 0 && one->port == other->port &&
                             !may_share_port(*one, *other);
      if (!same_name && !same_port) continue;
      return bad_listeners(entries,
                           fmt::format("Each listener must have a different {}, listeners: {}",
                                       same_name ? "name" : "port", java_list_text(entries)));
    }
  }
  return listeners;
}

}  // namespace weir::metadata
