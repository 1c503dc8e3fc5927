#pragma once
// Awaitable forms of the Executor's and the Timers' doors.

#include <optional>
#include <type_traits>
#include <utility>

#include "base/env/env.h"
#include "base/one_shot.h"
#include "base/task.h"

namespace weir {

struct Unit {};

// Runs `work` (blocking, touching only what it was given) on the helper thread; resumes on the
// shard.
template <class Work>
Task<std::invoke_result_t<Work&>> offload(env::Executor& executor, Work work) {
  using T = std::invoke_result_t<Work&>;
  static_assert(!std::is_void_v<T>, "return Result<> or Unit");
  // GCC 12 destroys a temporary of a co_await expression twice.
  static_assert(std::is_trivially_destructible_v<Work>,
                "capture references to what the caller keeps");
  std::optional<T> result;
  OneShot<Unit> done(executor);
  executor.offload([&result, &work] { result.emplace(work()); }, [&done] { done.set({}); });
  co_await done;
  co_return std::move(*result);
}

inline Task<> sleep_until(env::Env& env, env::Instant when) {
  OneShot<Unit> fired(env.executor);
  env.timers.start(when, [&fired] { fired.set({}); });
  co_await fired;
}

inline Task<> sleep_for(env::Env& env, env::Duration duration) {
  return sleep_until(env, env.clock.now() + duration);
}

}  // namespace weir
