#pragma once
// TCP. Sockets are non-blocking, with TCP_NODELAY; listeners use SO_REUSEADDR.
//
// listen("", p) serves every interface, IPv4 and IPv6; listen(name, p) every address that the name
// has ("localhost": both loopbacks), all under one port. It resolves at once: listening is a
// start-up business. connect() resolves names on a helper thread, which nothing ends
// before its time, and gives each address connect_wait_max.

#include "base/env/network.h"
#include "runtime/loop.h"

namespace weir::runtime {

class TcpNetwork final : public env::Network {
 public:
  // Kafka's socket.connection.setup.timeout.ms.
  static constexpr env::Duration connect_wait_max = std::chrono::seconds(10);

  explicit TcpNetwork(Loop& loop) : loop_(loop) {}

  using env::Network::connect;
  using env::Network::listen;
  Result<std::unique_ptr<env::Listener>> listen(const env::Address& address, int backlog,
                                                const env::SocketBuffers& buffers) override;
  std::unique_ptr<env::Connection> adopt(std::unique_ptr<env::Socket> socket) override;
  Task<Result<std::unique_ptr<env::Connection>>> connect(env::Address address,
                                                         Cancellation stop) override;

 private:
  Loop& loop_;
};

}  // namespace weir::runtime
