#pragma once
// env::Address to and from what the socket calls want.

#include <sys/socket.h>

#include <vector>

#include "base/env/network.h"
#include "base/result.h"

namespace weir::runtime {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
  void set_port(std::uint16_t port);
};

// An IP literal: at once. A name: blocks in the resolver. Error: not_found.
Result<std::vector<SocketAddress>> resolve(const env::Address& address);
bool is_literal(const std::string& host);

// IPv4 in IPv6 is shown as IPv4. Empty when the socket has no address any more.
env::Address local_address_of(int socket);
env::Address peer_address_of(int socket);

}  // namespace weir::runtime
