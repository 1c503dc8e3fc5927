#include "socket/poller.h"

#include <sys/prctl.h>
#include <time.h>

#include <algorithm>

#include "base/check.h"

namespace weir::bench {

Nanos monotonic_now() {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * Nanos{1'000'000'000} + time.tv_nsec;
}

void wake_in_time() { ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL); }

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) { CHECK(epoll_.get() >= 0); }

void Poller::add(int fd, std::uint32_t tag) {
  epoll_event event{.events = EPOLLIN, .data = {.u32 = tag}};
  CHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0);
}

void Poller::also_write(int fd, std::uint32_t tag, bool also) {
  const std::uint32_t events = EPOLLIN | (also ? std::uint32_t{EPOLLOUT} : 0U);
  epoll_event event{.events = events, .data = {.u32 = tag}};
  CHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) == 0);
}

std::span<const epoll_event> Poller::wait(std::optional<Nanos> timeout) {
  timespec time{};
  if (timeout) {
    const Nanos least = std::max<Nanos>(*timeout, 0);
    time = {.tv_sec = least / 1'000'000'000, .tv_nsec = least % 1'000'000'000};
  }
  const int count =
      ::epoll_pwait2(epoll_.get(), events_, std::size(events_), timeout ? &time : nullptr, nullptr);
  return {events_, static_cast<std::size_t>(std::max(count, 0))};
}

}  // namespace weir::bench
