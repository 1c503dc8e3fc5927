#pragma once
// TCP over IPv4 without a runtime: bare descriptors that do not block, with TCP_NODELAY.

#include <cstdint>
#include <string>
#include <utility>

#include "base/result.h"

namespace weir::bench {

// Owns a descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();
  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

struct Address {
  std::string host = "127.0.0.1";  // in digits
  std::uint16_t port = 0;
};

Result<Address> parse_address(const std::string& text);  // "127.0.0.1:9092"

// Waits until it is connected. Errors: io.
Result<Descriptor> connect_to(const Address& address);

// Port 0: the system chooses; see port_of.
Result<Descriptor> listen_at(const Address& address);
std::uint16_t port_of(const Descriptor& listener);

// Invalid (get() < 0) when nobody waits any more.
Descriptor accept_from(const Descriptor& listener);

}  // namespace weir::bench
