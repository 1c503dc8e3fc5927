#include "wire/record/batch.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace weir::wire {
namespace {

constexpr auto sequence_max = std::numeric_limits<Sequence>::max();

// A header with every field set to something that no other field has, and four bytes of records.
std::vector<std::byte> sample() {
  std::vector<std::byte> batch(batch_header_size + 4, std::byte{7});
  auto* at = batch.data();
  store_be<std::int64_t>(at, 100);
  store_be<std::int32_t>(at + 8, static_cast<std::int32_t>(batch.size() - batch_overhead));
  store_be<std::int32_t>(at + 12, 5);
  store_be<std::int8_t>(at + 16, 2);
  store_be<std::int16_t>(at + 21, attribute_transactional | static_cast<int>(Codec::lz4));
  store_be<std::int32_t>(at + 23, 9);
  store_be<std::int64_t>(at + 27, 1000);
  store_be<std::int64_t>(at + 35, 2000);
  store_be<std::int64_t>(at + 43, 77);
  store_be<std::int16_t>(at + 51, 3);
  store_be<std::int32_t>(at + 53, sequence_max - 4);
  store_be<std::int32_t>(at + 57, 10);
  store_be<std::uint32_t>(at + 17, crc32c(Bytes(batch).subspan(21)));
  return batch;
}

TEST(Crc32c, known_answers) {
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283u);
  EXPECT_EQ(crc32c(Bytes{}), 0u);
  const std::vector<std::byte> zeros(32);
  EXPECT_EQ(crc32c(zeros), 0x8a9136aau);  // RFC 3720, B.4
}

TEST(Crc32c, continues_from_a_seed) {
  const auto whole = as_bytes("a stream of bytes that is longer than one lane of the hardware");
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    EXPECT_EQ(crc32c(whole.subspan(cut), crc32c(whole.first(cut))), crc32c(whole));
  }
}

TEST(Batch, every_header_field_is_read_from_its_place) {
  const auto bytes = sample();
  const auto batch = read_batch(bytes);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->base_offset(), 100);
  EXPECT_EQ(batch->last_offset(), 109);
  EXPECT_EQ(batch->next_offset(), 110);
  EXPECT_EQ(batch->leader_epoch(), 5);
  EXPECT_EQ(batch->codec(), Codec::lz4);
  EXPECT_TRUE(batch->is_transactional());
  EXPECT_FALSE(batch->is_control());
  EXPECT_FALSE(batch->is_log_append_time());
  EXPECT_FALSE(batch->has_delete_horizon());
  EXPECT_EQ(batch->base_timestamp(), 1000);
  EXPECT_EQ(batch->max_timestamp(), 2000);
  EXPECT_EQ(batch->producer_id(), 77);
  EXPECT_TRUE(batch->has_producer_id());
  EXPECT_EQ(batch->producer_epoch(), 3);
  EXPECT_EQ(batch->base_sequence(), sequence_max - 4);
  EXPECT_EQ(batch->last_sequence(), 4) << "the sequence wraps to 0";
  EXPECT_EQ(batch->records_count(), 10);
  EXPECT_EQ(batch->records().size(), 4u);
  EXPECT_TRUE(batch->crc_is_good());
}

TEST(Batch, offset_and_epoch_are_stamped_outside_the_crc) {
  auto bytes = sample();
  set_base_offset(bytes, 1'000'000'007);
  set_leader_epoch(bytes, 42);
  const BatchView batch(bytes);
  EXPECT_EQ(batch.base_offset(), 1'000'000'007);
  EXPECT_EQ(batch.leader_epoch(), 42);
  EXPECT_TRUE(batch.crc_is_good());
}

TEST(Batch, timestamps_are_stamped_with_a_new_crc) {
  auto bytes = sample();
  set_log_append_time(bytes, 3333);
  EXPECT_TRUE(BatchView(bytes).is_log_append_time());
  EXPECT_EQ(BatchView(bytes).max_timestamp(), 3333);
  EXPECT_TRUE(BatchView(bytes).crc_is_good());
  set_max_timestamp(bytes, 4444);
  EXPECT_FALSE(BatchView(bytes).is_log_append_time());
  EXPECT_EQ(BatchView(bytes).max_timestamp(), 4444);
  EXPECT_EQ(BatchView(bytes).codec(), Codec::lz4);
  EXPECT_TRUE(BatchView(bytes).crc_is_good());
}

TEST(Batch, another_identity_is_stamped_in_place) {
  auto bytes = sample();
  set_identity(bytes, {.producer_id = 77, .producer_epoch = 5, .base_sequence = 900});
  const BatchView batch(bytes);
  EXPECT_EQ(batch.producer_id(), 77);
  EXPECT_EQ(batch.producer_epoch(), 5);
  EXPECT_EQ(batch.base_sequence(), 900);
  EXPECT_TRUE(batch.crc_is_good());
}

TEST(Batch, any_flipped_bit_under_the_crc_is_seen) {
  const auto good = sample();
  for (std::size_t at = 17; at < good.size(); ++at) {
    auto bad = good;
    bad[at] ^= std::byte{0x10};
    EXPECT_FALSE(BatchView(bad).crc_is_good()) << at;
  }
}

TEST(Batch, truncated_or_senseless_headers_are_corrupt) {
  const auto good = sample();
  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto batch = read_batch(Bytes(good).first(size));
    ASSERT_FALSE(batch) << size;
    EXPECT_EQ(batch.error().code, Errc::corrupt);
  }
  for (const std::int32_t length : {-1, 0, 48, std::numeric_limits<std::int32_t>::min()}) {
    auto bad = good;
    store_be(bad.data() + 8, length);
    EXPECT_FALSE(batch_size_at(bad)) << length;
  }
  for (const std::int8_t magic : {-1, 0, 1, 3}) {
    auto bad = good;
    store_be(bad.data() + 16, magic);
    EXPECT_FALSE(read_batch(bad)) << int{magic};
  }
}

TEST(Batch, the_first_of_several_is_read) {
  auto bytes = sample();
  const auto one = bytes.size();
  bytes.insert(bytes.end(), 100, std::byte{0});
  EXPECT_EQ(read_batch(bytes)->size(), one);
  store_be<std::int32_t>(bytes.data() + 8, std::numeric_limits<std::int32_t>::max());
  EXPECT_EQ(batch_size_at(bytes), std::size_t{2147483659});
}

TEST(Batch, sequences_wrap_to_zero_both_ways) {
  EXPECT_EQ(sequence_after(0, 5), 5);
  EXPECT_EQ(sequence_after(sequence_max, 1), 0);
  EXPECT_EQ(sequence_after(sequence_max, sequence_max), sequence_max - 1);
  EXPECT_EQ(sequence_after(0, -1), sequence_max);
  std::vector<std::byte> bytes = sample();
  store_be<std::int32_t>(bytes.data() + 53, -1);
  EXPECT_EQ(BatchView(bytes).last_sequence(), no_sequence);
}

}  // namespace
}  // namespace weir::wire
