#include "app/kafka_tools/line_reader.h"

#include <gtest/gtest.h>

namespace weir::app::kafka {
namespace {

LineForm form(const std::vector<std::string>& words) {
  Properties properties;
  EXPECT_TRUE(properties.add_words(words, "property"));
  auto parsed = LineForm::parse(properties);
  EXPECT_TRUE(parsed) << parsed.error().message;
  return *parsed;
}

std::string form_mistake(const std::vector<std::string>& words) {
  Properties properties;
  EXPECT_TRUE(properties.add_words(words, "property"));
  const auto parsed = LineForm::parse(properties);
  return parsed ? "" : parsed.error().message;
}

TEST(LineForm, a_line_is_a_value) {
  const auto record = form({}).read("a\tb", 1);
  EXPECT_EQ(*record, (RecordText{.value = "a\tb"}));
  EXPECT_EQ(form({}).read("", 1)->value, "");
}

TEST(LineForm, headers_come_first_then_the_key) {
  const LineForm both = form({"parse.key=TRUE ", "parse.headers=true"});
  const auto record = both.read("a:1,b:x:y,c:\tkey\tvalue\tmore", 1);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->key, "key");
  EXPECT_EQ(record->value, "value\tmore");
  EXPECT_EQ(record->headers, (decltype(record->headers){{"a", "1"}, {"b", "x:y"}, {"c", ""}}));
}

TEST(LineForm, separators_may_be_longer_than_a_letter) {
  const LineForm long_ones = form({"parse.key=true", "key.separator=::"});
  EXPECT_EQ(long_ones.read("k:1::v::w", 1)->key, "k:1");
  EXPECT_EQ(long_ones.read("k:1::v::w", 1)->value, "v::w");
}

TEST(LineForm, what_is_missing_is_named_with_its_line_or_ignored) {
  EXPECT_EQ(form({"parse.key=true"}).read("ab", 7).error().message,
            "No key separator found on line number 7: 'ab'");
  EXPECT_EQ(form({"parse.headers=true"}).read("ab", 2).error().message,
            "No headers delimiter found on line number 2: 'ab'");
  EXPECT_EQ(form({"parse.headers=true"}).read("a\tv", 2).error().message,
            "No header key separator found in pair 'a' on line number 2");
  const LineForm lenient = form({"parse.key=true", "parse.headers=true", "ignore.error=true"});
  EXPECT_EQ(*lenient.read("ab", 1), (RecordText{.value = "ab"}));
  EXPECT_EQ(lenient.read("h\tk\tv", 1)->headers.front().second, std::nullopt);
}

TEST(LineForm, the_marker_stands_for_null) {
  const LineForm marked = form({"parse.key=true", "parse.headers=true", "null.marker=NULL"});
  const auto record = marked.read("a:NULL\tNULL\tNULL", 1);
  EXPECT_EQ(record->key, std::nullopt);
  EXPECT_EQ(record->value, std::nullopt);
  EXPECT_EQ(record->headers.front().second, std::nullopt);
  EXPECT_TRUE(marked.read("NULL\tk\tv", 1)->headers.empty());
  EXPECT_EQ(marked.read("NULL:1\tk\tv", 1).error().message,
            "Header keys should not be equal to the null marker 'NULL' as they can't be null");
}

TEST(LineForm, properties_that_cannot_be_meant_are_refused) {
  EXPECT_EQ(form_mistake({"headers.separator=:"}),
            "headers.separator and headers.key.separator may not be equal");
  EXPECT_EQ(form_mistake({"null.marker=,"}), "null.marker and headers.separator may not be equal");
  EXPECT_EQ(form_mistake({"headers.separator=|"}),
            "headers.separator: a regular expression is not supported");
  EXPECT_EQ(form_mistake({"parse.keys=true"}),
            "--property: parse.keys: no such property of a reader of lines");
}

TEST(LineSplitter, lines_end_in_three_ways_wherever_the_pieces_are_cut) {
  const std::string text = "a\nb\r\n\rc\r\n\nlast";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    LineSplitter lines;
    std::vector<std::string> found;
    for (std::size_t at = 0; at < text.size(); at += size) {
      lines.add(std::string_view(text).substr(at, size));
      while (const auto line = lines.next()) found.emplace_back(*line);
    }
    lines.end();
    while (const auto line = lines.next()) found.emplace_back(*line);
    EXPECT_EQ(found, (std::vector<std::string>{"a", "b", "", "c", "", "last"})) << size;
  }
}

}  // namespace
}  // namespace weir::app::kafka
