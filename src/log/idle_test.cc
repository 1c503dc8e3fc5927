// What an idle partition costs.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/memory_count/memory_count_test_support.h"
#include "log/log_test_support.h"

namespace weir::log {
namespace {

TEST(Idle, a_partition_keeps_no_file_open_and_answers_when_asked_again) {
  LogFixture fixture({.segment_bytes = 300});
  for (int i = 0; i < 10; ++i) fixture.append({.records = 2});
  ASSERT_TRUE(fixture.flush());
  ASSERT_GT(fixture.disk.open_files(), 0U);
  fixture.log().drop_idle_files();
  fixture.log().drop_idle_files();
  EXPECT_EQ(fixture.disk.open_files(), 0U);
  EXPECT_EQ(fixture.offsets().size(), 10U);
  EXPECT_EQ(fixture.append({}).base_offset, 20);
}

TEST(Idle, a_log_that_was_opened_has_no_file_open) {
  LogFixture fixture({.segment_bytes = 300});
  EXPECT_EQ(fixture.disk.open_files(), 0U);
  for (int i = 0; i < 10; ++i) fixture.append({.records = 2});
  ASSERT_TRUE(fixture.flush());
  fixture.reopen();
  EXPECT_EQ(fixture.disk.open_files(), 0U);
  fixture.crash();
  EXPECT_EQ(fixture.disk.open_files(), 0U);
  EXPECT_EQ(fixture.offsets().size(), 10U);
}

TEST(Idle, what_is_not_flushed_keeps_its_file) {
  LogFixture fixture;
  fixture.append({});
  fixture.log().drop_idle_files();
  fixture.log().drop_idle_files();
  EXPECT_GT(fixture.disk.open_files(), 0U);
}

TEST(Idle, a_partition_takes_at_most_2_kib_of_heap) {
  constexpr std::size_t count = 200;
  MemoryPeak memory;
  MemoryDisk disk;
  QuietSink sink;
  std::vector<std::unique_ptr<PartitionLog>> logs;
  logs.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const PartitionName name{"a-topic-of-usual-length", static_cast<PartitionIndex>(i)};
    logs.push_back(*PartitionLog::open(
        disk, sink, {.directory = "/" + std::to_string(i) + "/" + name.topic + "-0", .name = name},
        Uuid{1, i + 1}));
    auto batch = make_batch({.records = 3});
    std::array<StagedBatch, 1> batches{staged(batch)};
    ASSERT_TRUE(logs.back()->stage(batches, 0, AppendOrigin::client, 0));
    ASSERT_TRUE(logs.back()->write_staged(0));
    const auto plan = logs.back()->plan_flush();
    ASSERT_TRUE(plan->carry_out(disk));
    logs.back()->flush_done(*plan);
    logs.back()->drop_idle_files();
    logs.back()->drop_idle_files();
  }
  const auto before = memory.held();
  logs.clear();
  const auto each = (before - memory.held()) / count;
  RecordProperty("heap_bytes_per_idle_partition", static_cast<int>(each));
  EXPECT_GE(each, sizeof(PartitionLog)) << "nothing was counted";
  EXPECT_LE(each, 2048U);
}

// Writes a directory for Apache Kafka's tools to judge (test/log/kafka_opens_ours.sh).
TEST(ForKafka, writes_a_directory_for_its_dump_tool) {
  LogFixture fixture({.segment_bytes = 3000, .index_interval_bytes = 200});
  for (int i = 0; i < 60; ++i) {
    fixture.append({.records = 1 + i % 4,
                    .timestamp = 1'700'000'000'000 + i * 1000,
                    .value = std::string(static_cast<std::size_t>(20 + i), 'v')},
                   i / 20);
    if (i % 10 != 5) continue;
    fixture.append({.timestamp = 1'700'000'000'000 + i * 1000,
                    .producer_id = 9,
                    .producer_epoch = 0,
                    .base_sequence = i / 10,
                    .transactional = true},
                   i / 20);
    ASSERT_TRUE(fixture.stage_marker(9, 0, i % 20 == 5));
    ASSERT_TRUE(fixture.log().write_staged(fixture.now));
  }
  fixture.reopen();
  EXPECT_GT(fixture.log().segment_count(), 2U);
  fixture.write_to(std::string(WEIR_BINARY_DIR) + "/log_for_kafka/orders-0");
}

}  // namespace
}  // namespace weir::log
