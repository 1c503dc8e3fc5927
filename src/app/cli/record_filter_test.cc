#include "app/cli/record_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::app {
namespace {

using namespace std::string_view_literals;

TEST(Pattern, is_found_anywhere_in_any_bytes) {
  EXPECT_TRUE(Pattern::parse("a.c", false)->matches("xxabcxx"));
  EXPECT_FALSE(Pattern::parse("a.c", true)->matches("xxabcxx"));
  EXPECT_TRUE(Pattern::parse("a.c", true)->matches("xxa.cxx"));
  EXPECT_TRUE(Pattern::parse("b", false)->matches("\xff\0b"sv));
  EXPECT_TRUE(Pattern::parse("order.*", false)->matches_whole("orders"));
  EXPECT_FALSE(Pattern::parse("order", false)->matches_whole("orders"));
  const auto bad = Pattern::parse("a(", false);
  ASSERT_FALSE(bad);
  EXPECT_THAT(bad.error().what, testing::HasSubstr("'a(' is no pattern"));
}

TEST(RecordFilter, every_pattern_must_match) {
  RecordView record;
  record.key = "k1";
  record.headers = {{"origin", "JFK"}, {"empty", std::nullopt}};
  RecordFilter filter;
  EXPECT_TRUE(filter.matches(record));
  filter.key = *Pattern::parse("^k", false);
  EXPECT_TRUE(filter.matches(record));
  filter.headers = {{"origin", *Pattern::parse("JFK", true)}, {"empty", std::nullopt}};
  EXPECT_TRUE(filter.matches(record));
  filter.headers[1].value = *Pattern::parse("", false);
  EXPECT_FALSE(filter.matches(record));  // null is no text
  filter.headers.clear();
  filter.value = *Pattern::parse("", false);
  EXPECT_FALSE(filter.matches(record));  // a tombstone
}

}  // namespace
}  // namespace weir::app
