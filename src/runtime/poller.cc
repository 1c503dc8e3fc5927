#include "runtime/poller.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <ctime>
#include <span>
#include <utility>

#include "base/check.h"

namespace weir::runtime {
namespace {

void resume(Poller::Way& way, TurnQueue& turn) {
  way.ready = true;
  if (way.waiter) turn.post(std::exchange(way.waiter, {}));
}

int milliseconds_rounded_up(env::Duration time) {
  const auto whole = std::chrono::ceil<std::chrono::milliseconds>(time).count();
  return static_cast<int>(std::min<std::int64_t>(whole, INT_MAX));
}

// Both give the number of events, or -1 and errno.
int wait_by_nanosecond(int epoll, std::span<epoll_event> events, env::Duration at_most) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at_most);
  const timespec time{.tv_sec = seconds.count(), .tv_nsec = (at_most - seconds).count()};
  return ::epoll_pwait2(epoll, events.data(), static_cast<int>(events.size()),
                        at_most == env::Duration::max() ? nullptr : &time, nullptr);
}
int wait_by_millisecond(int epoll, std::span<epoll_event> events, env::Duration at_most) {
  return ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()),
                      at_most == env::Duration::max() ? -1 : milliseconds_rounded_up(at_most));
}

}  // namespace

Poller::Poller()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), bell_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  CHECK(epoll_ && bell_, "no descriptors for a loop");
  // Never read: each ring is an edge.
  epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.ptr = nullptr}};
  CHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, bell_.get(), &event) == 0);
}

bool Poller::add(int descriptor, Ways& ways) {
  epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.ptr = &ways}};
  return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void Poller::remove(int descriptor) {
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, descriptor, nullptr);
}

int Poller::wait_for_events(env::Duration at_most) {
  if (waits_by_nanosecond_) {
    const int count = wait_by_nanosecond(epoll_.get(), events_, at_most);
    // Before Linux 5.11, or kept from it by a container's filter of system calls.
    if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return count;
    waits_by_nanosecond_ = false;
  }
  return wait_by_millisecond(epoll_.get(), events_, at_most);
}

void Poller::wait(env::Duration at_most) { events_count_ = wait_for_events(at_most); }

void Poller::resume_ready(TurnQueue& turn) {
  for (int i = 0; i < events_count_; ++i) {
    const epoll_event& event = events_[static_cast<std::size_t>(i)];
    const std::uint32_t what = event.events;
    auto* ways = static_cast<Ways*>(event.data.ptr);
    if (ways == nullptr) continue;  // the bell
    const bool is_over = (what & (EPOLLHUP | EPOLLERR)) != 0;
    if (is_over || (what & EPOLLRDHUP) != 0) ways->read.for_good = true;
    if (is_over) ways->write.for_good = true;
    if (ways->read.for_good || (what & EPOLLIN) != 0) resume(ways->read, turn);
    if (ways->write.for_good || (what & EPOLLOUT) != 0) resume(ways->write, turn);
  }
  events_count_ = 0;
}

void Poller::wake_up() { ::eventfd_write(bell_.get(), 1); }

}  // namespace weir::runtime
