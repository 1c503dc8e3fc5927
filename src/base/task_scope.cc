#include "base/task_scope.h"

#include <utility>

namespace weir {

// A coroutine that nobody awaits; its frame frees itself at the end.
struct DetachedTask {
  struct promise_type {
    static void* operator new(std::size_t size) { return frame_pool::allocate(size); }
    static void operator delete(void* frame, std::size_t size) { frame_pool::release(frame, size); }
    DetachedTask get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
  };

  static DetachedTask run(TaskScope& scope, Task<> task) {
    ++scope.running_;
    co_await std::move(task);
    task = {};  // the frame, and what it holds, goes before the scope can be told
    if (--scope.running_ == 0) scope.ended_.notify();
  }
};

void TaskScope::spawn(Task<> task) { DetachedTask::run(*this, std::move(task)); }

Task<> TaskScope::finished() {
  while (running_ > 0) co_await ended_.wait();
}

}  // namespace weir
