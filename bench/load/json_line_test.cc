#include "load/json_line.h"

#include <gtest/gtest.h>

namespace weir::bench {
namespace {

TEST(JsonLine, is_an_object_in_order) {
  JsonLine line;
  EXPECT_EQ(line.text(), "{}");
  line.put("requests", std::uint64_t{3});
  line.put("seconds", 1.25);
  line.put("error", std::string_view("a \"b\" \\\n"));
  line.put("offset", std::int64_t{-1});
  EXPECT_EQ(line.text(),
            R"({"requests": 3, "seconds": 1.250000, "error": "a \"b\" \\ ", "offset": -1})");
}

TEST(JsonLine, tells_latencies_in_microseconds) {
  Histogram latencies;
  latencies.record(1500);
  JsonLine line;
  line.put(latencies);
  EXPECT_EQ(line.text(),
            "{\"samples\": 1, \"p50_us\": 1.500000, \"p99_us\": 1.500000, \"p999_us\": 1.500000, "
            "\"max_us\": 1.500000}");
}

}  // namespace
}  // namespace weir::bench
