#include "app/cli/text/record_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::app {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using testing::HasSubstr;

RecordView sample() {
  RecordView record;
  record.topic = "orders";
  record.partition = 3;
  record.offset = 41;
  record.timestamp = 1'795'246'200'250;
  record.key = "k";
  record.value = "v1";
  record.headers = {{"a", "1"}, {"b", std::nullopt}};
  return record;
}

std::string print(std::string_view format, const RecordView& record = sample()) {
  const auto parsed = RecordFormat::parse(format);
  EXPECT_TRUE(parsed.has_value()) << format;
  std::string out;
  if (parsed) parsed->print(record, out);
  return out;
}

TEST(RecordFormat, prints_every_field) {
  EXPECT_EQ(print("%t/%p@%o %k=%v (%s) %K %S [%h] %T %d 100%%"),
            "orders/3@41 k=v1 (v1) 1 2 [a=1,b] 1795246200250 2026-11-21T07:30:00.250Z 100%\n");
  EXPECT_EQ(print("%v\\t\\\\\\x41\\0"), "v1\t\\A\0\n"s);
  EXPECT_EQ(print("%v\\n"), "v1\n");
  EXPECT_EQ(print(""), "\n");
  RecordView null;
  EXPECT_EQ(print("%K,%S:%k%v;", null), "-1,-1:;\n");
}

TEST(RecordFormat, a_format_that_input_cannot_be_read_by_is_found_without_input) {
  for (const char* good :
       {"%v", "%k:%v", "%K,%S,%k%v", "%p %k\\t%v", "%S %v%t", "%T %d %v", "%o %v", "%S:%k:%v"}) {
    const auto checked = RecordFormat::parse(good)->check_input();
    EXPECT_TRUE(checked.has_value()) << good << ": " << checked.error().what;
  }
  for (const auto& [format, words] :
       {std::pair{"%v%k", "where %v ends: text has to stand between %v and %k"},
        {"%K,%v%k", "where %v ends"},
        {"%K%k", "where %K ends"},
        {"%p%v", "where %p ends"},
        {"%v %s", "%v stands there twice"},
        {"%k %K %v", "%K has to stand before"},
        {"%v %S", "%S has to stand before"},
        {"plain", "no field"}}) {
    const auto checked = RecordFormat::parse(format)->check_input();
    ASSERT_FALSE(checked.has_value()) << format;
    EXPECT_THAT(checked.error().what, HasSubstr(words));
  }
}

TEST(RecordFormat, headers_that_are_null_or_empty_survive) {
  RecordView record;
  record.headers = {{"null", std::nullopt}, {"empty", ""}, {"full", "="}};
  const std::string text = print("%h", record);
  EXPECT_EQ(text, "null,empty=,full==\n");
  std::string_view input = text;
  const auto read = RecordFormat::parse("%h")->read(input, true);
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->headers, (std::vector<std::pair<std::string, std::optional<std::string>>>{
                                  {"null", std::nullopt}, {"empty", ""}, {"full", "="}}));
}

TEST(RecordFormat, names_what_it_does_not_know) {
  for (const auto& [format, place] : {std::pair{"%v %q", "position 4"},
                                      {"%", "position 1"},
                                      {"a\\q", "position 2"},
                                      {"\\x4", "position 1"},
                                      {"\\xzz", "position 1"}}) {
    const auto parsed = RecordFormat::parse(format);
    ASSERT_FALSE(parsed) << format;
    EXPECT_THAT(parsed.error().what, HasSubstr(place));
  }
}

// Everything that `input` holds; an error ends it.
Result<std::vector<RecordText>> read_all(std::string_view format, std::string_view input) {
  const auto parsed = RecordFormat::parse(format);
  std::vector<RecordText> records;
  while (true) {
    TRY_ASSIGN(auto record, parsed->read(input, true));
    if (!record) return records;
    records.push_back(*std::move(record));
  }
}

