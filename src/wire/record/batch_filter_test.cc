#include "wire/record/batch_filter.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>

#include "base/random.h"
#include "wire/record/batch_builder.h"
#include "wire/record/record_dump_test_support.h"
#include "wire/record/record_test_support.h"

namespace weir::wire {
namespace {

using Buffer = std::vector<std::byte>;

bool keep_all(const Record&) { return true; }
bool keep_none(const Record&) { return false; }

Buffer two_records(BatchOptions options, Blob second_value) {
  BatchBuilder builder(options);
  builder.add({.timestamp = 1000, .key = blob("a"), .value = blob("1")});
  builder.add({.timestamp = 2000, .key = blob("b"), .value = second_value});
  return builder.build();
}

TEST(BatchFilter, a_batch_that_loses_nothing_stays_as_it_is) {
  CompressionContext context;
  const auto in = two_records({.base_offset = 5}, blob("2"));
  Buffer out(3);
  const auto result = filter_batch(context, BatchView(in), {}, keep_all, out);
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->unchanged);
  EXPECT_EQ(Buffer(out.begin() + 3, out.end()), in);
  EXPECT_EQ(result->bytes_written, in.size());
  EXPECT_EQ(result->records_kept, 2);
  EXPECT_EQ(result->max_kept_offset, 6);
}

TEST(BatchFilter, nothing_is_left_unless_the_empty_header_is_wanted) {
  CompressionContext context;
  const auto in = two_records({.base_offset = 5, .log_append_time = 9000}, blob("2"));
  Buffer out;
  EXPECT_EQ(filter_batch(context, BatchView(in), {}, keep_none, out)->bytes_written, 0u);
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(filter_batch(context, BatchView(in), {.keep_when_empty = true}, keep_none, out)
                ->bytes_written,
            batch_header_size);
  EXPECT_EQ(BatchView(out).last_offset(), 6);
  EXPECT_EQ(BatchView(out).max_timestamp(), 9000);
  EXPECT_TRUE(BatchView(out).is_log_append_time());
  // And an empty header passes through the same way.
  Buffer again;
  EXPECT_TRUE(filter_batch(context, BatchView(out), {.keep_when_empty = true}, keep_none, again));
  EXPECT_EQ(again, out);
}

TEST(BatchFilter, a_delete_horizon_is_set_once) {
  CompressionContext context;
  const auto in = two_records({.base_offset = 5}, Blob::null());
  Buffer first;
  const auto result = filter_batch(context, BatchView(in), {.delete_horizon = 77}, keep_all, first);
  ASSERT_TRUE(result);
  EXPECT_FALSE(result->unchanged);
  EXPECT_TRUE(BatchView(first).has_delete_horizon());
  EXPECT_EQ(BatchView(first).base_timestamp(), 77);
  EXPECT_EQ(test::dump_records(BatchView(first), 0), test::dump_records(BatchView(in), 0));
  Buffer second;
  EXPECT_TRUE(
      filter_batch(context, BatchView(first), {.delete_horizon = 99}, keep_all, second)->unchanged);
  EXPECT_EQ(second, first);
  Buffer third;
  const auto keep_tombstone = [](const Record& record) { return record.value.is_null(); };
  ASSERT_TRUE(
      filter_batch(context, BatchView(second), {.delete_horizon = 99}, keep_tombstone, third));
  EXPECT_EQ(BatchView(third).base_timestamp(), 77) << "a rewritten batch keeps its horizon";
}

TEST(BatchFilter, the_marker_of_an_empty_transaction_gets_a_horizon) {
  CompressionContext context;
  const auto in = two_records({}, blob("2"));
  Buffer out;
  ASSERT_TRUE(filter_batch(context, BatchView(in),
                           {.marker_of_empty_transaction = true, .delete_horizon = 5}, keep_all,
                           out));
  EXPECT_TRUE(BatchView(out).has_delete_horizon());
}

TEST(BatchFilter, damage_leaves_the_output_as_it_was) {
  CompressionContext context;
  Buffer out(3);
  auto short_count = two_records({}, blob("2"));
  store_be<std::int32_t>(short_count.data() + 57, 1);
  EXPECT_EQ(filter_batch(context, BatchView(short_count), {}, keep_all, out).error().code,
            Errc::corrupt);
  auto same_offset = two_records({}, blob("2"));
  same_offset[batch_header_size + 9 + 4] = std::byte{0};  // the second record's offset delta
  EXPECT_EQ(filter_batch(context, BatchView(same_offset), {}, keep_all, out).error().code,
            Errc::corrupt);
  auto beyond = two_records({}, blob("2"));
  store_be<std::int32_t>(beyond.data() + 23, 0);
  EXPECT_EQ(filter_batch(context, BatchView(beyond), {}, keep_all, out).error().code,
            Errc::corrupt);
  auto not_gzip = two_records({}, blob("2"));
  not_gzip[22] = std::byte{1};
  EXPECT_EQ(filter_batch(context, BatchView(not_gzip), {}, keep_all, out).error().code,
            Errc::corrupt);
  for (const auto& [base, delta] :
       {std::pair<Offset, std::int32_t>{-1, 5}, {0, -1}, {INT64_MAX, 1}, {INT64_MIN, -1}}) {
    auto senseless = two_records({}, blob("2"));
    store_be(senseless.data(), base);
    store_be(senseless.data() + 23, delta);
    EXPECT_EQ(filter_batch(context, BatchView(senseless), {.keep_when_empty = true}, keep_none, out)
                  .error()
                  .code,
              Errc::corrupt);
  }
  EXPECT_EQ(out.size(), 3u);
}

TEST(BatchFilter, random_subsets_keep_offsets_and_fields) {
  SeededRandom random(3);
  CompressionContext context;
  for (int round = 0; round < 200; ++round) {
    const auto codec = static_cast<Codec>(random.below(5));
    BatchBuilder builder(
        {.base_offset = 1'000'000, .producer_id = 1, .producer_epoch = 0, .base_sequence = 3});
    std::map<Offset, std::string> kept;
    const auto count = 1 + random.below(30);
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto value = std::string(1 + random.below(100), 'v');
      const auto offset = builder.next_offset() + static_cast<Offset>(random.below(3));
      if (random.below(2) == 0) kept[offset] = value;
      builder.add_at(offset, NewRecord{.timestamp = 7, .key = blob("k"), .value = blob(value)});
    }
    Buffer in;
    ASSERT_TRUE(builder.build_to(context, {.codec = codec}, in));
    Buffer out;
    const auto result = filter_batch(
        context, BatchView(in), {.keep_when_empty = true},
        [&](const Record& r) { return kept.contains(r.offset); }, out);
    ASSERT_TRUE(result);
    const auto batch = read_batch(out);
    ASSERT_TRUE(batch);
    EXPECT_TRUE(batch->crc_is_good());
    EXPECT_EQ(batch->base_offset(), BatchView(in).base_offset());
    EXPECT_EQ(batch->last_offset(), BatchView(in).last_offset());
    EXPECT_EQ(batch->last_sequence(), BatchView(in).last_sequence());
    EXPECT_EQ(result->records_read, static_cast<std::int32_t>(count));
    ASSERT_EQ(batch->records_count(), static_cast<std::int32_t>(kept.size()));
    std::map<Offset, std::string> seen;
    Buffer storage;
    if (!kept.empty()) {
      const auto records = decompressed_records(context, *batch, 1 << 20, storage);
      ASSERT_TRUE(records);
      RecordIterator iterator(*batch, *records);
      for (Record record; *iterator.next(record);)
        seen[record.offset] = as_text(record.value.view());
    }
    EXPECT_EQ(seen, kept);
  }
}

}  // namespace
}  // namespace weir::wire
