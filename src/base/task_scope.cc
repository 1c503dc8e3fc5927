#include "base/task_scope.h"

#include <utility>

#include "base/detached_frames.h"

namespace weir {

// A coroutine that nobody awaits; its frame frees itself at the end.
struct DetachedTask {
  struct promise_type {
    DetachedFrames::Entry entry;

    promise_type(TaskScope& scope, Task<>&) {
      entry.join(scope.executor_.detached_frames(),
                 std::coroutine_handle<promise_type>::from_promise(*this));
    }
    static void* operator new(std::size_t size) { return frame_pool::allocate(size); }
    static void operator delete(void* frame, std::size_t size) { frame_pool::release(frame, size); }
    DetachedTask get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
  };

  // Counts the task also when a crash destroys its frame.
  struct Running {
    TaskScope& scope;
    explicit Running(TaskScope& of) : scope(of) { ++scope.running_; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() {
      if (--scope.running_ == 0) scope.ended_.notify();
    }
  };

  static DetachedTask run(TaskScope& scope, Task<> task) {
    const Running running(scope);
    co_await std::move(task);
    task = {};  // the frame, and what it holds, goes before the scope can be told
  }
};

void TaskScope::spawn(Task<> task) { DetachedTask::run(*this, std::move(task)); }

Task<> TaskScope::finished() {
  while (running_ > 0) co_await ended_.wait();
}

}  // namespace weir
