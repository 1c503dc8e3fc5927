// Random appends, rolls, flushes, truncations, crashes, power losses and restarts against a dumb
// model: the list of batches.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/log_test_support.h"

namespace weir::log {
namespace {

struct ModelBatch {
  Offset base;
  Offset next;
  LeaderEpoch epoch;
  std::string value;
};

class Model {
 public:
  explicit Model(std::uint64_t seed)
      : random_(seed),
        fixture_({.segment_bytes = static_cast<std::int64_t>(500 + random_.below(1500)),
                  .index_interval_bytes = static_cast<std::int64_t>(1 + random_.below(400))}) {
    EXPECT_TRUE(fixture_.disk.sync_directory("/data/orders-0"));
  }

  void step() {
    switch (random_.below(14)) {
      case 0:
        return flush();
      case 1:
        return crash(nullptr);
      case 2:
        return truncate();
      case 3:
        return restart();
      case 4:
        return crash(&random_);
      case 5:
        return raise_start();
      case 6:
        fixture_.log().drop_idle_files();
        return;
      case 7:
        return corrupt_a_hint();
      default:
        return append();
    }
  }

  void check() {
    PartitionLog& log = fixture_.log();
    ASSERT_EQ(log.log_end_offset(), end());
    ASSERT_LE(log.durable_end_offset(), log.log_end_offset());
    const Offset from = log.log_start_offset() +
                        static_cast<Offset>(random_.below(
                            static_cast<std::uint64_t>(end() - log.log_start_offset() + 1)));
    auto expected = std::ranges::find_if(batches_, [&](const auto& b) { return b.next > from; });
    for (const auto& bytes : fixture_.read_all(from, end())) {
      const wire::BatchView batch{Bytes(bytes)};
      ASSERT_NE(expected, batches_.end());
      ASSERT_EQ(batch.base_offset(), expected->base);
      ASSERT_EQ(batch.leader_epoch(), expected->epoch);
      wire::RecordIterator records(batch);
      wire::Record record;
      ASSERT_TRUE(*records.next(record));
      ASSERT_EQ(as_text(record.value.view()), expected->value);
      ASSERT_EQ(log.epoch_at(std::max(batch.base_offset(), log.log_start_offset())),
                expected->epoch);
      ++expected;
    }
    ASSERT_EQ(expected, batches_.end());
  }

 private:
  Offset end() const { return batches_.empty() ? 0 : batches_.back().next; }

  void append() {
    const int count = 1 + static_cast<int>(random_.below(4));
    const Offset end_before = end();
    Offset next = end_before;
    for (int i = 0; i < count; ++i) {
      const int records = 1 + static_cast<int>(random_.below(3));
      std::string value = std::to_string(random_.next()) + std::string(random_.below(60), 'x');
      const auto staged =
          fixture_.stage({.records = records,
                          .timestamp = static_cast<TimestampMs>(1000 + random_.below(500)),
                          .value = value,
                          .producer_id = 3,
                          .producer_epoch = 0,
                          .base_sequence = sequence_},
                         epoch_);
      ASSERT_TRUE(staged) << staged.error().message;
      ASSERT_EQ(staged->base_offset, next);
      sequence_ += records;
      next += records;
      batches_.push_back({next - records, next, epoch_, std::move(value)});
    }
    ASSERT_TRUE(fixture_.log().write_staged(fixture_.now));
    if (random_.one_in(20)) ++epoch_;
  }

  void flush() { ASSERT_TRUE(fixture_.flush()); }

  // The batches above what was durable may be lost, the newest first.
  void crash(RandomSource* random) {
    const Offset durable = fixture_.log().durable_end_offset();
    if (random == nullptr) {
      fixture_.crash();
      ASSERT_EQ(fixture_.log().log_end_offset(), end());
    } else {
      fixture_.lose_power(random_.one_in(2) ? random : nullptr);
      ASSERT_GE(fixture_.log().log_end_offset(), durable);
      forget_above(fixture_.log().log_end_offset());
    }
    after_open();
  }

  void restart() {
    fixture_.reopen();
    after_open();
  }

  void truncate() {
    PartitionLog& log = fixture_.log();
    const Offset low = log.high_watermark();
    const Offset to =
        low + static_cast<Offset>(random_.below(static_cast<std::uint64_t>(end() - low + 1)));
    ASSERT_TRUE(log.truncate_to(to));
    while (!batches_.empty() && batches_.back().next > to) batches_.pop_back();
    after_open();
  }

  void raise_start() {
    PartitionLog& log = fixture_.log();
    log.set_high_watermark(log.durable_end_offset());
    if (random_.one_in(3)) log.raise_log_start_offset(log.high_watermark() / 2);
    if (const auto plan = log.plan_retention(fixture_.now)) {
      ASSERT_TRUE(plan->rename(fixture_.disk) && plan->remove(fixture_.disk));
    }
  }

  void corrupt_a_hint() {
    const Offset durable = fixture_.log().durable_end_offset();
    const auto names = fixture_.disk.names("/data/orders-0");
    const auto& name = names[random_.below(names.size())];
    if (name.ends_with(".log") || name.ends_with(".timeindex") || name == "partition.metadata") {
      return;
    }
    auto& bytes = fixture_.disk.content(fixture_.path(name));
    if (random_.one_in(4)) bytes.clear();
    if (name.ends_with("index") && !bytes.empty()) bytes[random_.below(bytes.size())] ^= 64;
    fixture_.open(random_.one_in(2) && durable == end(), durable);
    after_open();
  }

  void forget_above(Offset end_offset) {
    while (!batches_.empty() && batches_.back().next > end_offset) batches_.pop_back();
  }

  void after_open() {
    sequence_ = 0;
    for (const auto& producer : fixture_.log().active_producers()) {
      sequence_ = producer.last_sequence + 1;
    }
    epoch_ = std::max(epoch_, fixture_.log().latest_epoch());
  }

  SeededRandom random_;
  LogFixture fixture_;
  std::vector<ModelBatch> batches_;
  Sequence sequence_ = 0;
  LeaderEpoch epoch_ = 0;
};

TEST(Model, random_histories_agree_with_a_list_of_batches) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Model model(seed);
    for (int i = 0; i < 150; ++i) {
      SCOPED_TRACE("step " + std::to_string(i));
      model.step();
      if (testing::Test::HasFatalFailure()) return;
      model.check();
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace weir::log
