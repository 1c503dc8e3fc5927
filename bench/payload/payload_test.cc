#include "payload/payload.h"

#include <gtest/gtest.h>

#include "wire/record/batch.h"

namespace weir::bench {
namespace {

TEST(Payload, fills_a_batch_with_records_of_one_size) {
  const auto payload = make_payload({.record_bytes = 1000, .batch_bytes = 65536});
  ASSERT_TRUE(payload);
  EXPECT_LE(payload->batch.size(), 65536U);
  EXPECT_GT(payload->batch.size(), 65536U - 1100);
  const auto batch = wire::read_batch(payload->batch);
  ASSERT_TRUE(batch);
  EXPECT_TRUE(batch->crc_is_good());
  EXPECT_EQ(batch->records_count(), payload->records);
  EXPECT_EQ(payload->records, 64);
}

TEST(Payload, has_one_record_when_no_more_fits) {
  const auto payload = make_payload({.record_bytes = 200, .batch_bytes = 1});
  ASSERT_TRUE(payload);
  EXPECT_EQ(payload->records, 1);
}

TEST(Payload, gives_every_codec_its_usual_work) {
  for (const auto codec :
       {wire::Codec::gzip, wire::Codec::snappy, wire::Codec::lz4, wire::Codec::zstd}) {
    const auto payload = make_payload({.codec = codec});
    ASSERT_TRUE(payload);
    EXPECT_EQ(wire::read_batch(payload->batch)->codec(), codec);
    const double ratio =
        static_cast<double>(payload->plain_bytes) / static_cast<double>(payload->batch.size());
    EXPECT_GT(ratio, 1.5) << static_cast<int>(codec);
    EXPECT_LT(ratio, 6) << static_cast<int>(codec);
  }
}

TEST(Payload, is_the_same_for_the_same_seed_only) {
  EXPECT_EQ(make_payload({.seed = 7})->batch, make_payload({.seed = 7})->batch);
  EXPECT_NE(make_payload({.seed = 7})->batch, make_payload({.seed = 8})->batch);
}

}  // namespace
}  // namespace weir::bench
