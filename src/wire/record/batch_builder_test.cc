#include "wire/record/batch_builder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "wire/record/record_test_support.h"

namespace weir::wire {
namespace {

// The dumb model: what was put in, by value.
struct Model {
  Offset offset;
  TimestampMs timestamp;
  std::optional<std::string> key, value;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers;
  bool operator==(const Model&) const = default;
};

std::optional<std::string> text(Blob b) {
  if (b.is_null()) return std::nullopt;
  return std::string(as_text(b.view()));
}

std::vector<Model> read_all(BatchView batch) {
  std::vector<Model> out;
  CompressionContext context;
  std::vector<std::byte> storage;
  const auto bytes = decompressed_records(context, batch, 1 << 30, storage);
  EXPECT_TRUE(bytes);
  RecordIterator records(batch, bytes.value_or(Bytes{}));
  for (Record record;;) {
    const auto more = records.next(record);
    EXPECT_TRUE(more) << more.error().message();
    if (!more || !*more) return out;
    Model model{record.offset, record.timestamp, text(record.key), text(record.value), {}};
    for (const auto& header : record.headers) {
      model.headers.emplace_back(header.key, text(header.value));
    }
    out.push_back(std::move(model));
  }
}

void add(BatchBuilder& builder, const Model& model) {
  const auto as_blob = [](const std::optional<std::string>& s) {
    return s ? blob(*s) : Blob::null();
  };
  std::vector<RecordHeader> headers;
  for (const auto& [key, value] : model.headers) headers.push_back({key, as_blob(value)});
  const NewRecord record{model.timestamp, as_blob(model.key), as_blob(model.value), headers};
  const auto expected = builder.size_with(record);
  const bool next = model.offset == builder.next_offset();
  builder.add_at(model.offset, record);
  if (next) {
    EXPECT_EQ(builder.size(), expected);
  }
}

TEST(BatchBuilder, an_empty_key_differs_from_a_null_one) {
  BatchBuilder builder({.base_offset = 10});
  const std::vector<Model> models{
      {10, 100, "", std::nullopt, {}},
      {11, 90, std::nullopt, "", {{"h", std::nullopt}, {"", ""}, {"h", "x"}}},
  };
  for (const auto& model : models) add(builder, model);
  const auto bytes = builder.build();
  const auto batch = read_batch(bytes);
  ASSERT_TRUE(batch);
  EXPECT_TRUE(batch->crc_is_good());
  EXPECT_EQ(batch->base_timestamp(), 100);
  EXPECT_EQ(batch->max_timestamp(), 100);
  EXPECT_EQ(batch->records_count(), 2);
  EXPECT_EQ(read_all(*batch), models);
}

TEST(BatchBuilder, attributes_and_producer_state_reach_the_header) {
  BatchBuilder builder({.base_offset = 5,
                        .leader_epoch = 3,
                        .producer_id = 9,
                        .producer_epoch = 2,
                        .base_sequence = 40,
                        .transactional = true,
                        .control = true,
                        .log_append_time = 777,
                        .delete_horizon = 1234});
  builder.add({.timestamp = 2000, .value = blob("x")});
  const auto bytes = builder.build();
  const BatchView batch(bytes);
  EXPECT_EQ(batch.leader_epoch(), 3);
  EXPECT_EQ(batch.producer_id(), 9);
  EXPECT_EQ(batch.producer_epoch(), 2);
  EXPECT_EQ(batch.base_sequence(), 40);
  EXPECT_TRUE(batch.is_transactional());
  EXPECT_TRUE(batch.is_control());
  EXPECT_TRUE(batch.has_delete_horizon());
  EXPECT_EQ(batch.base_timestamp(), 1234);
  EXPECT_TRUE(batch.is_log_append_time());
  EXPECT_EQ(batch.max_timestamp(), 777);
  EXPECT_EQ(read_all(batch)[0].timestamp, 777) << "LogAppendTime wins over a record's own time";
}

TEST(BatchBuilder, the_delete_horizon_is_the_base_of_the_deltas) {
  BatchBuilder builder({.delete_horizon = 5000});
  builder.add({.timestamp = 100});
  const auto bytes = builder.build();
  EXPECT_EQ(BatchView(bytes).base_timestamp(), 5000);
  EXPECT_EQ(read_all(BatchView(bytes))[0].timestamp, 100);
}

TEST(BatchBuilder, a_cleared_builder_remembers_nothing) {
  BatchBuilder builder({});
  builder.add({.timestamp = 50, .value = blob("old")});
  builder.clear({.base_offset = 3});
  EXPECT_TRUE(builder.empty());
  builder.add({.timestamp = 20, .value = blob("new")});
  const auto bytes = builder.build();
  EXPECT_EQ(read_all(BatchView(bytes)), (std::vector<Model>{{3, 20, std::nullopt, "new", {}}}));
  EXPECT_EQ(BatchView(bytes).max_timestamp(), 20);
}

TEST(BatchBuilder, gives_its_memory_away_and_takes_other_memory) {
  BatchBuilder builder({});
  builder.add({.timestamp = 5, .value = Blob(as_bytes("one"))});
  const std::vector<std::byte> expected = builder.build();
  std::vector<std::byte> memory = builder.take();
  EXPECT_EQ(memory, expected);
  builder.clear({}, std::move(memory));
  EXPECT_TRUE(builder.empty());
  builder.add({.timestamp = 5, .value = Blob(as_bytes("one"))});
  EXPECT_EQ(builder.take(), expected);
}

TEST(BatchBuilder, an_empty_batch_keeps_offsets_and_sequences) {
  const auto bytes = build_empty_batch({.options = {.base_offset = 10,
                                                    .leader_epoch = 1,
                                                    .producer_id = 4,
                                                    .producer_epoch = 0,
                                                    .base_sequence = 6},
                                        .last_offset = 14,
                                        .max_timestamp = 99});
  const auto batch = read_batch(bytes);
  ASSERT_TRUE(batch);
  EXPECT_TRUE(batch->crc_is_good());
  EXPECT_EQ(batch->last_offset(), 14);
  EXPECT_EQ(batch->last_sequence(), 10);
  EXPECT_EQ(batch->base_timestamp(), no_timestamp);
  EXPECT_EQ(batch->max_timestamp(), 99);
  EXPECT_TRUE(read_all(*batch).empty());
}

TEST(BatchBuilder, a_compression_error_leaves_the_output_as_it_was) {
  CompressionContext context;
  BatchBuilder builder({});
  builder.add({.value = blob("x")});
  std::vector<std::byte> out(7);
  EXPECT_FALSE(builder.build_to(context, {.codec = static_cast<Codec>(7)}, out));
  EXPECT_EQ(out.size(), 7u);
}

TEST(BatchBuilder, the_last_offset_may_lie_above_the_last_record) {
  BatchBuilder builder({.base_offset = 100});
  builder.add_at(103, NewRecord{.timestamp = 1});
  builder.set_last_offset(109);
  const auto bytes = builder.build();
  EXPECT_EQ(BatchView(bytes).last_offset(), 109);
  EXPECT_EQ(read_all(BatchView(bytes))[0].offset, 103);
}

std::optional<std::string> random_text(RandomSource& random) {
  if (random.below(4) == 0) return std::nullopt;
  return std::string(random.below(300), static_cast<char>('a' + random.below(26)));
}

TEST(BatchBuilder, random_batches_come_back_as_the_model_says) {
  SeededRandom random(20261120);
  CompressionContext context;
  for (int round = 0; round < 300; ++round) {
    const auto base = static_cast<Offset>(random.next() >> (2 + random.below(60)));
    BatchBuilder builder({.base_offset = base});
    std::vector<Model> models;
    auto offset = base;
    for (auto left = 1 + random.below(40); left > 0; --left) {
      offset += static_cast<Offset>(random.below(5) == 0 ? random.below(1000) : 0);
      Model model{offset++,
                  static_cast<TimestampMs>(random.next() >> random.below(64)),
                  random_text(random),
                  random_text(random),
                  {}};
      for (auto headers = random.below(4); headers > 0; --headers) {
        model.headers.emplace_back(random_text(random).value_or(""), random_text(random));
      }
      add(builder, model);
      models.push_back(std::move(model));
    }
    const auto bytes = builder.build();
    const auto batch = read_batch(bytes);
    ASSERT_TRUE(batch);
    EXPECT_EQ(batch->next_offset(), offset);
    EXPECT_EQ(read_all(*batch), models);
    // Read and written again, it is the same.
    BatchBuilder again({.base_offset = base});
    RecordIterator records(*batch);
    for (Record record; *records.next(record);) again.add_at(record.offset, record);
    EXPECT_EQ(again.build(), bytes);
    // Compressed, it says the same, and is put behind what is there.
    std::vector<std::byte> out(5);
    const auto codec = static_cast<Codec>(random.below(5));
    ASSERT_TRUE(again.build_to(context, {.codec = codec}, out));
    const BatchView compressed(Bytes(out).subspan(5));
    EXPECT_TRUE(compressed.crc_is_good());
    EXPECT_EQ(compressed.codec(), codec);
    EXPECT_EQ(compressed.next_offset(), offset);
    EXPECT_EQ(read_all(compressed), models);
  }
}

}  // namespace
}  // namespace weir::wire
