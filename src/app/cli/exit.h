#pragma once
// How commands end; docs/exit_codes.md. (`weir server` has codes of its own.)

#include "client/failure.h"

namespace weir::app {

enum class Exit : int {
  done = 0,
  failed = 1,       // refused, or something failed
  usage = 2,        // the command line, the profile or a property is wrong
  unreachable = 3,  // no broker, or no answer in time
  not_found = 4,    // the topic, group, ... does not exist
  partial = 5,      // done for some of what was named
  interrupted = 130,
};

Exit exit_for(const client::Failure& failure);

// What many outcomes come to: the code they share, or partial when some were done and some not.
class Exits {
 public:
  void add(Exit exit);
  Exit result() const;

 private:
  bool any_done_ = false;
  Exit worst_ = Exit::done;
};

}  // namespace weir::app
