// The doors' contract in the simulated world, under several seeds.

#include <gtest/gtest.h>

#include "base/env/contract_disk_test_support.h"
#include "base/env/contract_executor_test_support.h"
#include "base/env/contract_network_test_support.h"
#include "sim/host.h"
#include "sim/world.h"

namespace weir::env {
namespace {

class SimulatedWorld final : public ContractWorld {
 public:
  explicit SimulatedWorld(std::uint64_t seed)
      : world_({.seed = seed}), host_(world_.add_host({.name = "machine", .shards = shards})) {
    CHECK(host_.disk().create_directories(directory_).has_value());
  }
  Env& env(ShardId shard) override { return host_.env(shard); }
  const std::string& directory() const override { return directory_; }
  void run(Body body) override {
    bool ended = false;
    world_.at(world_.now(), [&] {
      env(0).executor.post([&] { start_contract(*this, body, [&ended] { ended = true; }); });
    });
    EXPECT_TRUE(world_.run_until([&] { return ended; }, std::chrono::minutes(10)));
  }

 private:
  sim::World world_;
  sim::Host& host_;
  std::string directory_ = "/data/contract";
};

std::function<std::unique_ptr<ContractWorld>()> seeded(std::uint64_t seed) {
  return [seed] { return std::make_unique<SimulatedWorld>(seed); };
}

INSTANTIATE_TEST_SUITE_P(Simulated, DoorContract,
                         testing::Values(seeded(1), seeded(2), seeded(0xF00D)),
                         [](const auto& each) { return "seed_" + std::to_string(each.index); });

}  // namespace
}  // namespace weir::env
