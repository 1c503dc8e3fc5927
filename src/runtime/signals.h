#pragma once
// SIGTERM and SIGINT, and SIGPIPE which is ignored. Make one object at the start of main, before
// any thread: the signals are blocked in every thread and taken by one of its own, so that the
// second one is heard even when a shard hangs.

#include <chrono>
#include <cstdint>
#include <functional>
#include <thread>

#include "runtime/owned_descriptor.h"

namespace weir::runtime {

class ShutdownSignals {
 public:
  // Called on the signal thread with 1 for the first signal (stop cleanly), 2 for the second (at
  // once), and so on. What comes within `one_order` of the first belongs to it: timeout(1) signals
  // the program and then its process group.
  static constexpr std::chrono::milliseconds one_order{200};
  using Handler = std::move_only_function<void(std::uint32_t count)>;

  ShutdownSignals();
  ~ShutdownSignals();
  ShutdownSignals(const ShutdownSignals&) = delete;
  ShutdownSignals& operator=(const ShutdownSignals&) = delete;

  // Once. Signals that came before it count, too.
  void start(Handler handler);

 private:
  void serve();

  OwnedDescriptor signals_;
  OwnedDescriptor stop_;
  Handler handler_;
  std::thread thread_;
};

}  // namespace weir::runtime
