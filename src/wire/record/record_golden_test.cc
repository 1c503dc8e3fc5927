// Batches that Apache Kafka's own classes wrote (test/record/golden, made by test/record/run.sh),
// read field by field; and batches of ours, left in build/.../record for Apache Kafka's classes to
// read.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "wire/record/batch_builder.h"
#include "wire/record/batch_filter.h"
#include "wire/record/control_record.h"
#include "wire/record/record_dump_test_support.h"

namespace weir::wire {
namespace {

const std::string golden = WEIR_SOURCE_DIR "/test/record/golden/";
const std::string ours = WEIR_BINARY_DIR "/record/batches/";
constexpr const char* codec_names[] = {"none", "gzip", "snappy", "lz4", "zstd"};

std::vector<std::string> golden_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(golden)) {
    if (entry.path().extension() == ".bin") names.push_back(entry.path().stem());
  }
  std::ranges::sort(names);
  return names;
}

TEST(RecordGolden, what_kafka_wrote_says_what_kafka_says_it_does) {
  const auto names = golden_names();
  EXPECT_GE(names.size(), 50u);
  for (const auto& name : names) {
    EXPECT_EQ(test::dump(test::read_file(golden + name + ".bin")),
              as_text(test::read_file(golden + name + ".txt")))
        << name;
  }
}

// Every batch with records, put together anew from what was read, is the same bytes where no codec
// has a say, and says the same where one has.
TEST(RecordGolden, what_kafka_wrote_is_rebuilt) {
  CompressionContext context;
  for (const auto& name : golden_names()) {
    const auto bytes = test::read_file(golden + name + ".bin");
    const auto batch = read_batch(bytes);
    ASSERT_TRUE(batch) << name;
    if (batch->records_count() == 0) continue;
    BatchOptions options{.base_offset = batch->base_offset(),
                         .leader_epoch = batch->leader_epoch(),
                         .producer_id = batch->producer_id(),
                         .producer_epoch = batch->producer_epoch(),
                         .base_sequence = batch->base_sequence(),
                         .transactional = batch->is_transactional(),
                         .control = batch->is_control()};
    if (batch->has_delete_horizon()) options.delete_horizon = batch->base_timestamp();
    if (batch->is_log_append_time()) options.log_append_time = batch->max_timestamp();
    std::vector<std::byte> storage;
    const auto records = decompressed_records(context, *batch, 1 << 30, storage);
    ASSERT_TRUE(records);
    BatchBuilder builder(options);
    RecordIterator iterator(*batch, *records);
    for (Record record; *iterator.next(record);) builder.add_at(record.offset, record);
    builder.set_last_offset(batch->last_offset());
    std::vector<std::byte> again;
    ASSERT_TRUE(builder.build_to(context, {.codec = batch->codec()}, again));
    EXPECT_EQ(test::dump(again), test::dump(bytes)) << name;
    if (batch->codec() == Codec::none && !batch->is_log_append_time()) {
      EXPECT_EQ(again, bytes) << name;
    }
    test::write_file(ours + "rebuilt-" + name + ".bin", again);
    test::write_file(ours + "rebuilt-" + name + ".txt", as_bytes(test::dump(bytes)));
  }
}

TEST(RecordGolden, control_batches_are_built_byte_for_byte) {
  const BatchOptions where{
      .base_offset = 55, .leader_epoch = 3, .producer_id = 4711, .producer_epoch = 7};
  for (const bool commit : {false, true}) {
    const auto bytes = test::read_file(golden + (commit ? "end-commit.bin" : "end-abort.bin"));
    EXPECT_EQ(build_end_txn_marker(where, 1234, {commit, 29}), bytes);
    RecordIterator records{BatchView(bytes)};
    Record record;
    ASSERT_TRUE(*records.next(record));
    EXPECT_EQ(parse_end_txn_marker(record), (EndTxnMarker{commit, 29}));
  }
  const auto footer = test::read_file(golden + "snapshot-footer.bin");
  RecordIterator records{BatchView(footer)};
  Record record;
  ASSERT_TRUE(*records.next(record));
  EXPECT_EQ(parse_control_key(record.key), ControlType::snapshot_footer);
  BatchBuilder builder({.base_offset = 7, .leader_epoch = 3, .control = true});
  add_control_record(builder, 1234, ControlType::snapshot_footer, record.value.view());
  EXPECT_EQ(builder.build(), footer);
}

TEST(RecordGolden, the_empty_batch_is_built_byte_for_byte) {
  EXPECT_EQ(build_empty_batch({.options = {.base_offset = 100,
                                           .leader_epoch = 3,
                                           .producer_id = 4711,
                                           .producer_epoch = 7,
                                           .base_sequence = 40,
                                           .transactional = true},
                               .last_offset = 104,
                               .max_timestamp = 888}),
            test::read_file(golden + "empty.bin"));
}

TEST(RecordGolden, compaction_leaves_what_kafkas_leaves) {
  CompressionContext context;
  const auto last_of = [](const Record& record) {
    return static_cast<int>(record.key.view().back());
  };
  const std::pair<const char*, std::function<bool(const Record&)>> rules[] = {
      {"even", [&](const Record& r) { return last_of(r) % 2 == 0; }},
      {"odd", [&](const Record& r) { return last_of(r) % 2 != 0; }},
      {"nothing", [](const Record&) { return false; }},
      {"all", [](const Record&) { return true; }},
  };
  for (const std::string codec : codec_names) {
    const auto in = test::read_file(golden + "filter-in-" + codec + ".bin");
    for (const auto& [name, keep] : rules) {
      std::vector<std::byte> out;
      const auto result = filter_batch(
          context, BatchView(in), {.keep_when_empty = true, .delete_horizon = 160'000}, keep, out);
      ASSERT_TRUE(result) << result.error().message();
      const auto expected = test::read_file(golden + "filter-" + name + '-' + codec + ".bin");
      EXPECT_EQ(test::dump(out), test::dump(expected)) << name << ' ' << codec;
      if (codec == "none") {
        EXPECT_EQ(out, expected) << name;
      }
      EXPECT_EQ(result->bytes_written, out.size());
      test::write_file(ours + "filter-" + name + '-' + codec + ".bin", out);
      test::write_file(ours + "filter-" + name + '-' + codec + ".txt",
                       as_bytes(test::dump(expected)));
    }
  }
}

}  // namespace
}  // namespace weir::wire
