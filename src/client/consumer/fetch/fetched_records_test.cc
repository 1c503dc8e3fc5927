#include "client/consumer/fetch/fetched_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/record/batch_builder.h"
#include "wire/record/control_record.h"

namespace weir::client {
namespace {

using wire::Codec;
using Buffer = std::vector<std::byte>;

void append(Buffer& out, const Buffer& batch) { out.insert(out.end(), batch.begin(), batch.end()); }

// `count` records "0", "1", ... of a producer (-1: none).
Buffer batch_at(Offset base, int count, ProducerId producer = no_producer_id,
                Codec codec = Codec::none) {
  wire::BatchBuilder builder({.base_offset = base,
                              .leader_epoch = 4,
                              .producer_id = producer,
                              .producer_epoch = 0,
                              .base_sequence = 0,
                              .transactional = producer >= 0});
  for (int i = 0; i < count; ++i) {
    const std::string value = std::to_string(base + i);
    builder.add({.timestamp = 1, .value = as_bytes(value)});
  }
  wire::CompressionContext context;
  Buffer out;
  EXPECT_TRUE(builder.build_to(context, {.codec = codec}, out).has_value());
  return out;
}

Buffer marker_at(Offset base, ProducerId producer, bool commit) {
  return wire::build_end_txn_marker(
      {.base_offset = base, .leader_epoch = 4, .producer_id = producer, .producer_epoch = 0}, 1,
      {.commit = commit});
}

class FetchedRecordsTest : public testing::Test {
 protected:
  FetchedRecords fetched(Buffer bytes, Offset from = 0,
                         std::vector<AbortedTransaction> aborted = {}) {
    auto frame = std::make_shared<const Buffer>(std::move(bytes));
    return FetchedRecords({.frame = frame, .bytes = Bytes(*frame), .aborted = std::move(aborted)},
                          {from});
  }
  // The offsets of what is left.
  std::vector<Offset> all(FetchedRecords& from, std::size_t at_once = 100) {
    std::vector<Offset> out;
    for (;;) {
      auto batch = from.take(at_once, context);
      EXPECT_TRUE(batch.has_value());
      if (!batch || batch->records.empty()) return out;
      for (const auto& record : batch->records) {
        EXPECT_EQ(as_text(record.value.view()), std::to_string(record.offset));
        out.push_back(record.offset);
      }
    }
  }
  wire::CompressionContext context;
};

TEST_F(FetchedRecordsTest, every_codec_is_read) {
  for (const Codec codec : {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
    auto records = fetched(batch_at(5, 3, no_producer_id, codec));
    EXPECT_THAT(all(records), testing::ElementsAre(5, 6, 7));
    EXPECT_EQ(records.next(), (Position{8, 4}));
    EXPECT_TRUE(records.is_empty());
  }
}

TEST_F(FetchedRecordsTest, what_lies_below_the_position_is_left_out) {
  Buffer bytes = batch_at(0, 3);
  append(bytes, batch_at(3, 3));
  auto records = fetched(bytes, 4);
  EXPECT_THAT(all(records), testing::ElementsAre(4, 5));
}

TEST_F(FetchedRecordsTest, as_many_as_are_asked_for_and_views_that_live_on) {
  Buffer bytes = batch_at(0, 3, no_producer_id, Codec::lz4);
  append(bytes, batch_at(3, 2));
  RecordBatch kept;
  {
    auto records = fetched(bytes);
    kept = *records.take(2, context);
    EXPECT_EQ(kept.records.size(), 2u);
    EXPECT_EQ(kept.leader_epoch, 4);
    EXPECT_EQ(records.next(), (Position{2, 4}));
    EXPECT_GT(records.bytes_left(), 0u);
    EXPECT_THAT(all(records, 1), testing::ElementsAre(2, 3, 4));
  }
  EXPECT_EQ(as_text(kept.records[1].value.view()), "1");
}

TEST_F(FetchedRecordsTest, aborted_transactions_and_markers_are_left_out) {
  Buffer bytes = batch_at(0, 2, 7);  // aborted
  append(bytes, batch_at(2, 1, 8));  // committed
  append(bytes, batch_at(3, 1));     // of no transaction
  append(bytes, marker_at(4, 7, false));
  append(bytes, batch_at(5, 1, 7));  // its next transaction
  append(bytes, marker_at(6, 7, true));
  append(bytes, marker_at(7, 8, true));
  auto committed = fetched(bytes, 0, {{.producer = 7, .first_offset = 0}});
  EXPECT_THAT(all(committed), testing::ElementsAre(2, 3, 5));
  EXPECT_EQ(committed.next().offset, 8);  // past the last marker
  auto uncommitted = fetched(bytes);
  EXPECT_THAT(all(uncommitted), testing::ElementsAre(0, 1, 2, 3, 5));
}

TEST_F(FetchedRecordsTest, a_batch_that_the_answer_was_cut_in_is_asked_for_again) {
  Buffer bytes = batch_at(0, 2);
  const std::size_t whole = bytes.size();
  append(bytes, batch_at(2, 2));
  for (std::size_t size = whole; size < bytes.size(); ++size) {
    auto records =
        fetched(Buffer(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)));
    EXPECT_THAT(all(records), testing::ElementsAre(0, 1));
    EXPECT_EQ(records.next().offset, 2);
  }
}

TEST_F(FetchedRecordsTest, damage_is_an_error) {
  const Buffer good = batch_at(0, 2);
  const auto error_of = [&](Buffer bytes) {
    auto records = fetched(std::move(bytes));
    const auto batch = records.take(10, context);
    EXPECT_FALSE(batch.has_value());
    return batch ? Errc::io : batch.error().code;
  };
  EXPECT_EQ(error_of(Buffer(good.begin(), good.end() - 1)), Errc::corrupt);
  Buffer flipped = good;
  flipped.back() ^= std::byte{1};
  EXPECT_EQ(error_of(flipped), Errc::corrupt);
  Buffer magic = good;
  magic[16] = std::byte{1};
  EXPECT_EQ(error_of(magic), Errc::corrupt);
}

}  // namespace
}  // namespace weir::client
