#pragma once
// The timers of one shard, in the order (time, start). A kernel: it is told the time.
//
// A timer that is due is first named by pop_due() and then run by fire(): between the two it can
// still be cancelled by the callback of another one that was due at the same moment.

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/env/executor.h"

namespace weir {

class TimerQueue {
 public:
  env::TimerId start(env::Instant when, env::Callback callback);
  void cancel(env::TimerId timer);

  // When the next timer is due; a time that a cancelled timer had is possible, and harmless.
  std::optional<env::Instant> next_due() const;
  // The next timer whose time has come.
  std::optional<env::TimerId> pop_due(env::Instant now);
  void fire(env::TimerId timer);

  std::size_t size() const { return callbacks_.size(); }
  void clear();

 private:
  struct Entry {
    env::Instant when;
    env::TimerId id;
    bool operator>(const Entry& other) const {
      return when != other.when ? when > other.when : id > other.id;
    }
  };
  void drop_top();
  void compact();

  std::vector<Entry>
      heap_;  // cancelled timers stay until they come up or too many of them are there
  std::unordered_map<env::TimerId, env::Callback> callbacks_;
  env::TimerId last_id_ = 0;
};

}  // namespace weir
