#pragma once
// TCP. Sockets are non-blocking, with TCP_NODELAY; listeners use SO_REUSEADDR.
//
// listen("", p) serves every interface, IPv4 and IPv6; listen(name, p) every address that the name
// has ("localhost": both loopbacks), all under one port. It resolves at once: listening is a
// start-up business. connect() resolves names on a helper thread, which nothing ends
// before its time, and tries one address after the other. One that does not answer is waited for as
// long as the caller has patience; the next call for that name begins with the next one.

#include <functional>
#include <map>
#include <string>

#include "base/env/network.h"
#include "runtime/loop.h"
#include "runtime/socket_address.h"

namespace weir::runtime {

class TcpNetwork final : public env::Network {
 public:
  // Called by helper threads.
  using Resolver = std::function<Result<std::vector<SocketAddress>>(const env::Address&)>;
  explicit TcpNetwork(Loop& loop, Resolver resolver = resolve)
      : loop_(loop), resolver_(std::move(resolver)) {}

  using env::Network::connect;
  using env::Network::listen;
  Result<std::unique_ptr<env::Listener>> listen(const env::Address& address, int backlog,
                                                const env::SocketBuffers& buffers) override;
  std::unique_ptr<env::Connection> adopt(std::unique_ptr<env::Socket> socket) override;
  Task<Result<std::unique_ptr<env::Connection>>> connect(env::Address address,
                                                         Cancellation stop) override;

 private:
  Loop& loop_;
  const Resolver resolver_;
  // By name: which of its addresses the next connect() begins with, if not with the first.
  std::map<std::string, std::size_t> begin_with_;
};

}  // namespace weir::runtime
