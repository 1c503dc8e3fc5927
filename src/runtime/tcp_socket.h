#pragma once
// An accepted connection between two shards: the bare descriptor and who is at its ends.

#include "base/env/network.h"
#include "runtime/owned_descriptor.h"
#include "runtime/socket_address.h"

namespace weir::runtime {

class TcpSocket final : public env::Socket {
 public:
  explicit TcpSocket(OwnedDescriptor from) : descriptor(std::move(from)) {}
  env::Address peer_address() const override { return peer_address_of(descriptor.get()); }
  OwnedDescriptor descriptor;
};

}  // namespace weir::runtime
