#include "client/producer/accumulator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "client/producer/time_test_support.h"

namespace weir::client {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using wire::Blob;

struct AccumulatorTest : testing::Test {
  void make(AccumulatorOptions options) {
    accumulator.emplace(options);
    slot = accumulator->add_partition();
  }
  Appended append(std::string_view value, int now = 0) {
    OnDelivery nobody;
    return accumulator->append(slot, {.timestamp = 7, .value = Blob(as_bytes(value))}, nobody,
                               at(now));
  }
  std::vector<std::string> values_of(const Batch& batch) {
    std::vector<std::byte> storage;
    wire::CompressionContext context;
    const auto view = *wire::read_batch(batch.bytes);
    EXPECT_TRUE(view.crc_is_good());
    const auto records = *wire::decompressed_records(context, view, 1 << 20, storage);
    std::vector<std::string> values;
    wire::RecordIterator iterator(view, records);
    for (wire::Record record; *iterator.next(record);) {
      values.emplace_back(as_text(record.value));
    }
    EXPECT_EQ(values.size(), static_cast<std::size_t>(batch.count));
    return values;
  }
  void end(BatchPtr batch) {
    accumulator->end(*batch);
    accumulator->told(batch->generation, {});
    accumulator->recycle(std::move(batch));
  }
  std::optional<Accumulator> accumulator;
  PartitionSlot slot = 0;
};

const std::string fifty(50, 'x');

TEST_F(AccumulatorTest, records_join_until_linger_has_passed) {
  make({.linger = milliseconds(5), .linger_adapts = false});
  EXPECT_EQ(append("a", 10), Appended::began);
  EXPECT_EQ(append("b", 12), Appended::joined);
  EXPECT_FALSE(accumulator->is_ready(slot, at(14)));
  EXPECT_EQ(accumulator->ready_at(slot), at(15));
  EXPECT_TRUE(accumulator->is_ready(slot, at(15)));
  const BatchPtr batch = accumulator->take(slot);
  EXPECT_THAT(values_of(*batch), ElementsAre("a", "b"));
  EXPECT_TRUE(accumulator->is_empty(slot));
  EXPECT_FALSE(accumulator->is_ready(slot, at(99)));
}

TEST_F(AccumulatorTest, a_full_batch_does_not_wait) {
  make({.batch_size = 200, .linger = milliseconds(5), .linger_adapts = false});
  EXPECT_EQ(append(fifty), Appended::began);
  EXPECT_EQ(append(fifty), Appended::completed) << "a third one would not fit";
  EXPECT_TRUE(accumulator->is_ready(slot, at(0)));
  EXPECT_TRUE(accumulator->last_is_complete(slot));
  EXPECT_EQ(append("a"), Appended::began);
  EXPECT_FALSE(accumulator->last_is_complete(slot));
  EXPECT_EQ(append(std::string(130, 'x')), Appended::completed)
      << "it did not fit: the one before is ready";
  EXPECT_EQ(accumulator->queued(slot), 3u);
  EXPECT_EQ(accumulator->take(slot)->count, 2);
  EXPECT_TRUE(accumulator->is_ready(slot, at(0)));
  EXPECT_EQ(accumulator->take(slot)->count, 1);
}

TEST_F(AccumulatorTest, who_sends_one_by_one_does_not_wait_for_linger) {
  make({.linger = milliseconds(5)});
  append("a", 10);
  EXPECT_TRUE(accumulator->is_ready(slot, at(10)));
  append("b", 10);
  EXPECT_THAT(values_of(*accumulator->take(slot)), ElementsAre("a", "b"));
  append("c", 20);
  EXPECT_EQ(accumulator->ready_at(slot), at(25)) << "the last batch gathered something";
  accumulator->take(slot);
  append("d", 30);
  EXPECT_EQ(accumulator->ready_at(slot), at(30));
}

TEST_F(AccumulatorTest, memory_is_reserved_by_the_batch_and_comes_back_at_its_end) {
  make({.batch_size = 200, .linger_adapts = false, .buffer_memory = 400});
  append(fifty), append(fifty);
  append(fifty);
  EXPECT_EQ(accumulator->memory_in_use(), 400u);
  EXPECT_EQ(append(fifty), Appended::completed);
  EXPECT_EQ(append(fifty), Appended::no_memory);
  BatchPtr first = accumulator->take(slot);
  EXPECT_EQ(append(fifty), Appended::no_memory) << "it is not ended";
  end(std::move(first));
  EXPECT_EQ(append(fifty), Appended::began);
}

TEST_F(AccumulatorTest, who_waits_for_memory_makes_everything_ready) {
  make({.batch_size = 200, .linger_adapts = false, .buffer_memory = 200});
  append("a");
  EXPECT_FALSE(accumulator->is_ready(slot, at(0)));
  EXPECT_EQ(append(std::string(130, 'x')), Appended::no_memory);
  EXPECT_TRUE(accumulator->is_ready(slot, at(0))) << "it takes no more";
  const PartitionSlot other = accumulator->add_partition();
  accumulator->set_waiters(true);
  EXPECT_FALSE(accumulator->is_ready(other, at(0)));
  end(accumulator->take(slot));
  append("b");
  EXPECT_TRUE(accumulator->is_ready(slot, at(0)));
  EXPECT_EQ(accumulator->ready_at(slot), at(0));
}

TEST_F(AccumulatorTest, a_record_beyond_batch_size_gets_a_batch_of_its_own) {
  make({.batch_size = 200, .buffer_memory = 1'000, .request_size_max = 900});
  EXPECT_EQ(append(std::string(500, 'x')), Appended::completed);
  EXPECT_GT(accumulator->memory_in_use(), 500u);
  EXPECT_EQ(append(std::string(900, 'x')), Appended::too_large);
  make({.batch_size = 200, .buffer_memory = 700, .request_size_max = 900});
  EXPECT_EQ(append(std::string(800, 'x')), Appended::too_large);
}

TEST_F(AccumulatorTest, a_receipt_is_taken_with_its_record_only) {
  make({.batch_size = 200, .linger_adapts = false, .buffer_memory = 200});
  OnDelivery done = [](const Delivery&) {};
  const wire::NewRecord small{.timestamp = 3};
  const std::string long_value(130, 'x');
  const wire::NewRecord big{.value = Blob(as_bytes(long_value))};
  append("nobody asks");
  accumulator->append(slot, small, done, at(0));
  EXPECT_FALSE(done);
  done = [](const Delivery&) {};
  EXPECT_EQ(accumulator->append(slot, big, done, at(0)), Appended::no_memory);
  EXPECT_TRUE(done);
  const BatchPtr batch = accumulator->take(slot);
  ASSERT_EQ(batch->receipts.size(), 1u);
  EXPECT_EQ(batch->receipts[0].index, 1);
  EXPECT_EQ(batch->receipts[0].timestamp, 3);
}

TEST_F(AccumulatorTest, batches_are_compressed_when_they_are_taken) {
  using wire::Codec;
  for (const Codec codec : {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    make({.compression = {codec, std::nullopt}});
    for (int round = 0; round < 3; ++round) {
      for (int i = 0; i < 100; ++i) append(fifty);
      BatchPtr batch = accumulator->take(slot);
      EXPECT_LT(batch->bytes.size(), 2'000u);
      EXPECT_EQ(wire::BatchView(batch->bytes).codec(), codec);
      EXPECT_THAT(values_of(*batch), testing::SizeIs(100));
      end(std::move(batch));
    }
    EXPECT_EQ(accumulator->memory_in_use(), 0u);
  }
}

TEST_F(AccumulatorTest, a_batch_that_is_too_large_is_split_in_order) {
  for (const auto codec : {wire::Codec::none, wire::Codec::lz4}) {
    make({.compression = {codec, std::nullopt}});
    std::vector<int> told;
    for (int i = 0; i < 5; ++i) {
      OnDelivery done = [&told, i](const Delivery&) { told.push_back(i); };
      const std::string value = std::to_string(i);
      accumulator->append(slot, {.timestamp = i, .value = Blob(as_bytes(value))}, done, at(1));
    }
    BatchPtr whole = accumulator->take(slot);
    const std::uint64_t flush = accumulator->flush_began();
    const auto [first, second] = accumulator->split(*whole);
    EXPECT_TRUE(whole->is_over);
    accumulator->recycle(std::move(whole));
    EXPECT_THAT(values_of(*first), ElementsAre("0", "1"));
    EXPECT_THAT(values_of(*second), ElementsAre("2", "3", "4"));
    EXPECT_EQ(first->created, at(1));
    for (const Receipt& receipt : second->receipts) EXPECT_EQ(receipt.timestamp, receipt.index + 2);
    EXPECT_EQ(first->receipts.size(), 2u);
    accumulator->end(*first);
    accumulator->told(first->generation, {});
    EXPECT_FALSE(accumulator->is_flushed(flush)) << "the other half is not ended";
    accumulator->end(*second);
    EXPECT_FALSE(accumulator->is_flushed(flush)) << "nobody was told yet";
    accumulator->told(second->generation, {});
    EXPECT_TRUE(accumulator->is_flushed(flush));
    EXPECT_EQ(accumulator->memory_in_use(), 0u);
  }
}

TEST_F(AccumulatorTest, a_flush_ends_with_the_batches_that_were_there) {
  make({.linger_adapts = false});
  append("a");
  EXPECT_FALSE(accumulator->is_ready(slot, at(0)));
  const std::uint64_t flush = accumulator->flush_began();
  EXPECT_TRUE(accumulator->is_ready(slot, at(0)));
  BatchPtr batch = accumulator->take(slot);
  append("b");
  EXPECT_FALSE(accumulator->is_flushed(flush));
  end(std::move(batch));
  EXPECT_TRUE(accumulator->is_flushed(flush));
  accumulator->flush_ended();
  EXPECT_FALSE(accumulator->is_ready(slot, at(0)));
}

TEST_F(AccumulatorTest, a_flush_of_nothing_has_ended) {
  make({});
  EXPECT_TRUE(accumulator->is_flushed(accumulator->flush_began()));
}

}  // namespace
}  // namespace weir::client
