#include "load/lap_settings.h"

#include <gtest/gtest.h>

#include <vector>

namespace weir::bench {
namespace {

Result<LapSettings> lap_of(std::vector<const char*> words) {
  TRY_ASSIGN(Options options, Options::parse(words));
  TRY_ASSIGN(LapSettings lap, parse_lap(options));
  TRY(options.check());
  return lap;
}

TEST(LapSettings, are_read_from_words) {
  const auto lap =
      lap_of({"broker=127.0.0.1:9092", "rate=5k", "record=200", "codec=zstd", "ms=10"});
  ASSERT_TRUE(lap);
  EXPECT_EQ(lap->broker.port, 9092);
  EXPECT_EQ(lap->rate, 5000);
  EXPECT_EQ(lap->payload.record_bytes, 200U);
  EXPECT_EQ(lap->payload.codec, wire::Codec::zstd);
  EXPECT_EQ(lap->length, 10'000'000);
  EXPECT_EQ(lap->depth, 1);
}

TEST(LapSettings, refuse_what_makes_no_lap) {
  EXPECT_FALSE(lap_of({}));
  EXPECT_FALSE(lap_of({"broker=127.0.0.1"}));
  EXPECT_FALSE(lap_of({"broker=127.0.0.1:1", "codec=rar"}));
  EXPECT_FALSE(lap_of({"broker=127.0.0.1:1", "connections=0"}));
  EXPECT_FALSE(lap_of({"broker=127.0.0.1:1", "unknown=0"}));
}

}  // namespace
}  // namespace weir::bench
