#pragma once
// What a connection has still to send: bytes of its own, and bytes that stand elsewhere and stay
// there until they are sent. One gathered write takes as much as the socket does.

#include <sys/uio.h>

#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace weir::bench {

class SendQueue {
 public:
  void copy(Bytes bytes);
  void refer(Bytes bytes);

  bool empty() const { return first_ == pieces_.size(); }
  // What is to go first, as far as `into` has room; how many of them were set.
  std::size_t gather(std::span<iovec> into) const;
  void sent(std::size_t bytes);

 private:
  struct Piece {
    const std::byte* elsewhere;  // null: own_[offset]
    std::size_t offset;
    std::size_t size;
  };
  std::vector<Piece> pieces_;
  std::size_t first_ = 0;  // pieces before it are sent
  std::vector<std::byte> own_;
};

// Writes until all is sent or the socket takes no more. Errors: io, closed.
Result<> send_from(SendQueue& queue, int fd);

// One read into `room`; the number of bytes, 0 when none wait. Errors: io, closed.
Result<std::size_t> receive_into(MutableBytes room, int fd);

}  // namespace weir::bench
