#include "app/config/properties.h"

#include <gtest/gtest.h>

#include <utility>

namespace weir::app {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs read(std::string_view text) {
  Pairs pairs;
  const auto settings = parse_properties(text);
  EXPECT_TRUE(settings.has_value());
  for (const Setting& setting : *settings) pairs.emplace_back(setting.name, setting.value);
  return pairs;
}

TEST(Properties, names_end_at_equals_colon_or_space) {
  EXPECT_EQ(read("a=b\nc:d\ne f\n g = h \nempty=\nalone\n=x"), (Pairs{{"a", "b"},
                                                                      {"c", "d"},
                                                                      {"e", "f"},
                                                                      {"g", "h "},
                                                                      {"empty", ""},
                                                                      {"alone", ""},
                                                                      {"", "x"}}));
}

TEST(Properties, comments_and_empty_lines_are_passed_over) {
  EXPECT_EQ(read("# one\n  ! two\n\n\t\na=b # not a comment\r\nc=d\re=f"),
            (Pairs{{"a", "b # not a comment"}, {"c", "d"}, {"e", "f"}}));
}

TEST(Properties, a_backslash_joins_lines) {
  EXPECT_EQ(read("a=b,\\\n   c\nd=e\\\\\nf=g\\"), (Pairs{{"a", "b,c"}, {"d", "e\\"}, {"f", "g"}}));
  EXPECT_EQ(read("a=b\\\n# still the value\n"), (Pairs{{"a", "b# still the value"}}));
}

TEST(Properties, escapes_are_javas) {
  EXPECT_EQ(read("a\\ b\\=c=\\t\\n\\q\\u0041\\u00e9\\u20AC"),
            (Pairs{{"a b=c", "\t\nqA\xC3\xA9\xE2\x82\xAC"}}));
  EXPECT_EQ(read("a=\\ud83d\\ude00"), (Pairs{{"a", "\xF0\x9F\x98\x80"}}));
  EXPECT_EQ(read("a=\\ud83dx"), (Pairs{{"a", "\xEF\xBF\xBDx"}}));
}

TEST(Properties, a_bad_unicode_escape_names_its_line) {
  EXPECT_EQ(parse_properties("a=b\nc=\\u00g0").error().what,
            "line 2: \\u needs four hexadecimal digits");
  EXPECT_FALSE(parse_properties("a=\\u00").has_value());
}

TEST(Properties, a_setting_knows_the_line_it_begins_at) {
  const auto settings = parse_properties("\n\na=b\\\nc\n\nd=e");
  EXPECT_EQ(settings->at(0).line, 3);
  EXPECT_EQ(settings->at(1).line, 6);
}

}  // namespace
}  // namespace weir::app
