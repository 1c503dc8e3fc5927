#pragma once
// Asking another shard: the caller's coroutine sleeps while a task runs over there.

#include <optional>
#include <utility>

#include "base/detached_frames.h"
#include "base/env/env.h"
#include "base/one_shot.h"
#include "base/task.h"

namespace weir {

namespace cross_shard_detail {

struct Detached {
  struct promise_type {
    DetachedFrames::Entry entry;

    template <class... Rest>
    explicit promise_type(DetachedFrames* frames, Rest&...) {
      entry.join(frames, std::coroutine_handle<promise_type>::from_promise(*this));
    }
    Detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
  };
};

template <class T, class Make>
Detached serve(DetachedFrames* /*frames*/, env::Shards& there, env::ShardId home, Make& make,
               std::optional<T>& result, OneShot<bool>& done) {
  {
    Task<T> task = make();
    result.emplace(co_await std::move(task));
  }
  there.post(home, [&done] { done.set(true); });
}

}  // namespace cross_shard_detail

// Runs `make()`, a Task<T>, on shard `target` and resumes on the calling shard with its value.
// `there` is the target shard's own Shards door (a reference that is never used on the calling
// shard). What the caller lends to `make` by reference stays alive, because the caller sleeps; the
// task must not keep it. On the calling shard itself the task is simply awaited.
template <class T, class Make>
Task<T> call_on_shard(env::Env& here, env::ShardId target, env::Shards& there, Make make) {
  const env::ShardId home = here.shards.self();
  if (target == home) {
    Task<T> task = make();
    co_return co_await std::move(task);
  }
  std::optional<T> result;
  OneShot<bool> done(here.executor);
  DetachedFrames* const frames = here.executor.detached_frames();
  here.shards.post(target, [frames, &there, home, &make, &result, &done] {
    cross_shard_detail::serve<T>(frames, there, home, make, result, done);
  });
  co_await done;
  co_return std::move(*result);
}

}  // namespace weir
