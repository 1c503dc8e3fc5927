#include "log/compaction/compaction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/sanitizer.h"
#include "log/log_test_support.h"
#include "wire/record/batch_builder.h"

namespace weir::log {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::Not;

TEST(OffsetMap, keeps_the_newest_offset_until_it_is_full) {
  OffsetMap map(100 * 24, 0.9, 7);
  std::size_t put = 0;
  while (map.put(as_bytes("key" + std::to_string(put)), static_cast<Offset>(put))) ++put;
  EXPECT_EQ(put, map.capacity());
  EXPECT_TRUE(map.put(as_bytes("key5"), 900));
  EXPECT_EQ(map.find(as_bytes("key5")), 900);
  EXPECT_EQ(map.find(as_bytes("key6")), 6);
  EXPECT_EQ(map.find(as_bytes("other")), std::nullopt);
}

TEST(OffsetMap, hashes_by_siphash) {
  // The first vectors of the reference implementation: key 00 01 .. 0f, inputs of 0 and 1 byte.
  const std::array<std::uint64_t, 2> seed{0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL};
  EXPECT_EQ(siphash128({}, seed)[0], 0xe6a825ba047f81a3ULL);
  EXPECT_EQ(siphash128({}, seed)[1], 0x930255c71472f66dULL);
  const std::byte zero{0};
  EXPECT_EQ(siphash128(Bytes(&zero, 1), seed)[0], 0x44af996bd8c187daULL);
}

// A log of keyed records; every batch rolls a segment of its own unless told otherwise.
class CompactionTest : public testing::Test {
 protected:
  static LogConfig config() {
    return {.segment_bytes = 250,
            .cleanup_delete = false,
            .cleanup_compact = true,
            .delete_retention_ms = 1000,
            .min_cleanable_dirty_ratio = 0.01};
  }
  using KeyValue = std::pair<std::string, std::optional<std::string>>;

  void put(const std::vector<KeyValue>& records, wire::BatchOptions options = {}) {
    wire::BatchBuilder builder(options);
    for (const auto& [key, value] : records) {
      builder.add({.timestamp = fixture_.now,
                   .key = as_bytes(key),
                   .value = value ? wire::Blob(as_bytes(*value)) : wire::Blob::null()});
    }
    auto batch = builder.build();
    std::array<StagedBatch, 1> batches{staged(batch)};
    const auto appended = fixture_.log().stage(batches, 0, AppendOrigin::client, fixture_.now);
    ASSERT_TRUE(appended) << appended.error().message;
    ASSERT_TRUE(fixture_.log().write_staged(fixture_.now));
    commit();
  }
  void put(const std::string& key, std::optional<std::string> value) {
    put(std::vector<KeyValue>{{key, std::move(value)}});
  }
  void end_transaction(ProducerId producer, ProducerEpoch epoch, bool abort) {
    ASSERT_TRUE(fixture_.stage_marker(producer, epoch, abort));
    ASSERT_TRUE(fixture_.log().write_staged(fixture_.now));
    commit();
  }
  void commit() { fixture_.log().set_high_watermark(fixture_.log().log_end_offset()); }
  void fill() {
    for (int i = 0; i < 4; ++i) put("filler", std::string(150, 'f'));
  }

  std::unique_ptr<PartitionLog::Compaction> plan() {
    return fixture_.log().plan_compaction(
        {.now = fixture_.now, .cleaned_up_to = cleaned_, .offset_map_bytes = map_bytes_});
  }
  bool compact() {
    const auto compaction = plan();
    if (!compaction) return false;
    const auto done = compaction->carry_out();
    EXPECT_TRUE(done) << done.error().message();
    const auto replaced = fixture_.log().compaction_done(*compaction);
    EXPECT_TRUE(replaced);
    EXPECT_TRUE(replaced->rename(fixture_.disk));
    EXPECT_TRUE(replaced->remove(fixture_.disk));
    cleaned_ = compaction->cleaned_up_to();
    return true;
  }

