#include "base/task.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include "base/one_shot.h"
#include "base/task_scope.h"

namespace weir {
namespace {

class StepExecutor final : public env::Executor {
 public:
  void post(env::Callback callback) override { queue_.push_back(std::move(callback)); }
  void post(std::coroutine_handle<> waiter) override {
    queue_.push_back([waiter] { waiter.resume(); });
  }
  void at_end_of_turn(env::Callback callback) override { queue_.push_back(std::move(callback)); }
  void offload(env::Callback work, env::Callback done) override {
    work();
    queue_.push_back(std::move(done));
  }
  bool step() {
    if (queue_.empty()) return false;
    auto next = std::move(queue_.front());
    queue_.pop_front();
    next();
    return true;
  }

 private:
  std::deque<env::Callback> queue_;
};

Task<int> twice(int value) { co_return 2 * value; }
Task<int> sum(int a, int b) {
  const int x = co_await twice(a);
  const int y = co_await twice(b);
  co_return x + y;
}
Task<> store(OneShot<int>& input, std::vector<int>& into) {
  const int value = co_await input;
  into.push_back(co_await sum(value, 1));
}

TEST(Task, a_waiter_resumes_from_the_loop_and_not_inside_set) {
  StepExecutor executor;
  OneShot<int> input(executor);
  std::vector<int> seen;
  TaskScope scope(executor);
  scope.spawn(store(input, seen));
  EXPECT_EQ(scope.running(), 1u);
  input.set(20);
  EXPECT_TRUE(seen.empty());
  while (executor.step()) {
  }
  EXPECT_EQ(seen, std::vector<int>{42});
  EXPECT_EQ(scope.running(), 0u);
}

TEST(Task, a_task_that_never_started_frees_its_frame_and_arguments) {
  auto held = std::make_shared<int>(1);
  {
    auto task = [](std::shared_ptr<int> value) -> Task<int> { co_return *value; }(held);
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
}

TEST(TaskScope, finished_waits_for_every_task) {
  StepExecutor executor;
  OneShot<int> first(executor), second(executor);
  std::vector<int> seen;
  TaskScope work(executor), waiting(executor);
  work.spawn(store(first, seen));
  work.spawn(store(second, seen));
  bool done = false;
  auto wait = [](TaskScope& scope, bool& flag) -> Task<> {
    co_await scope.finished();
    flag = true;
  };
  waiting.spawn(wait(work, done));
  first.set(1);
  while (executor.step()) {
  }
  EXPECT_FALSE(done);
  second.set(2);
  while (executor.step()) {
  }
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace weir
