#pragma once
// TaskScope: the tasks that run on their own on one shard, and the way to wait for their end.
// Whoever starts background work owns a scope, asks the work to stop by its own means, and awaits
// finished().

#include <cstddef>

#include "base/env/executor.h"
#include "base/signal.h"
#include "base/task.h"

namespace weir {

class TaskScope {
 public:
  explicit TaskScope(env::Executor& executor) : executor_(executor), ended_(executor) {}
  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;
  ~TaskScope() { CHECK(running_ == 0, "a scope ends after its tasks"); }

  // Runs the task until its first suspension before it returns.
  void spawn(Task<> task);
  std::size_t running() const { return running_; }
  Task<> finished();

 private:
  env::Executor& executor_;
  Signal ended_;
  std::size_t running_ = 0;
  friend struct DetachedTask;
};

}  // namespace weir
