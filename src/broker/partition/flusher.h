#pragma once
// Flusher: group commit. All partitions of a shard that want their tail on disk are flushed
// together by one job on the helper thread, and by one sync of the file system where that is
// cheaper (docs/decisions/0012); those that ask meanwhile are the next group. So the number of
// appends that one sync serves grows with the load, and an idle partition's append waits for one
// sync only.

#include <vector>

#include "base/env/env.h"
#include "base/task_scope.h"

namespace weir::broker {

class Partition;

class Flusher {
 public:
  Flusher(env::Env& env, TaskScope& tasks) : env_(env), tasks_(tasks) {}

  // The partition's flush_ended() is called when what is in its log now is durable, or could not be
  // made so. Harmless when it is asked for already.
  void request(Partition& partition);
  // The partition goes away: it must not be flushing (Partition::is_flushing) when it is destroyed.
  void forget(Partition& partition);

 private:
  Task<> run();

  env::Env& env_;
  TaskScope& tasks_;
  std::vector<Partition*> wanted_;
  bool running_ = false;
};

}  // namespace weir::broker
