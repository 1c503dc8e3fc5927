// Each I/O fails in turn; power fails anywhere: what was acknowledged is there, and nothing else
// than what was once written.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/log_test_support.h"

namespace weir::log {
namespace {

// With and without preallocated segments.
class Faults : public testing::TestWithParam<bool> {
 protected:
  static LogConfig small() {
    return {.segment_bytes = 400, .index_interval_bytes = 150, .preallocate = GetParam()};
  }
  static std::uint64_t operations_of_work();
};
INSTANTIATE_TEST_SUITE_P(Preallocate, Faults, testing::Bool());

// What a client was told: batches by base offset, and how much of it was durable.
struct Promises {
  std::map<Offset, std::string> written;
  Offset durable = 0;
};

// A little of everything that writes. Stops at the first failure; true when there was none.
bool work(LogFixture& fixture, Promises& promises) {
  PartitionLog& log = fixture.log();
  for (int i = 0; i < 12; ++i) {
    const std::string value = "value " + std::to_string(i);
    const auto first = fixture.stage({.records = 2,
                                      .timestamp = 1000 + i,
                                      .value = value,
                                      .producer_id = 4,
                                      .producer_epoch = 0,
                                      .base_sequence = 2 * i,
                                      .transactional = true},
                                     i / 5);
    if (!first) return false;
    if (!log.write_staged(fixture.now)) return false;
    promises.written[first->base_offset] = value;
    if (i % 4 == 3) {
      const auto marker = fixture.stage_marker(4, 0, true);
      if (!marker || !log.write_staged(fixture.now)) return false;
    }
    if (i % 3 == 2) {
      if (!fixture.flush()) return false;
      promises.durable = log.durable_end_offset();
    }
  }
  log.set_high_watermark(log.durable_end_offset());
  log.raise_log_start_offset(6);
  const auto plan = log.plan_retention(fixture.now);
  if (plan && (!plan->rename(fixture.disk) || !plan->remove(fixture.disk))) return false;
  return log.close_clean().has_value();
}

void expect_kept(LogFixture& fixture, const Promises& promises) {
  PartitionLog& log = fixture.log();
  ASSERT_GE(log.log_end_offset(), promises.durable);
  std::map<Offset, std::string> found;
  for (const auto& bytes : fixture.read_all(log.log_start_offset(), log.log_end_offset())) {
    const wire::BatchView batch{Bytes(bytes)};
    if (batch.is_control()) continue;
    wire::RecordIterator records(batch);
    wire::Record record;
    ASSERT_TRUE(*records.next(record));
    found[batch.base_offset()] = as_text(record.value.view());
  }
  for (const auto& [offset, value] : promises.written) {
    if (offset < log.log_start_offset() || offset >= promises.durable) continue;
    ASSERT_TRUE(found.contains(offset)) << offset;
    EXPECT_EQ(found[offset], value);
  }
}

// The log goes on working, and what it now says survives another clean restart.
void expect_usable(LogFixture& fixture) {
  const auto appended = fixture.append({.value = "after"});
  ASSERT_TRUE(fixture.flush());
  const auto offsets = fixture.offsets(fixture.log().log_start_offset());
  const auto aborted = *fixture.log().aborted_transactions(0, appended.last_offset + 1);
  const auto producers = fixture.log().active_producers().size();
  fixture.reopen();
  EXPECT_EQ(fixture.offsets(fixture.log().log_start_offset()), offsets);
  EXPECT_EQ(fixture.log().aborted_transactions(0, appended.last_offset + 1)->size(),
            aborted.size());
  EXPECT_EQ(fixture.log().active_producers().size(), producers);
}

std::uint64_t Faults::operations_of_work() {
  LogFixture fixture(small());
  const auto before = fixture.disk.operations();
  Promises promises;
  EXPECT_TRUE(work(fixture, promises));
  return fixture.disk.operations() - before;
}

TEST_P(Faults, every_io_error_leaves_a_log_that_opens_with_all_that_was_durable) {
  const auto operations = operations_of_work();
  ASSERT_GT(operations, 60U);
  for (const bool nothing_lost : {false, true}) {
    for (const Errc code : {Errc::io, Errc::no_space}) {
      for (std::uint64_t k = 0; k < operations; ++k) {
        SCOPED_TRACE(std::string(name_of(code)) + " at operation " + std::to_string(k));
        LogFixture fixture(small());
        fixture.nothing_lost = nothing_lost;
        Promises promises;
        fixture.disk.fail_operation(k, code, true);
        work(fixture, promises);
        fixture.disk.heal();
        fixture.open(false, promises.durable);
        ASSERT_NO_FATAL_FAILURE(expect_kept(fixture, promises));
        ASSERT_NO_FATAL_FAILURE(expect_usable(fixture));
      }
    }
  }
}

TEST_P(Faults, a_full_disk_heals_without_a_restart) {
  const auto operations = operations_of_work();
  for (std::uint64_t k = 0; k < operations; ++k) {
    SCOPED_TRACE(k);
    LogFixture fixture(small());
    for (int i = 0; i < 3; ++i) fixture.append({.records = 2, .value = "before"});
    fixture.disk.fail_operation(k, Errc::no_space, false);
    bool refused = false;
    for (int i = 0; i < 40 && !refused; ++i) {
      ASSERT_TRUE(fixture.stage({.value = "x"}));
      const Offset end = fixture.log().log_end_offset();
      if (const auto written = fixture.log().write_staged(fixture.now); !written) {
        refused = true;
        EXPECT_EQ(written.error().code, Errc::no_space);
        EXPECT_EQ(fixture.log().log_end_offset(), end);
      }
    }
    if (!fixture.disk.has_failed()) break;
    EXPECT_FALSE(fixture.log().offline());
    const auto offsets = fixture.offsets();
    fixture.append({.value = "healed"});
    EXPECT_EQ(fixture.offsets().size(), offsets.size() + 1);
    ASSERT_NO_FATAL_FAILURE(expect_usable(fixture));
  }
}

TEST_P(Faults, after_a_failed_write_or_sync_nothing_more_is_taken) {
  LogFixture fixture;
  fixture.append({});
  const auto plan = fixture.log().plan_flush();
  fixture.disk.fail_operation(0, Errc::io, false);
  const auto flushed = plan->carry_out(fixture.disk);
  ASSERT_FALSE(flushed);
  fixture.log().flush_failed(flushed.error());
  EXPECT_TRUE(fixture.log().offline());
  EXPECT_EQ(fixture.log().durable_end_offset(), 0);
  EXPECT_EQ(fixture.stage({}).error().code, wire::ErrorCode::kafka_storage_error);
  EXPECT_FALSE(fixture.log().plan_flush());
  EXPECT_FALSE(fixture.log().close_clean());
  EXPECT_EQ(fixture.offsets().size(), 1U);  // reads go on
}

// The data is durable and counts; a recovery begins where the leader epochs are known, too.
TEST_P(Faults, a_full_disk_puts_the_checkpoint_of_leader_epochs_off) {
  LogFixture fixture;
  fixture.append({});
  ASSERT_TRUE(fixture.flush());
  const Offset known = fixture.log().durable_end_offset();
  fixture.log().assign_epoch_start(fixture.log().latest_epoch() + 1, known);
  fixture.append({});
  const auto plan = fixture.log().plan_flush();
  ASSERT_TRUE(plan && plan->leader_epoch_checkpoint);
  fixture.disk.fail_operation(plan->files.size(), Errc::no_space, false);
  ASSERT_TRUE(plan->carry_out(fixture.disk));
  ASSERT_TRUE(plan->leader_epochs_put_off);
  fixture.log().flush_done(*plan);
  EXPECT_FALSE(fixture.log().offline());
  EXPECT_EQ(fixture.log().durable_end_offset(), fixture.log().log_end_offset());
  EXPECT_EQ(fixture.log().recovery_point(), known);
  EXPECT_FALSE(fixture.log().plan_flush()) << "it waits for the next data";
  fixture.append({});
  ASSERT_TRUE(fixture.flush());
  EXPECT_EQ(fixture.log().recovery_point(), fixture.log().log_end_offset());
}

TEST_P(Faults, what_is_staged_while_a_sync_fails_is_refused) {
  LogFixture fixture;
  fixture.append({});
  const auto plan = fixture.log().plan_flush();
  ASSERT_TRUE(fixture.stage({}));
  fixture.disk.fail_operation(0, Errc::io, false);
  const auto flushed = plan->carry_out(fixture.disk);
  ASSERT_FALSE(flushed);
  fixture.log().flush_failed(flushed.error());
  EXPECT_FALSE(fixture.log().write_staged(fixture.now));
  EXPECT_EQ(fixture.log().log_end_offset(), 1);
  EXPECT_EQ(fixture.offsets().size(), 1U);
}

// The pages of a failed sync count as clean, so that syncing them again would do nothing.
TEST_P(Faults, after_a_failed_sync_the_next_start_writes_the_tail_again) {
  LogFixture fixture;
  fixture.append({});
  ASSERT_TRUE(fixture.flush());
  fixture.append({});
  const auto plan = fixture.log().plan_flush();
  fixture.disk.fail_operation(0, Errc::io, false);
  const auto flushed = plan->carry_out(fixture.disk);
  ASSERT_FALSE(flushed);
  fixture.log().flush_failed(flushed.error());
  const std::string mark = fixture.path("sync-failed");
  EXPECT_TRUE(fixture.disk.has(mark));
  fixture.crash();
  EXPECT_FALSE(fixture.disk.has(mark));
  fixture.lose_power(nullptr);
  EXPECT_EQ(fixture.offsets().size(), 2U) << "it was synced before anything else";
}

TEST_P(Faults, power_lost_at_any_operation_keeps_what_was_durable) {
  const auto operations = operations_of_work();
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    for (std::uint64_t k = 0; k < operations; ++k) {
      SCOPED_TRACE(std::to_string(seed) + " at operation " + std::to_string(k));
      LogFixture fixture(small());
      ASSERT_TRUE(fixture.disk.sync_directory("/data/orders-0"));
      Promises promises;
      fixture.disk.fail_operation(k, Errc::io, true);
      work(fixture, promises);
      SeededRandom random(seed * 1000 + k);
      fixture.disk.lose_power(seed == 0 ? nullptr : &random);
      const auto opened = fixture.try_open(false, promises.durable);
      ASSERT_TRUE(opened) << opened.error().message();
      ASSERT_NO_FATAL_FAILURE(expect_kept(fixture, promises));
      ASSERT_NO_FATAL_FAILURE(expect_usable(fixture));
    }
  }
}

TEST_P(Faults, a_crash_during_recovery_changes_nothing_of_its_result) {
  const auto damaged = [](LogFixture& fixture, Promises& promises) {
    fixture.disk.fail_operation(70, Errc::io, true);
    work(fixture, promises);
    SeededRandom random(5);
    fixture.disk.lose_power(&random);
  };
  std::vector<Offset> expected;
  std::uint64_t operations = 0;
  {
    LogFixture fixture(small());
    Promises promises;
    damaged(fixture, promises);
    const auto before = fixture.disk.operations();
    fixture.open(false, promises.durable);
    operations = fixture.disk.operations() - before;
    expected = fixture.offsets(fixture.log().log_start_offset());
  }
  ASSERT_GT(operations, 3U);
  for (std::uint64_t k = 0; k < operations; ++k) {
    SCOPED_TRACE(k);
    LogFixture fixture(small());
    Promises promises;
    damaged(fixture, promises);
    fixture.disk.fail_operation(k, Errc::io, true);
    EXPECT_FALSE(fixture.try_open(false, promises.durable));
    fixture.disk.heal();
    fixture.open(false, promises.durable);
    EXPECT_EQ(fixture.offsets(fixture.log().log_start_offset()), expected);
  }
}

}  // namespace
}  // namespace weir::log
