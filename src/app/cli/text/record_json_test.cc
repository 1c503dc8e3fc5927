#include "app/cli/text/record_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/cli/text/base64.h"

namespace weir::app {
namespace {

using namespace std::string_view_literals;
using testing::HasSubstr;

std::string print(const RecordView& record) {
  std::string out;
  print_record_json(record, out);
  return out;
}

TEST(Base64, is_that_of_rfc_4648) {
  for (const auto& [bytes, text] : {std::pair{""sv, ""sv},
                                    {"f", "Zg=="},
                                    {"fo", "Zm8="},
                                    {"foo", "Zm9v"},
                                    {"foobar", "Zm9vYmFy"},
                                    {"\xff\xfe\x00"sv, "//4A"}}) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
  for (const char* bad : {"Z", "Zg=", "Zg", "Zh==", "Z===", "====", "Zm9*", "Zg==Zg=="}) {
    EXPECT_EQ(from_base64(bad), std::nullopt) << bad;
  }
}

TEST(Utf8, nothing_overlong_no_surrogates_nothing_cut_off) {
  for (const auto good : {""sv, "abc"sv, "\xc3\xa9"sv, "\xe2\x82\xac"sv, "\xf0\x9f\x98\x80"sv,
                          "\xf4\x8f\xbf\xbf"sv, "\x00"sv}) {
    EXPECT_TRUE(is_utf8(good));
  }
  for (const auto bad : {"\x80"sv, "\xc3"sv, "\xc0\x80"sv, "\xe0\x80\x80"sv, "\xed\xa0\x80"sv,
                         "\xf0\x80\x80\x80"sv, "\xf4\x90\x80\x80"sv, "\xff"sv, "a\xe2\x82"sv}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

TEST(RecordJson, has_kcats_names) {
  RecordView record;
  record.topic = "t";
  record.offset = 7;
  record.timestamp = 5;
  record.key = "k";
  record.headers = {{"a", "1"}, {"b", std::nullopt}};
  EXPECT_EQ(
      print(record),
      R"({"topic":"t","partition":0,"offset":7,"tstype":"create","ts":5,"headers":["a","1","b",null],"key":"k","payload":null})"
      "\n");
}

TEST(RecordJson, null_empty_and_binary_survive) {
  const auto binary = "\xff\n\0"sv;
  for (const auto& bytes :
       std::vector<std::optional<std::string_view>>{std::nullopt, "", "t\"ext\n", binary}) {
    RecordView record;
    record.topic = "t";
    record.partition = 2;
    record.timestamp = 9;
    record.key = bytes;
    record.value = bytes;
    record.headers = {{"h", bytes}, {"text", "x"}};
    const auto read = read_record_json(print(record));
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(read->topic, "t");
    EXPECT_EQ(read->partition, 2);
    EXPECT_EQ(read->timestamp, 9);
    EXPECT_EQ(read->key, bytes);
    EXPECT_EQ(read->value, bytes);
    ASSERT_EQ(read->headers.size(), 2u);
    EXPECT_EQ(read->headers[0].second, bytes);
    EXPECT_EQ(read->headers[1].second, "x");
  }
}

TEST(RecordJson, a_name_of_a_header_that_is_no_text_is_shown_as_far_as_it_is) {
  RecordView record;
  record.headers = {{"n\xff", "v"}};
  std::string out;
  print_record_json(record, out);
  EXPECT_NE(out.find("\"headers\":[\"n\xef\xbf\xbd\",\"v\"]"), std::string::npos) << out;
}

TEST(RecordJson, a_name_of_a_topic_that_is_no_text_is_shown_as_far_as_it_is) {
  RecordView record;
  record.topic = "t\xff";
  EXPECT_THAT(print(record), HasSubstr("\"topic\":\"t\xef\xbf\xbd\""));
}

TEST(RecordJson, says_what_is_wrong) {
  for (const auto& [line, words] : {std::pair{"{", "not JSON"},
                                    {"[]", "not a JSON object"},
                                    {R"({"key":1})", "'key' is neither"},
                                    {R"({"paylod":"x"})", "'paylod' is no field"},
                                    {R"({"key_base64":"*"})", "not Base64"},
                                    {R"({"headers":["a"]})", "no list"},
                                    {R"({"headers":[1,"a"]})", "no text"},
                                    {R"({"partition":"0"})", "no integer"},
                                    {R"({"partition":99999999999})", "too large"},
                                    {R"({"ts":18446744073709551615})", "too large"}}) {
    const auto read = read_record_json(line);
    ASSERT_FALSE(read) << line;
    EXPECT_THAT(read.error().what, HasSubstr(words));
  }
}

}  // namespace
}  // namespace weir::app
