#pragma once
// While it lives, threads that the caller starts begin with signals blocked: those of the program
// are handled by the program's own threads, and SIGPIPE, which sendfile raises on a connection that
// its peer has closed, comes to nobody. Faults and the profiler's signal stay as they are.

#include <csignal>

namespace weir::runtime {

class BlockedSignals {
 public:
  BlockedSignals();
  ~BlockedSignals();
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  sigset_t before_;
};

}  // namespace weir::runtime
