#pragma once
// The contract of the doors in base/env, as tests that every implementation compiles and passes: a
// module that implements the doors has one file x_contract_test.cc that includes the three
// contract_*_test_support.h and instantiates DoorContract with a factory of its own ContractWorld.

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "base/env/env.h"
#include "base/task.h"
#include "base/task_scope.h"

namespace weir::env {

// One machine with three shards.
class ContractWorld {
 public:
  using Body = Task<> (*)(ContractWorld&);

  virtual ~ContractWorld() = default;
  virtual Env& env(ShardId shard) = 0;
  virtual const std::string& directory() const = 0;  // there, and empty
  // Runs the body on shard 0 and returns when it has ended.
  virtual void run(Body body) = 0;

  static constexpr ShardId shards = 3;
  static constexpr const char* host = "127.0.0.1";
};

// Starts the body; `ended` runs on the same shard when nothing of it is left. To be called there.
inline void start_contract(ContractWorld& world, ContractWorld::Body body, Callback ended) {
  struct Run {
    explicit Run(Executor& executor) : scope(executor) {}
    TaskScope scope;
    Callback ended;
    static Task<> serve(ContractWorld& world, ContractWorld::Body body, Run& run) {
      auto task = body(world);
      co_await std::move(task);
      world.env(0).executor.post([&run] {
        const std::unique_ptr<Run> last(&run);
        last->ended();
      });
    }
  };
  auto run = std::make_unique<Run>(world.env(0).executor);
  run->ended = std::move(ended);
  Run& started = *run.release();  // frees itself at the end
  started.scope.spawn(Run::serve(world, body, started));
}

class DoorContract
    : public testing::TestWithParam<std::function<std::unique_ptr<ContractWorld>()>> {
 protected:
  void run(ContractWorld::Body body) { GetParam()()->run(body); }
};

}  // namespace weir::env
