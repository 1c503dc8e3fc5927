// The doors' contract on Linux.

#include <gtest/gtest.h>

#include <filesystem>
#include <future>

#include "base/env/contract_disk_test_support.h"
#include "base/env/contract_executor_test_support.h"
#include "base/env/contract_network_test_support.h"
#include "runtime/shards.h"
#include "runtime/temporary_directory_test_support.h"

namespace weir::env {
namespace {

class SilentLog final : public LogSink {
 public:
  bool enabled(Level) const override { return true; }
  void write(Level, std::string_view, std::string_view) override {}
};

class LinuxWorld final : public ContractWorld {
 public:
  Env& env(ShardId shard) override { return shards_.env(shard); }
  const std::string& directory() const override { return directory_.path(); }
  void run(Body body) override {
    std::promise<void> ended;
    shards_.post(0, [&] { start_contract(*this, body, [&ended] { ended.set_value(); }); });
    ended.get_future().wait();
  }

 private:
  SilentLog log_;
  runtime::TemporaryDirectory directory_;
  runtime::Shards shards_{{.shards = shards, .helper_threads = 2}, log_};
};

INSTANTIATE_TEST_SUITE_P(Linux, DoorContract, testing::Values([] {
                           return std::unique_ptr<ContractWorld>(new LinuxWorld());
                         }),
                         [](const auto&) { return "doors"; });

}  // namespace
}  // namespace weir::env