TEST(RecordFormat, reads_lines_and_a_last_one_without_an_end) {
  const auto records = read_all("%v", "one\n\nthree");
  ASSERT_TRUE(records);
  ASSERT_EQ(records->size(), 3u);
  EXPECT_EQ((*records)[0].value, "one");
  EXPECT_EQ((*records)[1].value, "");
  EXPECT_EQ((*records)[2].value, "three");
  EXPECT_EQ((*records)[2].key, std::nullopt);
}

TEST(RecordFormat, a_field_ends_at_the_first_occurrence_of_the_literal_behind_it) {
  const auto records = read_all("%t %p %o %h %T %k:%v", "t 2 77 a=1,b,c= 99 k:v:w\n");
  ASSERT_TRUE(records) << records.error().what;
  const RecordText expected{.topic = "t",
                            .partition = 2,
                            .timestamp = 99,
                            .key = "k",
                            .value = "v:w",
                            .headers = {{"a", "1"}, {"b", std::nullopt}, {"c", ""}}};
  EXPECT_EQ((*records)[0], expected);
}

TEST(RecordFormat, lengths_carry_null_empty_and_binary) {
  const auto bytes = "a\n\0b"sv;
  std::string text;
  const auto format = RecordFormat::parse("%K,%S,%k%v");
  for (const auto& [key, value] :
       std::vector<std::pair<std::optional<std::string_view>, std::optional<std::string_view>>>{
           {std::nullopt, bytes}, {"", std::nullopt}, {bytes, ""}, {std::nullopt, std::nullopt}}) {
    RecordView record;
    record.key = key;
    record.value = value;
    format->print(record, text);
  }
  const auto records = read_all("%K,%S,%k%v", text);
  ASSERT_TRUE(records) << records.error().what;
  ASSERT_EQ(records->size(), 4u);
  EXPECT_EQ((*records)[0].key, std::nullopt);
  EXPECT_EQ((*records)[0].value, bytes);
  EXPECT_EQ((*records)[1].key, "");
  EXPECT_EQ((*records)[1].value, std::nullopt);
  EXPECT_EQ((*records)[2].key, bytes);
  EXPECT_EQ((*records)[2].value, "");
  EXPECT_EQ((*records)[3], RecordText{});
}

TEST(RecordFormat, input_in_any_pieces_is_the_same) {
  const std::string text = "2,3,kkvvv\n-1,0,\n1,1,ab\n";
  const auto format = RecordFormat::parse("%K,%S,%k%v");
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    std::vector<RecordText> records;
    std::string_view input(text.data(), cut);
    while (true) {
      const auto record = format->read(input, false);
      ASSERT_TRUE(record) << cut;
      if (!*record) break;
      records.push_back(**record);
    }
    std::string_view rest(input.data(),
                          text.size() - static_cast<std::size_t>(input.data() - text.data()));
    while (true) {
      const auto record = format->read(rest, true);
      ASSERT_TRUE(record);
      if (!*record) break;
      records.push_back(**record);
    }
    ASSERT_EQ(records.size(), 3u) << cut;
    EXPECT_EQ(records[2].value, "b");
  }
}

TEST(RecordFormat, says_what_does_not_fit) {
  for (const auto& [format, input, words] :
       {std::tuple{"%p %v", "x y\n", "'x' is no partition"},
        {"%K,%k:%v", "9,ab:c\n", "9 bytes are expected"},
        {"%K,%k:%v", "-2,ab:c\n", "is no length"},
        {"%K,%k:%v", "1,ab:c\n", "':' is expected before 'b:c"},
        {"%k%v", "ab\n", "between two fields"},
        {"%k:%v", "ab\n", "':' is missing"},
        {"%d %v", "monday a\n", "is no time"}}) {
    const auto records = read_all(format, input);
    ASSERT_FALSE(records) << format;
    EXPECT_THAT(records.error().what, HasSubstr(words));
  }
}

}  // namespace
}  // namespace weir::app
