#include "socket/tcp.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

namespace weir::bench {
namespace {

std::unexpected<Error> failed(const char* what) {
  return fail(Errc::io, what, static_cast<std::uint64_t>(errno));
}

Result<sockaddr_in> socket_address(const Address& address) {
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_port = htons(address.port);
  if (::inet_pton(AF_INET, address.host.c_str(), &in.sin_addr) != 1) {
    return fail(Errc::invalid, "'" + address.host + "' is no IPv4 address");
  }
  return in;
}

void send_at_once(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Result<Address> parse_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  Address address;
  if (colon != std::string::npos) {
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data() + colon + 1, end, address.port);
    address.host = text.substr(0, colon);
    if (parsed.ec == std::errc{} && parsed.ptr == end) return address;
  }
  return fail(Errc::invalid, "'" + text + "' is not HOST:PORT");
}

Result<Descriptor> connect_to(const Address& address) {
  TRY_ASSIGN(const sockaddr_in in, socket_address(address));
  Descriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return failed("no socket");
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&in), sizeof in) != 0) {
    return failed("cannot connect");
  }
  send_at_once(fd.get());
  ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
  return fd;
}

Result<Descriptor> listen_at(const Address& address) {
  TRY_ASSIGN(const sockaddr_in in, socket_address(address));
  Descriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (fd.get() < 0) return failed("no socket");
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&in), sizeof in) != 0 ||
      ::listen(fd.get(), SOMAXCONN) != 0) {
    return failed("cannot listen");
  }
  return fd;
}

std::uint16_t port_of(const Descriptor& listener) {
  sockaddr_in in{};
  socklen_t size = sizeof in;
  ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&in), &size);
  return ntohs(in.sin_port);
}

Descriptor accept_from(const Descriptor& listener) {
  Descriptor fd(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (fd.get() >= 0) send_at_once(fd.get());
  return fd;
}

}  // namespace weir::bench
