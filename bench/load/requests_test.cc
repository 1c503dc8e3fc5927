#include "load/requests.h"

#include <gtest/gtest.h>

#include "null/floor_answers.h"
#include "payload/payload.h"
#include "wire/record/batch.h"

namespace weir::bench {
namespace {

// What the floor answers, without its size.
class Floor {
 public:
  Frame answer(const Result<Frame>& request) {
    EXPECT_TRUE(request);
    SendQueue out;
    const auto done = answers_.answer(Bytes(*request).subspan(4), out);
    EXPECT_TRUE(done) << done.error().message();
    Frame all;
    while (!out.empty()) {
      iovec part;
      out.gather({&part, 1});
      const auto* data = static_cast<const std::byte*>(part.iov_base);
      all.insert(all.end(), data, data + part.iov_len);
      out.sent(part.iov_len);
    }
    EXPECT_EQ(load_be<std::int32_t>(all.data()), static_cast<std::int32_t>(all.size() - 4));
    return {all.begin() + 4, all.end()};
  }

  wire::Arena arena;
  Payload payload = *make_payload({.record_bytes = 1000, .batch_bytes = 10'000});

 private:
  FloorOptions options_{.port = 1, .partitions = 3, .fetch_bytes = 40'000};
  FloorAnswers answers_{options_, payload.batch};
};

TEST(Requests, are_acknowledged_by_the_floor) {
  Floor floor;
  const Frame answer = floor.answer(produce_frame("t", 2, floor.payload.batch, 17));
  EXPECT_TRUE(read_produced(answer, 17, floor.arena));
  EXPECT_FALSE(read_produced(answer, 18, floor.arena));
  EXPECT_FALSE(read_produced(Bytes(answer).first(answer.size() - 1), 17, floor.arena));
}

TEST(Requests, are_fetched_from_the_floor_at_the_offsets_asked_for) {
  Floor floor;
  const FetchPosition positions[] = {{0, 100}, {2, 5}};
  const Frame answer = floor.answer(fetch_frame("t", positions, {.partition_bytes = 25'000}));
  const auto fetched = read_fetched(answer, floor.arena);
  ASSERT_TRUE(fetched);
  ASSERT_EQ(fetched->size(), 2U);
  for (std::size_t p = 0; p < 2; ++p) {
    const Fetched& partition = (*fetched)[p];
    EXPECT_EQ(partition.partition, positions[p].partition);
    Offset expected = positions[p].offset;
    Bytes left = partition.records;
    EXPECT_LE(left.size(), 25'000U);
    for (; !left.empty(); left = left.subspan(*wire::batch_size_at(left))) {
      const auto batch = wire::read_batch(left);
      ASSERT_TRUE(batch);
      EXPECT_TRUE(batch->crc_is_good());
      EXPECT_EQ(batch->base_offset(), expected);
      expected = batch->next_offset();
    }
    EXPECT_GT(expected, positions[p].offset + floor.payload.records);
  }
}

TEST(Requests, find_leaders_and_ends_at_the_floor) {
  Floor floor;
  EXPECT_EQ(*read_leaders(floor.answer(metadata_frame("t")), floor.arena), 3);
  const auto begins =
      read_listed(floor.answer(list_offsets_frame("t", 3, Where::begin)), 3, floor.arena);
  EXPECT_EQ(*begins, (std::vector<Offset>{0, 0, 0}));
  const auto ends =
      read_listed(floor.answer(list_offsets_frame("t", 3, Where::end)), 3, floor.arena);
  EXPECT_GT(ends->at(2), Offset{1} << 50);
}

TEST(Requests, that_the_floor_does_not_know_end_the_connection) {
  Floor floor;
  FloorOptions options;
  FloorAnswers answers(options, floor.payload.batch);
  SendQueue out;
  Frame request = *metadata_frame("t");
  EXPECT_FALSE(answers.answer(Bytes(request).first(6), out));
  store_be<std::int16_t>(request.data() + 4, 19);  // CreateTopics
  EXPECT_FALSE(answers.answer(Bytes(request).subspan(4), out));
  store_be<std::int16_t>(request.data() + 4, 999);
  EXPECT_FALSE(answers.answer(Bytes(request).subspan(4), out));
  store_be<std::int16_t>(request.data() + 4, 3);
  store_be<std::int16_t>(request.data() + 6, 13);  // a version whose topics have ids
  EXPECT_FALSE(answers.answer(Bytes(request).subspan(4), out));
  EXPECT_TRUE(out.empty());
}

}  // namespace
}  // namespace weir::bench
