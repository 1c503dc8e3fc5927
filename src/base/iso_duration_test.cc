#include "base/iso_duration.h"

#include <gtest/gtest.h>

#include <utility>

namespace weir {
namespace {

TEST(IsoDuration, is_read_as_java_reads_it) {
  for (const auto& [text, ms] : {std::pair{"PT1M30S", 90'000LL},
                                 {"P1DT2H", 93'600'000},
                                 {"P2D", 172'800'000},
                                 {"pt0.1s", 100},
                                 {"PT1.0019S", 1'001},
                                 {"PT1,5S", 1'500},
                                 {"PT1.S", 1'000},
                                 {"P1DT2H3M4.5S", 93'784'500},
                                 {"+PT1S", 1'000},
                                 {"PT-0S", 0},
                                 {"PT-5S", -5'000},
                                 {"-PT0.5S", -500},
                                 {"-PT-1M+1S", 59'000}}) {
    const auto read = parse_iso_duration(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(read->count(), ms) << text;
  }
}

TEST(IsoDuration, is_nothing_else) {
  for (const char* const bad :
       {"", "P", "PT", "P1", "1D", "P1H", "PT1D", "PT1S1M", "PT1.5M", "P1DT", "P1Y", "PINFD",
        "PT-NANS", "PT+-5S", "PT1.0123456789S", "PT.5S", "P99999999999999999999D", "P999999999999D",
        "PT9000000000000000S9000000000000000S"}) {
    EXPECT_FALSE(parse_iso_duration(bad)) << bad;
  }
}

}  // namespace
}  // namespace weir