  struct Seen {
    Offset offset;
    std::string key;
    std::optional<std::string> value;
  };
  std::vector<Seen> records() {
    std::vector<Seen> seen;
    for (const auto& bytes : fixture_.read_all(0, fixture_.log().log_end_offset())) {
      const wire::BatchView batch{Bytes(bytes)};
      if (batch.is_control()) continue;
      wire::RecordIterator iterator(batch);
      wire::Record record;
      while (*iterator.next(record)) {
        Seen one{record.offset, std::string(as_text(record.key.view())), std::nullopt};
        if (!record.value.is_null()) one.value = as_text(record.value.view());
        seen.push_back(std::move(one));
      }
    }
    return seen;
  }
  std::vector<Offset> offsets_of(const std::string& key) {
    std::vector<Offset> offsets;
    for (const auto& seen : records()) {
      if (seen.key == key) offsets.push_back(seen.offset);
    }
    return offsets;
  }

  LogFixture fixture_{config()};
  Offset cleaned_ = 0;
  std::size_t map_bytes_ = 1 << 20;
};

TEST_F(CompactionTest, the_last_record_of_each_key_stays_at_its_offset) {
  for (int i = 0; i < 30; ++i) put("key" + std::to_string(i % 3), "value" + std::to_string(i));
  fill();
  const Offset end = fixture_.log().log_end_offset();
  const auto segments = fixture_.log().segment_count();
  ASSERT_TRUE(compact());
  EXPECT_THAT(offsets_of("key0"), ElementsAre(27));
  EXPECT_THAT(offsets_of("key2"), ElementsAre(29));
  EXPECT_EQ(fixture_.log().log_end_offset(), end);
  fill();
  ASSERT_TRUE(compact());  // now the small ones are joined
  EXPECT_LT(fixture_.log().segment_count(), segments);
  fixture_.reopen();
  EXPECT_THAT(offsets_of("key1"), ElementsAre(28));
  EXPECT_EQ(fixture_.log().log_end_offset(), end + 4);
  EXPECT_THAT(fixture_.disk.names("/data/orders-0"), Each(Not(EndsWith(".deleted"))));
}

TEST_F(CompactionTest, waits_until_enough_is_dirty_or_overdue) {
  auto changed = config();
  changed.min_cleanable_dirty_ratio = 0.5;
  fixture_.log().set_config(changed);
  for (int i = 0; i < 20; ++i) put("key" + std::to_string(i), std::string(100, 'v'));
  ASSERT_TRUE(compact());
  put("a", std::string(150, 'v'));
  put("b", std::string(150, 'v'));
  EXPECT_EQ(plan(), nullptr);
  changed.max_compaction_lag_ms = 50;
  fixture_.log().set_config(changed);
  fixture_.now += 1000;
  EXPECT_NE(plan(), nullptr);
}

TEST_F(CompactionTest, leaves_the_active_segment_the_unstable_and_the_young_alone) {
  put("k", std::string(150, '1'));
  put("k", std::string(150, '2'));
  EXPECT_EQ(fixture_.log().segment_count(), 2U);
  ASSERT_TRUE(compact());
  EXPECT_THAT(offsets_of("k"), ElementsAre(0, 1));  // the second is in the active segment
  auto changed = config();
  changed.min_compaction_lag_ms = 500;
  fixture_.log().set_config(changed);
  fill();
  EXPECT_EQ(plan(), nullptr);
  fixture_.now += 501;
  EXPECT_NE(plan(), nullptr);
}

TEST_F(CompactionTest, a_tombstone_gets_a_horizon_first_and_goes_after_it) {
  put("gone", "x");
  put("gone", std::nullopt);
  fill();
  ASSERT_TRUE(compact());
  EXPECT_THAT(offsets_of("gone"), ElementsAre(1));
  EXPECT_TRUE(wire::BatchView(Bytes(fixture_.read_all(1, 2)[0])).has_delete_horizon());
  fill();
  ASSERT_TRUE(compact());
  EXPECT_THAT(offsets_of("gone"), ElementsAre(1));  // not yet
  fixture_.now += 1001;
  fill();
  ASSERT_TRUE(compact());
  EXPECT_THAT(offsets_of("gone"), IsEmpty());
}

// Found by the swarm: rounds at a time long past gave tombstones a horizon that was over.
TEST_F(CompactionTest, a_clock_that_was_behind_ends_no_tombstone_early) {
  put("gone", "value");
  put("gone", std::nullopt);
  fill();
  const TimestampMs right = fixture_.now;
  fixture_.now -= 10'000;
  ASSERT_TRUE(compact());
  fixture_.now = right + 999;
  fill();
  ASSERT_TRUE(compact());
  EXPECT_THAT(offsets_of("gone"), ElementsAre(1));
  fixture_.now = right + 1'000;
  fill();
  ASSERT_TRUE(compact());
  EXPECT_THAT(offsets_of("gone"), IsEmpty());
}

TEST_F(CompactionTest, aborted_records_go_and_committed_ones_count) {
  put({{"k", "committed"}},
      {.producer_id = 1, .producer_epoch = 0, .base_sequence = 0, .transactional = true});
  end_transaction(1, 0, false);
  put({{"k", "aborted"}},
      {.producer_id = 2, .producer_epoch = 0, .base_sequence = 0, .transactional = true});
  put({{"other", "aborted"}},
      {.producer_id = 2, .producer_epoch = 0, .base_sequence = 1, .transactional = true});
  end_transaction(2, 0, true);
  fill();
  ASSERT_TRUE(compact());
  EXPECT_THAT(offsets_of("k"), ElementsAre(0));
  EXPECT_THAT(offsets_of("other"), IsEmpty());
  // The batch of the producer's last sequence is still there, empty.
  EXPECT_THAT(fixture_.offsets(), Contains(3));
  fixture_.crash();
  fixture_.reopen();
  EXPECT_THAT(offsets_of("k"), ElementsAre(0));
  for (const auto& producer : fixture_.log().active_producers()) {
    if (producer.producer_id == 2) {
      EXPECT_EQ(producer.last_sequence, 1);
    }
  }
}

TEST_F(CompactionTest, a_small_map_takes_several_rounds_to_the_same_end) {
  map_bytes_ = 1;
  for (int i = 0; i < 60; ++i) put("key" + std::to_string(i % 20), std::to_string(i));
  fill();
  int rounds = 0;
  while (compact() && rounds < 50) ++rounds;
  EXPECT_GT(rounds, 1);
  for (int k = 0; k < 20; ++k) {
    EXPECT_THAT(offsets_of("key" + std::to_string(k)), ElementsAre(40 + k)) << k;
  }
}

// The log that a compaction in pieces of this size leaves, and how many pieces it took.
TEST_F(CompactionTest, in_pieces_it_leaves_what_it_leaves_at_once) {
  const auto prepare = [&] {
    fixture_.wipe();
    cleaned_ = 0;
    for (int i = 0; i < 40; ++i) put("key" + std::to_string(i % 7), "value" + std::to_string(i));
    fill();
  };
  prepare();
  ASSERT_TRUE(compact());
  const auto whole = fixture_.read_all(0, fixture_.log().log_end_offset());
  const Offset cleaned = cleaned_;
  std::size_t most_pieces = 0;
  for (const std::uint64_t bytes : {1, 100, 1000, 100'000}) {
    SCOPED_TRACE(bytes);
    prepare();
    const auto compaction = plan();
    std::size_t pieces = 1;
    for (;; ++pieces) {
      const auto done = compaction->carry_out(bytes);
      ASSERT_TRUE(done);
      if (*done) break;
    }
    most_pieces = std::max(most_pieces, pieces);
    ASSERT_TRUE(fixture_.log().compaction_done(*compaction));
    EXPECT_EQ(fixture_.read_all(0, fixture_.log().log_end_offset()), whole);
    EXPECT_EQ(compaction->cleaned_up_to(), cleaned);
  }
  EXPECT_GT(most_pieces, 40u);
}

TEST_F(CompactionTest, abandoned_at_any_pause_it_leaves_the_log_as_it_was) {
  for (std::size_t pieces = 0;; ++pieces) {
    fixture_.wipe();
    for (int i = 0; i < 12; ++i) put("k", std::to_string(i));
    fill();
    const auto before = fixture_.offsets();
    const auto compaction = plan();
    bool done = false;
    for (std::size_t i = 0; i < pieces && !done; ++i) {
      const auto went_on = compaction->carry_out(1);
      ASSERT_TRUE(went_on);
      done = *went_on;
    }
    if (done) break;
    compaction->abandon();
    EXPECT_EQ(fixture_.offsets(), before);
    EXPECT_THAT(fixture_.disk.names("/data/orders-0"), Each(Not(EndsWith(".cleaned"))));
  }
}

TEST_F(CompactionTest, a_damaged_batch_stops_it_and_nothing_changes) {
  for (int i = 0; i < 10; ++i) put("k", std::to_string(i));
  fill();
  auto& bytes = fixture_.disk.content(fixture_.path("00000000000000000000.log"));
  const std::size_t second = wire::batch_size_at(as_bytes(bytes)).value();
  for (const std::size_t at : {second - 1, second}) {  // a record; the next batch's base offset
    bytes[at] ^= 1;
    const auto compaction = plan();
    const auto done = compaction->carry_out();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::corrupt);
    EXPECT_THAT(fixture_.disk.names("/data/orders-0"), Each(Not(EndsWith(".cleaned"))));
    bytes[at] ^= 1;
  }
}

TEST_F(CompactionTest, a_log_that_was_shortened_meanwhile_refuses_the_result) {
  for (int i = 0; i < 10; ++i) put("k", std::string(150, 'v'));
  const auto compaction = plan();
  ASSERT_TRUE(compaction->carry_out());
  fixture_.log().raise_log_start_offset(4);
  ASSERT_TRUE(fixture_.log().plan_retention(fixture_.now));
  const auto done = fixture_.log().compaction_done(*compaction);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::busy);
  EXPECT_THAT(fixture_.disk.names("/data/orders-0"), Each(Not(EndsWith(".swap"))));
}

