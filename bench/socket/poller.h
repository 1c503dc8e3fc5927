#pragma once
// epoll, level-triggered, with time-outs of nanoseconds; and the clock that goes with it.

#include <sys/epoll.h>

#include <cstdint>
#include <optional>
#include <span>

#include "socket/tcp.h"

namespace weir::bench {

using Nanos = std::int64_t;  // of CLOCK_MONOTONIC, or between two instants of it

Nanos monotonic_now();

// Lets this thread's time-outs end when they are due: Linux adds 50 us by default.
void wake_in_time();

class Poller {
 public:
  Poller();

  // Told of what can be read from `fd`, and when it `also` takes bytes again.
  void add(int fd, std::uint32_t tag);
  void also_write(int fd, std::uint32_t tag, bool also);

  // At most `timeout` (nothing: for ever; 0: not at all). Valid until the next call.
  std::span<const epoll_event> wait(std::optional<Nanos> timeout);

 private:
  Descriptor epoll_;
  epoll_event events_[128];
};

inline std::uint32_t tag_of(const epoll_event& event) { return event.data.u32; }
inline bool is_readable(const epoll_event& event) { return (event.events & ~EPOLLOUT) != 0; }
inline bool is_writable(const epoll_event& event) { return (event.events & EPOLLOUT) != 0; }

}  // namespace weir::bench
