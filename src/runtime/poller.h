#pragma once
// Poller: the descriptors of one loop, by epoll, edge-triggered. A descriptor is registered once,
// for both directions, and costs no call of its own after that: whether it is ready is remembered
// from its last event until a read or a write finds that it is not (epoll(7), "Edge-triggered and
// level-triggered"). So a lone request costs one wait, one read and one write.
//
// Everything belongs to the loop's thread, except wake_up().

#include <sys/epoll.h>

#include <array>
#include <coroutine>
#include <cstddef>

#include "base/env/clock.h"
#include "base/turn_queue.h"
#include "runtime/owned_descriptor.h"

namespace weir::runtime {

enum class Direction : unsigned char { read, write };

class Poller {
 public:
  // What is known of one direction of a descriptor, and who waits for it.
  struct Way {
    std::coroutine_handle<> waiter;
    bool ready = false;
    bool for_good = false;  // the end, or an error: every further call tells it at once
  };
  // Stays where it is while its descriptor is watched.
  struct Ways {
    Way read, write;
    Way& of(Direction direction) { return direction == Direction::read ? read : write; }
  };

  Poller();

  bool add(int descriptor, Ways& ways);  // false: the system refuses
  void remove(int descriptor);

  // Waits until a descriptor changes, wake_up() was called since the last wait, or the time is over
  // (Duration::max(): never). Descriptors may not be added or removed before resume_ready().
  void wait(env::Duration at_most);
  void resume_ready(TurnQueue& turn);  // posts who waited for what is ready now
  void wake_up();                      // any thread

 private:
  static constexpr std::size_t events_max = 128;  // a wait; those beyond come with the next one

  int wait_for_events(env::Duration at_most);

  OwnedDescriptor epoll_;
  OwnedDescriptor bell_;  // an eventfd
  bool waits_by_nanosecond_ = true;
  std::array<epoll_event, events_max> events_;
  int events_count_ = 0;
};

}  // namespace weir::runtime