TEST_F(CompactionTest, a_crash_anywhere_loses_no_newest_record) {
  const auto prepare = [&] {
    for (int i = 0; i < 24; ++i) put("key" + std::to_string(i % 4), "value" + std::to_string(i));
    fill();
    ASSERT_TRUE(fixture_.flush());
  };
  for (std::uint64_t k = 0;; k += test_stride) {
    SCOPED_TRACE(k);
    fixture_.wipe();
    prepare();
    const Offset end = fixture_.log().log_end_offset();
    auto compaction = plan();
    ASSERT_NE(compaction, nullptr);
    fixture_.disk.fail_operation(k, Errc::io, true);
    if (compaction->carry_out()) {
      const auto done = fixture_.log().compaction_done(*compaction);
      if (done) static_cast<void>(done->remove(fixture_.disk));
    }
    const bool failed = fixture_.disk.has_failed();
    compaction.reset();
    fixture_.disk.heal();
    fixture_.crash();
    ASSERT_EQ(fixture_.log().log_end_offset(), end);
    for (int key = 0; key < 4; ++key) {
      const auto offsets = offsets_of("key" + std::to_string(key));
      ASSERT_FALSE(offsets.empty());
      ASSERT_EQ(offsets.back(), 20 + key);
      ASSERT_TRUE(failed || offsets.size() == 1) << offsets.size();
    }
    cleaned_ = 0;
    if (!failed) break;
  }
}

}  // namespace
}  // namespace weir::log
