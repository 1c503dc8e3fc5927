#include "runtime/tcp_listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

#include "base/check.h"
#include "runtime/socket_address.h"
#include "runtime/system_error.h"
#include "runtime/tcp_socket.h"

namespace weir::runtime {
namespace {

void set_option(int socket, int level, int name, int value) {
  ::setsockopt(socket, level, name, &value, sizeof(value));
}

// Beyond net.core.wmem_max and rmem_max the system cuts a size off, as it does for Kafka.
void set_buffer(int socket, int name, std::int64_t bytes) {
  if (bytes <= 0) return;
  set_option(socket, SOL_SOCKET, name, static_cast<int>(std::min<std::int64_t>(bytes, INT_MAX)));
}

Result<OwnedDescriptor> listen_at(const SocketAddress& address, int backlog,
                                  const env::SocketBuffers& buffers, bool both_families,
                                  const std::string& name) {
  OwnedDescriptor socket(
      ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (!socket) return system_failure(errno, "cannot listen on " + name);
  set_option(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  // Accepted connections inherit these; the receive window is settled before accept.
  set_buffer(socket.get(), SO_SNDBUF, buffers.send_bytes);
  set_buffer(socket.get(), SO_RCVBUF, buffers.receive_bytes);
  if (address.family() == AF_INET6) {
    set_option(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, both_families ? 0 : 1);
  }
  if (::bind(socket.get(), address.get(), address.size) != 0 ||
      ::listen(socket.get(), backlog) != 0) {
    const int number = errno;
    if (number == EADDRINUSE) {
      return fail(Errc::busy, "the port is in use", EADDRINUSE);
    }
    return system_failure(number, "cannot listen on " + name);
  }
  return socket;
}

// No family on this machine, or an address that a name has but the machine has not.
bool is_absent(const Error& error) {
  return error.at == EAFNOSUPPORT || error.at == EADDRNOTAVAIL || error.at == EPROTONOSUPPORT;
}

Result<std::vector<SocketAddress>> addresses_of(const env::Address& address) {
  if (address.host == "localhost") {
    // Both loopbacks (RFC 6761), whatever /etc/hosts says.
    TRY_ASSIGN(auto both, resolve({"127.0.0.1", address.port}));
    TRY_ASSIGN(const auto v6, resolve({"::1", address.port}));
    both.push_back(v6.front());
    return both;
  }
  if (!address.host.empty()) return resolve(address);
  // One socket for both families where there is IPv6, else IPv4 alone.
  TRY_ASSIGN(auto both, resolve({"::", address.port}));
  TRY_ASSIGN(const auto v4, resolve({"0.0.0.0", address.port}));
  both.push_back(v4.front());
  return both;
}

}  // namespace

Result<std::unique_ptr<env::Listener>> TcpListener::listen(Loop& loop, const env::Address& address,
                                                           int backlog,
                                                           const env::SocketBuffers& buffers) {
  TRY_ASSIGN(auto addresses, addresses_of(address));
  OwnedDescriptor readiness(::epoll_create1(EPOLL_CLOEXEC));
  if (!readiness) return system_failure(errno, "cannot listen on " + address.text());
  std::vector<OwnedDescriptor> sockets;
  env::Address local = address;
  Error absent{Errc::not_found, address.text() + " has no address here"};
  for (auto& each : addresses) {
    each.set_port(local.port);  // the port that the first one was given, if 0 was asked
    auto socket = listen_at(each, backlog, buffers, address.host.empty(), address.text());
    if (!socket) {
      if (!is_absent(socket.error())) return std::unexpected(std::move(socket).error());
      absent = std::move(socket).error();
      continue;
    }
    epoll_event event{};
    event.events = EPOLLIN;
    if (::epoll_ctl(readiness.get(), EPOLL_CTL_ADD, socket->get(), &event) != 0) {
      return system_failure(errno, "cannot listen on " + address.text());
    }
    local.port = local_address_of(socket->get()).port;
    sockets.push_back(*std::move(socket));
    if (address.host.empty()) break;
  }
  if (sockets.empty()) return std::unexpected(std::move(absent));
  if (sockets.size() == 1 && is_literal(local.host)) local = local_address_of(sockets[0].get());
  return std::make_unique<TcpListener>(loop, std::move(readiness), std::move(sockets),
                                       std::move(local));
}

TcpListener::TcpListener(Loop& loop, OwnedDescriptor readiness,
                         std::vector<OwnedDescriptor> sockets, env::Address local)
    : readiness_(loop, readiness.release()),
      sockets_(std::move(sockets)),
      local_(std::move(local)) {}

TcpListener::~TcpListener() { CHECK(!accepting_, "nobody may wait in a listener that goes"); }

Task<Result<std::unique_ptr<env::Socket>>> TcpListener::accept() {
  CHECK(!accepting_, "one accept at a time");
  accepting_ = true;
  while (!sockets_.empty()) {
    for (std::size_t i = 0; i < sockets_.size(); ++i) {
      const auto& port = sockets_[next_];
      next_ = (next_ + 1) % sockets_.size();
      OwnedDescriptor socket(::accept4(port.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (socket) {
        accepting_ = false;
        set_option(socket.get(), IPPROTO_TCP, TCP_NODELAY, 1);
        co_return std::make_unique<TcpSocket>(std::move(socket));
      }
      const int number = errno;
      if (number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM) {
        accepting_ = false;
        co_return system_failure(number, "cannot accept a connection");
      }
      // EAGAIN, or an error of the connection that was about to be accepted (accept(2) lists them).
    }
    readiness_.not_ready(Direction::read);
    co_await readiness_.wait(Direction::read);
  }
  accepting_ = false;
  co_return fail(Errc::closed, "the listener is closed");
}

void TcpListener::close() {
  readiness_.close();
  sockets_.clear();
}

}  // namespace weir::runtime
