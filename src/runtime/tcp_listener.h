#pragma once
// One listening name: a socket for each of its addresses, and an epoll of its own that the loop
// watches for all of them.
//
// A failure to accept that is not the peer's (no descriptors, no memory) is returned as io: the
// caller waits a while and accepts again.

#include <memory>
#include <vector>

#include "base/env/network.h"
#include "runtime/loop.h"
#include "runtime/owned_descriptor.h"

namespace weir::runtime {

class TcpListener final : public env::Listener {
 public:
  static Result<std::unique_ptr<env::Listener>> listen(Loop& loop, const env::Address& address,
                                                       int backlog,
                                                       const env::SocketBuffers& buffers);
  TcpListener(Loop& loop, OwnedDescriptor readiness, std::vector<OwnedDescriptor> sockets,
              env::Address local);
  ~TcpListener() override;

  Task<Result<std::unique_ptr<env::Socket>>> accept() override;
  void close() override;
  const env::Address& local_address() const override { return local_; }

 private:
  Watch readiness_;
  std::vector<OwnedDescriptor> sockets_;  // empty: closed
  std::size_t next_ = 0;                  // asked first, so that no address starves the others
  env::Address local_;
  bool accepting_ = false;
};

}  // namespace weir::runtime
