// A log that cannot be opened stays as it is, whatever comes after: somebody may put a good copy of
// its file there.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sim/node/damage.h"
#include "sim/node/one_node_test_support.h"

namespace weir::sim {
namespace {

const TopicPartition damaged_home{"t", 0};
const std::string damaged_path = "/data/t-0/00000000000000000000.log";

// Each byte of the log is another one afterwards.
std::string damage_whole_log(Disk& disk) {
  const auto before = disk.durable_content(damaged_path);
  EXPECT_TRUE(before && !before->empty());
  const std::string garbage(before->size(), 'x');
  const auto file = disk.open(damaged_path, env::OpenMode::read_write);
  EXPECT_TRUE(file && (*file)->write_at(0, as_bytes(garbage)) && (*file)->sync());
  return garbage;
}

Task<Result<>> be_refused(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  auto fetching = fetch(client, damaged_home, 0);
  CO_TRY_ASSIGN(const Fetched fetched, co_await std::move(fetching));
  EXPECT_EQ(fetched.error_code, storage_error);
  co_return Result<>{};
}

// Found by the swarm: checkpoints were written without a log that could not be opened, and the next
// start took all of it for a torn tail.
TEST(DamagedStart, a_log_that_cannot_be_opened_is_never_cut) {
  OneNode one;
  for (int i = 0; i < 3; ++i) one.run(be_served);
  ASSERT_TRUE(one.node.stop_and_wait().has_value());
  Disk& disk = one.node.host().disk();
  const std::string garbage = damage_whole_log(disk);
  for (int start = 0; start < 3; ++start) {
    ASSERT_TRUE(one.node.start_and_wait().has_value());
    one.run(be_refused);
    EXPECT_EQ(disk.durable_content(damaged_path), garbage) << start;
    static_cast<void>(one.node.stop_and_wait());
  }
}

}  // namespace
}  // namespace weir::sim
