#pragma once
// SyncChoice: which of two ways of making several files durable is the cheaper one, by what each
// took of late: one sync of the whole file system, or one of each file. The first costs the same
// for any number of files, but waits for what everybody else has written, too.
//
// The way that is not taken counts as a little cheaper after every group, so that it is tried again
// after some hundred groups; one slow sync does not decide.

#include <cstddef>

#include "base/env/clock.h"

namespace weir::runtime {

class SyncChoice {
 public:
  bool together(std::size_t files) const;
  void took(bool together, std::size_t files, env::Duration duration);

 private:
  struct Way {
    double cost_ns = 0;  // 0: not known yet
    double hope = 1;     // that it costs less by now
    double expected() const { return cost_ns * hope; }
    void learn(double sample_ns);
  };
  Way together_;  // a group
  Way each_;      // a file
};

}  // namespace weir::runtime
