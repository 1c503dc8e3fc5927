#include "app/kafka_tools/java_text.h"

#include <gtest/gtest.h>

namespace weir::app::kafka {
namespace {

TEST(JavaText, a_filter_of_topics_is_a_pattern_with_commas) {
  const auto filter = Pattern::of_topics(" 'wo.*, one' ");
  ASSERT_TRUE(filter);
  EXPECT_TRUE(filter->matches("work"));
  EXPECT_TRUE(filter->matches("one"));
  EXPECT_FALSE(filter->matches("ones"));
  EXPECT_EQ(Pattern::of_topics("w(*").error().message, "w(* is an invalid regex.");
}

// As JDK 17 lists them: kafka-topics shows the configs of a topic, out of a map of 64 buckets, so.
TEST(JavaText, names_come_in_the_order_of_a_hash_map) {
  std::vector<std::string> names{"cleanup.policy", "min.insync.replicas", "retention.ms"};
  sort_as_hash_map(names, 64);
  EXPECT_EQ(names,
            (std::vector<std::string>{"min.insync.replicas", "cleanup.policy", "retention.ms"}));
  std::vector<client::TopicPartition> partitions{{"work", 2}, {"work", 0}, {"work", 1}};
  sort_as_hash_map(partitions);
  EXPECT_EQ(partitions,
            (std::vector<client::TopicPartition>{{"work", 0}, {"work", 1}, {"work", 2}}));
}

TEST(JavaText, split_drops_empty_texts_at_the_end_only) {
  EXPECT_EQ(split("a,,b,,", ','), (std::vector<std::string>{"a", "", "b"}));
  EXPECT_EQ(split("", ','), std::vector<std::string>{""});
}

TEST(JavaText, numbers_are_whole_and_fit) {
  EXPECT_EQ(*parse_int("-12"), -12);
  EXPECT_EQ(parse_int("1x").error().message, "For input string: \"1x\"");
  EXPECT_FALSE(parse_int(""));
  EXPECT_FALSE(parse_int("3000000000"));
  EXPECT_EQ(*parse_long("+3000000000"), 3'000'000'000);
}

TEST(JavaText, columns_count_utf16_units) {
  EXPECT_EQ(padded("ab", 4), "ab  ");
  EXPECT_EQ(padded("abcde", 4), "abcde");
  EXPECT_EQ(padded("\xc3\xa4", 3), "\xc3\xa4  ");
  EXPECT_EQ(length("\xf0\x9f\x98\x80"), 2u);
}

TEST(JavaText, times_have_milliseconds_and_are_utc_without_a_zone) {
  EXPECT_EQ(*parse_date_time("1970-01-02T00:00:01.500"), 86'401'500);
  EXPECT_EQ(*parse_date_time("1970-01-01T02:00:00.000+02:00"), 0);
  EXPECT_EQ(*parse_date_time("1970-01-01T02:00:00.000+0200"), 0);
  EXPECT_EQ(*parse_date_time("1970-01-01T00:00:00.000Z"), 0);
  for (const std::string_view bad : {"1970-01-01", "1970-01-01T00:00:00", "1970-13-01T00:00:00.000",
                                     "1970-01-01T24:00:00.000", "1970-01-01T00:00:00.000x"}) {
    EXPECT_FALSE(parse_date_time(bad)) << bad;
  }
}

TEST(JavaText, durations_are_iso_8601) {
  EXPECT_EQ(*parse_duration("PT1M30S"), 90'000);
  EXPECT_EQ(*parse_duration("-PT0.5S"), -500);
  EXPECT_FALSE(parse_duration("PT1S1M"));
}

}  // namespace
}  // namespace weir::app::kafka
