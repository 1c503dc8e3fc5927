// flush.messages above 1: what makes records durable all the same. flush.ms, a roll, a clean stop.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/node/durable_log.h"
#include "sim/node/one_node_test_support.h"

namespace weir::sim {
namespace {

using std::chrono::milliseconds;

const TopicPartition lazy{"lazy", 0};
constexpr int lazy_records = 20;

Task<Result<>> write_lazily(OneNode& one, std::map<std::string, std::string> config) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  config["flush.messages"] = "1000000";
  auto creating = create_topic(client, lazy.topic, 1, std::move(config));
  CO_TRY_ASSIGN(const auto created, co_await std::move(creating));
  EXPECT_EQ(created, 0);
  for (int i = 0; i < lazy_records; ++i) {
    const std::vector<std::string> values{std::string(100, static_cast<char>('a' + i))};
    auto producing = produce(client, lazy, batch_of(values, one.env().clock.wall_ms()));
    CO_TRY_ASSIGN(const Appended appended, co_await std::move(producing));
    EXPECT_EQ(appended.error_code, 0);
    EXPECT_EQ(appended.base_offset, i);
  }
  co_return Result<>{};
}

Task<Result<>> write_with_flush_ms(OneNode& one) {
  return write_lazily(one, {{"flush.ms", "300"}});
}
Task<Result<>> write_with_nothing(OneNode& one) { return write_lazily(one, {}); }
Task<Result<>> write_and_roll(OneNode& one) {
  return write_lazily(one, {{"internal.segment.bytes", "1024"}});
}

Offset durable_end(OneNode& one) { return DurableLog(one.node.host().disk(), "/data").end(lazy); }

Task<Result<>> find_lazy(RawClient& client, int count) {
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  auto reading = read_all(client, lazy);
  CO_TRY_ASSIGN(const auto records, co_await std::move(reading));
  EXPECT_EQ(records.size(), static_cast<std::size_t>(count));
  co_return Result<>{};
}
Task<Result<>> read_all_lazy(OneNode& one) {
  RawClient client = one.client();
  auto finding = find_lazy(client, lazy_records);
  co_return co_await std::move(finding);
}

TEST(Unflushed, flush_ms_makes_records_durable_in_its_time) {
  OneNode one;
  one.run(write_with_flush_ms);
  EXPECT_EQ(durable_end(one), 0);
  one.world.run_for(milliseconds(400));
  EXPECT_EQ(durable_end(one), lazy_records);
  one.node.crash(Crash::power_keep_none);
  ASSERT_TRUE(one.node.start_and_wait().has_value());
  one.run(read_all_lazy);
}

TEST(Unflushed, a_roll_makes_the_segments_before_it_durable) {
  OneNode one;
  one.run(write_and_roll);
  one.world.run_for(milliseconds(400));
  EXPECT_GE(durable_end(one), lazy_records - 6) << "a segment holds six";
  EXPECT_LT(durable_end(one), lazy_records);
}

TEST(Unflushed, a_clean_stop_makes_everything_durable) {
  OneNode one;
  one.run(write_with_nothing);
  one.world.run_for(milliseconds(400));
  EXPECT_EQ(durable_end(one), 0);
  ASSERT_TRUE(one.node.stop_and_wait().has_value());  // and the power goes
  EXPECT_EQ(durable_end(one), lazy_records);
  ASSERT_TRUE(one.node.start_and_wait().has_value());
  one.run(read_all_lazy);
}

// What stands before the tenth record can be read, and the next one takes its place.
Task<Result<>> read_and_go_on(OneNode& one) {
  RawClient client = one.client();
  auto finding = find_lazy(client, 9);
  CO_TRY(co_await std::move(finding));
  const std::vector<std::string> values{"more"};
  auto producing = produce(client, lazy, batch_of(values, one.env().clock.wall_ms()));
  CO_TRY_ASSIGN(const Appended appended, co_await std::move(producing));
  EXPECT_EQ(appended.error_code, 0);
  EXPECT_EQ(appended.base_offset, 9);
  co_return Result<>{};
}

// A power loss that leaves all bytes but some of the tenth record's.
void lose_power_and_a_record(OneNode& one) {
  one.node.crash(Crash::process);
  Disk& disk = one.node.host().disk();
  const auto file = disk.open("/data/lazy-0/00000000000000000000.log", env::OpenMode::read_write);
  ASSERT_TRUE(file.has_value());
  const auto size = (*file)->size();
  ASSERT_TRUE(size.has_value());
  const std::uint64_t end_of_tenth = *size / lazy_records * 10;
  ASSERT_TRUE((*file)->write_at(end_of_tenth - 20, as_bytes("rotten")));
  ASSERT_TRUE((*file)->sync());
  disk.crash(Crash::power_keep_none);
}

// The process is killed again while it starts, after so many operations on the disk. Whether it had
// become ready by then.
bool start_twice_after_a_power_loss(std::uint64_t operations) {
  OneNode one;
  one.run(write_with_nothing);
  lose_power_and_a_record(one);
  one.node.host().disk().stop_after(operations);
  one.node.start();
  one.world.run_for(std::chrono::seconds(1));
  const bool was_ready = one.node.is_ready();
  one.node.crash(Crash::process);
  EXPECT_TRUE(one.node.start_and_wait().has_value());
  one.run(read_and_go_on);
  return was_ready;
}

TEST(Unflushed, a_start_that_is_killed_before_its_check_is_over_vouches_for_nothing) {
  std::uint64_t operations = 0;
  while (!start_twice_after_a_power_loss(operations)) {
    ASSERT_FALSE(testing::Test::HasFailure()) << "after " << operations << " operations";
    ++operations;
  }
  EXPECT_GT(operations, 0U);
}

}  // namespace
}  // namespace weir::sim
