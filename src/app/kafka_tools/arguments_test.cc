#include "app/kafka_tools/arguments.h"

#include <gtest/gtest.h>

namespace weir::app::kafka {
namespace {

class ArgumentsTest : public testing::Test {
 protected:
  ArgumentsTest() {
    parser_.flag("list", "");
    parser_.option("topic", "");
    parser_.option("count", "").preset = "7";
    parser_.option("keys", "").splits = true;
    parser_.optional("state", "").only_with = {"list"};
  }
  Ran<Arguments> parse(std::vector<std::string> words) { return parser_.parse(words); }
  std::string mistake(std::vector<std::string> words) {
    const auto given = parser_.parse(words);
    return given ? "" : given.error().message;
  }
  ArgumentParser parser_;
};

TEST_F(ArgumentsTest, a_value_follows_or_stands_behind_an_equals_sign) {
  EXPECT_EQ(**parse({"--topic", "a"})->value("topic"), "a");
  EXPECT_EQ(**parse({"--topic=a=b"})->value("topic"), "a=b");
  EXPECT_EQ(**parse({"-topic", "--list"})->value("topic"), "--list");
  EXPECT_TRUE(parse({"-list"})->has("list"));
}

TEST_F(ArgumentsTest, an_option_may_come_again_until_one_value_is_asked_for) {
  const auto given = parse({"--topic", "a", "--topic=b"});
  EXPECT_EQ(given->values("topic"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(given->value("topic").error().message,
            "Found multiple arguments for option topic, but you asked for only one");
  EXPECT_EQ(given->order(), (std::vector<std::string>{"topic", "topic"}));
}

TEST_F(ArgumentsTest, a_preset_is_a_value_that_was_not_given) {
  const auto given = parse({"--list"});
  EXPECT_FALSE(given->has("count"));
  EXPECT_EQ(*given->number("count"), 7);
  EXPECT_EQ(*given->value("topic"), std::nullopt);
}

TEST_F(ArgumentsTest, numbers_are_read_when_they_are_asked_for) {
  EXPECT_EQ(*parse({"--count", "+12"})->small_number("count"), 12);
  EXPECT_EQ(parse({"--count", "12x"})->number("count").error().message,
            "Cannot parse argument '12x' of option count");
  EXPECT_FALSE(parse({"--count", "3000000000"})->small_number("count"));
  EXPECT_EQ(*parse({"--count", "3000000000"})->number("count"), 3'000'000'000);
}

TEST_F(ArgumentsTest, lists_are_split_and_lose_empty_parts) {
  EXPECT_EQ(parse({"--keys", "a,,b", "--keys=c"})->values("keys"),
            (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(parse({"--keys="})->values("keys"), std::vector<std::string>{""});
}

TEST_F(ArgumentsTest, an_optional_value_is_not_an_option) {
  EXPECT_EQ(**parse({"--list", "--state", "x"})->value("state"), "x");
  EXPECT_EQ(*parse({"--state", "--list"})->value("state"), std::nullopt);
  EXPECT_EQ(mistake({"--state"}),
            "Option(s) [state] are unavailable given other options on the command line");
  EXPECT_EQ(mistake({"--state", "--help"}), "");
}

TEST_F(ArgumentsTest, nothing_unknown_is_passed_over_but_words_without_an_option) {
  EXPECT_EQ(mistake({"--lists"}), "lists is not a recognized option");
  EXPECT_EQ(mistake({"-xyz"}), "x is not a recognized option");
  EXPECT_EQ(mistake({"--topic"}), "Option topic requires an argument");
  EXPECT_TRUE(parse({"word", "--list", "--", "--nothing"})->has("list"));
}

TEST_F(ArgumentsTest, an_option_that_is_not_supported_is_an_error_that_says_why) {
  parser_.refuse("socket-buffer-size", Takes::value, "the system chooses");
  EXPECT_EQ(mistake({"--list", "--socket-buffer-size", "5"}),
            "--socket-buffer-size is not supported: the system chooses");
  EXPECT_EQ(parser_.usage().find("socket-buffer-size"), std::string::npos);
}

TEST_F(ArgumentsTest, what_must_be_there_and_what_may_not_is_said_by_name) {
  const auto given = parse({"--list", "--topic", "a"});
  EXPECT_TRUE(need(*given, {"list", "topic"}));
  EXPECT_EQ(need(*given, {"keys"}).error().message, "Missing required argument \"[keys]\"");
  EXPECT_TRUE(forbid_with(*given, "list", {"keys"}));
  EXPECT_EQ(forbid_with(*given, "list", {"keys", "topic"}).error().message,
            "Option \"[list]\" can't be used with option \"[topic]\"");
}

}  // namespace
}  // namespace weir::app::kafka
