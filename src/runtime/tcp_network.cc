#include "runtime/tcp_network.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cerrno>
#include <utility>

#include "base/check.h"
#include "base/offload.h"
#include "runtime/socket_address.h"
#include "runtime/system_error.h"
#include "runtime/tcp_connection.h"
#include "runtime/tcp_listener.h"
#include "runtime/tcp_socket.h"

namespace weir::runtime {
namespace {

Error stopped(const std::string& name) {
  return {Errc::closed, "connecting to " + name + " was given up"};
}

Task<Result<OwnedDescriptor>> connect_to(Loop& loop, SocketAddress address, std::string name,
                                         Cancellation stop) {
  OwnedDescriptor socket(
      ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (!socket) co_return system_failure(errno, "cannot connect to " + name);
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  int number = ::connect(socket.get(), address.get(), address.size) == 0 ? 0 : errno;
  if (number == EINPROGRESS) {
    // The watch gets a second descriptor of the socket, so that closing it leaves ours.
    Watch watch(loop, ::fcntl(socket.get(), F_DUPFD_CLOEXEC, 0));
    {
      const auto close = [&watch] { watch.close(); };
      const OnCancel on_stop(stop, close);
      co_await watch.wait(Direction::write);
    }
    if (stop.is_requested()) co_return std::unexpected(stopped(name));
    socklen_t size = sizeof(number);
    ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &number, &size);
  }
  if (number != 0) co_return system_failure(number, "cannot connect to " + name);
  co_return socket;
}

}  // namespace

Result<std::unique_ptr<env::Listener>> TcpNetwork::listen(const env::Address& address, int backlog,
                                                          const env::SocketBuffers& buffers) {
  return TcpListener::listen(loop_, address, backlog, buffers);
}

std::unique_ptr<env::Connection> TcpNetwork::adopt(std::unique_ptr<env::Socket> socket) {
  auto* accepted = dynamic_cast<TcpSocket*>(socket.get());
  CHECK(accepted != nullptr, "a socket of this network");
  return std::make_unique<TcpConnection>(loop_, std::move(accepted->descriptor));
}

Task<Result<std::unique_ptr<env::Connection>>> TcpNetwork::connect(env::Address target,
                                                                   Cancellation stop) {
  Result<std::vector<SocketAddress>> addresses;
  if (is_literal(target.host)) {
    addresses = resolve(target);
  } else {
    const auto work = [this, &target] { return resolver_(target); };
    auto resolving = offload(loop_, work);
    addresses = co_await std::move(resolving);
  }
  if (!addresses) co_return std::unexpected(std::move(addresses).error());
  Error last{Errc::not_found, target.text() + " has no address"};
  const auto begin = begin_with_.find(target.host);
  std::size_t number = begin == begin_with_.end() ? 0 : begin->second;
  for (std::size_t left = addresses->size(); left > 0; --left, ++number) {
    if (stop.is_requested()) co_return std::unexpected(stopped(target.text()));
    const SocketAddress& each = (*addresses)[number % addresses->size()];
    auto connecting = connect_to(loop_, each, target.text(), stop);
    auto socket = co_await std::move(connecting);
    const bool is_silent = !socket && stop.is_requested();
    const bool is_told = socket || is_silent;
    if (addresses->size() > 1 && is_told) begin_with_[target.host] = number + (is_silent ? 1 : 0);
    if (socket) co_return std::make_unique<TcpConnection>(loop_, *std::move(socket));
    last = std::move(socket).error();
  }
  co_return std::unexpected(std::move(last));
}

}  // namespace weir::runtime
