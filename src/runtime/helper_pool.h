#pragma once
// The threads on which blocking is allowed: fsync, cold reads, opening and deleting files,
// resolving names. One pool a process; several threads, so that two disks, or two files, flush side
// by side. The queue has no bound of its own: each job belongs to an operation that is bounded
// where it starts.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "base/env/executor.h"

namespace weir::runtime {

class HelperPool {
 public:
  explicit HelperPool(std::size_t threads);
  ~HelperPool() { stop(); }

  void run(env::Callback job);  // any thread
  // Finishes what is running, drops what has not begun.
  void stop();

 private:
  void serve();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<env::Callback> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace weir::runtime
