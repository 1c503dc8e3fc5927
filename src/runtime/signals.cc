#include "runtime/signals.h"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

#include <array>
#include <csignal>
#include <utility>

#include "base/check.h"

namespace weir::runtime {

ShutdownSignals::ShutdownSignals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  CHECK(pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0);
  signals_ = OwnedDescriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  stop_ = OwnedDescriptor(::eventfd(0, EFD_CLOEXEC));
  CHECK(signals_ && stop_, "no descriptors at the start of the program");
}

ShutdownSignals::~ShutdownSignals() {
  if (!thread_.joinable()) return;
  ::eventfd_write(stop_.get(), 1);
  thread_.join();
}

void ShutdownSignals::start(Handler handler) {
  CHECK(!thread_.joinable(), "started once");
  handler_ = std::move(handler);
  thread_ = std::thread([this] { serve(); });
  pthread_setname_np(thread_.native_handle(), "weir-signals");
}

void ShutdownSignals::serve() {
  std::uint32_t count = 0;
  std::chrono::steady_clock::time_point first;
  std::array<pollfd, 2> waits{pollfd{signals_.get(), POLLIN, 0}, pollfd{stop_.get(), POLLIN, 0}};
  while (true) {
    if (::poll(waits.data(), waits.size(), -1) < 0) continue;
    if (waits[1].revents != 0) return;
    signalfd_siginfo info{};
    if (::read(signals_.get(), &info, sizeof(info)) != sizeof(info)) continue;
    const auto now = std::chrono::steady_clock::now();
    if (count == 0) first = now;
    if (count == 0 || now - first >= one_order) handler_(++count);
  }
}

}  // namespace weir::runtime
