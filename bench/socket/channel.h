#pragma once
// A connection in a poller: frames come in, pieces go out. It asks to be told of room for writing
// only while something waits.

#include <optional>

#include "socket/frame_reader.h"
#include "socket/poller.h"
#include "socket/send_queue.h"

namespace weir::bench {

class Channel {
 public:
  Channel(Descriptor fd, Poller& poller, std::uint32_t tag)
      : fd_(std::move(fd)), poller_(&poller), tag_(tag) {
    poller.add(fd_.get(), tag);
  }

  SendQueue& out() { return out_; }
  // Sends what it can of out(). Errors: io, closed.
  Result<> flush() {
    TRY(send_from(out_, fd_.get()));
    if (out_.empty() == waits_) {
      waits_ = !waits_;
      poller_->also_write(fd_.get(), tag_, waits_);
    }
    return {};
  }

  // One read. Errors: io, closed.
  Result<> receive() {
    const MutableBytes room = in_.room();
    TRY_ASSIGN(const std::size_t count, receive_into(room, fd_.get()));
    in_.filled(count);
    return {};
  }
  Result<std::optional<Bytes>> next_frame() { return in_.next(); }

 private:
  Descriptor fd_;
  Poller* poller_;
  std::uint32_t tag_;
  bool waits_ = false;
  FrameReader in_;
  SendQueue out_;
};

}  // namespace weir::bench
