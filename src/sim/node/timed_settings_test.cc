// What a node does from time to time, it does at the times that its settings say.

#include <chrono>
#include <string>

#include "broker/node.h"
#include "broker/shard.h"
#include "log/log_directory.h"
#include "sim/node/one_node_test_support.h"
#include "wire/record/batch_builder.h"

namespace weir::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

Task<Result<>> produce_one(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  const std::vector<std::string> values{"value"};
  auto producing = produce(client, {"t", 0}, batch_of(values, one.env().clock.wall_ms()));
  CO_TRY_ASSIGN(const Appended appended, co_await std::move(producing));
  EXPECT_EQ(appended.error_code, 0);
  co_return Result<>{};
}

// How long it takes from now until `holds`.
milliseconds time_until(OneNode& one, const std::function<bool()>& holds) {
  const env::Instant begun = one.world.now();
  EXPECT_TRUE(one.world.run_until(holds, minutes(10)));
  return std::chrono::duration_cast<milliseconds>(one.world.now() - begun);
}

constexpr const char* never_by_count = "9223372036854775807";

TEST(TimedSettings, flush_ms_is_kept_to_the_millisecond) {
  OneNode one(1,
              {{"log.flush.interval.messages", never_by_count}, {"log.flush.interval.ms", "200"}});
  for (Offset end = 1; end < 4; ++end) {
    one.run(produce_one);
    EXPECT_EQ(partition_of(one).log().durable_end_offset(), end - 1);
    const auto took =
        time_until(one, [&] { return partition_of(one).log().durable_end_offset() == end; });
    EXPECT_GT(took, milliseconds(150));
    EXPECT_LT(took, milliseconds(300));
  }
}

TEST(TimedSettings, with_a_flush_scheduler_logs_are_looked_at_when_it_says) {
  OneNode one(1, {{"log.flush.interval.messages", never_by_count},
                  {"log.flush.interval.ms", "200"},
                  {"log.initial.task.delay.ms", "30000"},
                  {"log.flush.scheduler.interval.ms", "30000"}});
  one.run(produce_one);
  const auto took =
      time_until(one, [&] { return partition_of(one).log().durable_end_offset() == 1; });
  EXPECT_GT(took, seconds(20));
  EXPECT_LT(took, seconds(31));
}

struct Checkpoint {
  const char* file;
  seconds earliest, latest;
};

TEST(TimedSettings, each_checkpoint_is_written_at_its_own_interval) {
  OneNode one(1, {{"log.initial.task.delay.ms", "20000"},
                  {"log.flush.offset.checkpoint.interval.ms", "40000"},
                  {"log.flush.start.offset.checkpoint.interval.ms", "90000"},
                  {"replica.high.watermark.checkpoint.interval.ms", "3000"}});
  time_until(one, [&, from = one.world.now()] { return one.world.now() - from > seconds(21); });
  one.run(produce_one);
  partition_of(one).raise_log_start_offset(1);
  for (const Checkpoint& each :
       {Checkpoint{"replication-offset-checkpoint", seconds(0), seconds(4)},
        Checkpoint{"recovery-point-offset-checkpoint", seconds(34), seconds(41)},
        Checkpoint{"log-start-offset-checkpoint", seconds(40), seconds(51)}}) {
    SCOPED_TRACE(each.file);
    const auto took = time_until(one, [&] {
      const auto content =
          one.node.host().disk().durable_content(std::string("/data/") + each.file);
      return content && content->find("t 0 1") != std::string::npos;
    });
    EXPECT_GE(took, each.earliest);
    EXPECT_LE(took, each.latest);
  }
}

TEST(TimedSettings, retention_is_looked_at_when_it_says) {
  OneNode one(1, {{"log.initial.task.delay.ms", "0"},
                  {"log.retention.ms", "1000"},
                  {"log.retention.check.interval.ms", "60000"}});
  one.run(produce_one);
  const auto took =
      time_until(one, [&] { return partition_of(one).log().log_start_offset() == 1; });
  EXPECT_GT(took, seconds(50));
  EXPECT_LT(took, seconds(61));
}

// Two segments of a compacted topic; the first has a hundred records of one key, about 20 KiB.
Task<Result<>> produce_keys(OneNode& one) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  for (int segment = 0; segment < 2; ++segment) {
    wire::BatchBuilder builder({});
    const std::string value(200, 'v');
    for (int i = 0; i < 100; ++i) {
      builder.add({.timestamp = one.env().clock.wall_ms(),
                   .key = wire::Blob(as_bytes(std::string_view("key"))),
                   .value = wire::Blob(as_bytes(value))});
    }
    auto producing = produce(client, {"t", 0}, builder.build());
    CO_TRY_ASSIGN(const Appended appended, co_await std::move(producing));
    EXPECT_EQ(appended.error_code, 0);
    co_await sleep_for(one.env(), milliseconds(1100));  // log.roll.ms
  }
  co_return Result<>{};
}

metadata::ConfigMap cleaner_config(std::string bytes_per_second) {
  return {{"log.cleanup.policy", "compact"},
          {"log.roll.ms", "1000"},
          {"log.cleaner.min.cleanable.ratio", "0"},
          {"log.initial.task.delay.ms", "5000"},
          {"log.cleaner.backoff.ms", "1000"},
          {"log.cleaner.io.max.bytes.per.second", std::move(bytes_per_second)}};
}

TEST(TimedSettings, the_cleaner_keeps_to_its_bytes_per_second) {
  OneNode free(1, cleaner_config("1000000000"));
  free.run(produce_keys);
  EXPECT_LT(time_until(free, [&] { return partition_of(free).cleaned_up_to() > 0; }), seconds(8));
  OneNode bounded(1, cleaner_config("1000"));
  bounded.run(produce_keys);
  const auto took = time_until(bounded, [&] { return partition_of(bounded).cleaned_up_to() > 0; });
  EXPECT_GT(took, seconds(30));  // 20 KiB read twice
  EXPECT_LT(took, seconds(60));
}

TEST(TimedSettings, a_stop_does_not_wait_for_a_throttled_cleaner) {
  OneNode one(1, cleaner_config("100"));
  one.run(produce_keys);
  const auto is_cleaning = [&] {
    const auto names = one.node.host().disk().list("/data/t-0");
    if (!names) return false;
    for (const auto& entry : *names) {
      if (entry.name.ends_with(".cleaned")) return true;
    }
    return false;
  };
  ASSERT_TRUE(one.world.run_until(is_cleaning, minutes(120)));
  const env::Instant begun = one.world.now();
  EXPECT_TRUE(one.node.stop_and_wait().has_value());
  EXPECT_LT(one.world.now() - begun, minutes(1));
  EXPECT_FALSE(is_cleaning());
}

}  // namespace
}  // namespace weir::sim
