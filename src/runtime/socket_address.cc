#include "runtime/socket_address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace weir::runtime {
namespace {

SocketAddress from_raw(const sockaddr* raw, socklen_t size) {
  SocketAddress address;
  std::memcpy(&address.storage, raw, size);
  address.size = size;
  return address;
}

// inet_pton knows no scope ("fe80::1%eth0"): getaddrinfo does, without asking anybody.
bool parses(int family, const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> ignored{};
  return inet_pton(family, host.c_str(), ignored.data()) == 1;
}

env::Address to_address(const sockaddr_storage& storage) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (storage.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &storage, sizeof(v4));
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return {text.data(), ntohs(v4.sin_port)};
  }
  if (storage.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &storage, sizeof(v6));
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      inet_ntop(AF_INET, v6.sin6_addr.s6_addr + 12, text.data(), text.size());
    } else {
      inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    }
    return {text.data(), ntohs(v6.sin6_port)};
  }
  return {};
}

}  // namespace

void SocketAddress::set_port(std::uint16_t port) {
  // The port stands at the same place in both families.
  static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
  const in_port_t value = htons(port);
  std::memcpy(reinterpret_cast<char*>(&storage) + offsetof(sockaddr_in, sin_port), &value,
              sizeof(value));
}

bool is_literal(const std::string& host) {
  return host.find('%') != std::string::npos || parses(AF_INET, host) || parses(AF_INET6, host);
}

Result<std::vector<SocketAddress>> resolve(const env::Address& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | (address.host.empty() ? AI_PASSIVE : 0);
  addrinfo* found = nullptr;
  const auto port = std::to_string(address.port);
  const int failed = ::getaddrinfo(address.host.empty() ? nullptr : address.host.c_str(),
                                   port.c_str(), &hints, &found);
  if (failed != 0) {
    return fail(Errc::not_found,
                "cannot resolve " + address.host + ": " + std::string(gai_strerror(failed)));
  }
  std::vector<SocketAddress> addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    const SocketAddress address_found = from_raw(each->ai_addr, each->ai_addrlen);
    const auto is_same = [&](const SocketAddress& other) {
      return other.size == address_found.size &&
             std::memcmp(&other.storage, &address_found.storage, other.size) == 0;
    };
    // A name may stand several times in /etc/hosts.
    if (std::ranges::none_of(addresses, is_same)) addresses.push_back(address_found);
  }
  ::freeaddrinfo(found);
  return addresses;
}

env::Address local_address_of(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof(storage);
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {};
  return to_address(storage);
}

env::Address peer_address_of(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof(storage);
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {};
  return to_address(storage);
}

}  // namespace weir::runtime
