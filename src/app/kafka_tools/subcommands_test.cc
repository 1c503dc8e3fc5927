#include "app/kafka_tools/subcommands.h"

#include <gtest/gtest.h>

namespace weir::app::kafka {
namespace {

class CommandParserTest : public testing::Test {
 protected:
  CommandParserTest() {
    parser_.option({"--server", "-s"}, "");
    parser_.option({"--controller"}, "").refusal = "there is none";
    parser_.option({"--status"}, "").takes = CommandOption::Takes::nothing;
    parser_.option({"--properties"}, "").takes = CommandOption::Takes::values;
    parser_.option({"--id", "-i"}, "").is = CommandOption::Is::small_number;
    parser_.option({"--speed"}, "").is = CommandOption::Is::real;
    parser_.exactly_one({"--server", "--controller"});
  }
  Ran<CommandLine> parse(std::vector<std::string> words) { return parser_.parse(words); }
  std::string mistake(std::vector<std::string> words) {
    const auto line = parser_.parse(words);
    if (!line) return line.error().message;
    const auto checked = parser_.check(*line);
    return checked ? "" : checked.error().message;
  }
  CommandParser parser_{"tool", "A tool"};
};

TEST_F(CommandParserTest, values_follow_or_stand_behind_an_equals_sign) {
  const auto line = parse({"-s", "a", "--id=5", "--status", "--speed", "-1"});
  ASSERT_TRUE(line);
  EXPECT_EQ(line->value("--server"), "a");
  EXPECT_EQ(line->number("--id"), 5);
  EXPECT_EQ(line->real("--speed"), -1.0);
  EXPECT_TRUE(line->has("--status"));
  EXPECT_FALSE(line->has("--properties"));
}

TEST_F(CommandParserTest, several_values_end_with_the_next_option) {
  const auto line = parse({"--properties", "a=1", "b=2", "--status"});
  EXPECT_EQ(line->values("--properties"), (std::vector<std::string>{"a=1", "b=2"}));
  EXPECT_EQ(mistake({"--properties", "--status"}),
            "argument --properties: expected at least one argument");
}

TEST_F(CommandParserTest, the_last_of_the_same_option_counts) {
  EXPECT_EQ(parse({"-s", "a", "-s", "b"})->value("--server"), "b");
}

TEST_F(CommandParserTest, a_beginning_stands_for_a_name_when_no_other_begins_so) {
  EXPECT_EQ(parse({"--serv", "a"})->value("--server"), "a");
  EXPECT_EQ(mistake({"--s", "a"}), "ambiguous option: --s could match --server, --status, --speed");
}

TEST_F(CommandParserTest, mistakes_are_said_as_argparse4j_does) {
  EXPECT_EQ(mistake({"-s", "a", "--foo"}), "unrecognized arguments: '--foo'");
  EXPECT_EQ(mistake({"-s", "a", "word"}), "unrecognized arguments: 'word'");
  EXPECT_EQ(mistake({"-s"}), "argument --server/-s: expected one argument");
  EXPECT_EQ(mistake({"-s", "a", "-i", "z"}),
            "argument --id/-i: could not convert 'z' to Integer (For input string: \"z\")");
  EXPECT_EQ(mistake({"--status"}), "one of the arguments --server/-s --controller is required");
  EXPECT_EQ(mistake({"--controller", "x"}), "argument --controller: not supported: there is none");
}

TEST_F(CommandParserTest, a_command_ends_the_options_before_it) {
  parser_.commands({"describe", "remove"});
  const auto line = parse({"-s", "a", "describe", "--status"});
  ASSERT_TRUE(line);
  EXPECT_EQ(line->command, "describe");
  EXPECT_EQ(line->words, std::vector<std::string>{"--status"});
  EXPECT_FALSE(line->has("--status"));
  EXPECT_EQ(mistake({"bad"}), "invalid choice: 'bad' (choose from 'describe', 'remove')");
  EXPECT_EQ(mistake({"-s", "a"}), "too few arguments");
  EXPECT_TRUE(parse({"--help"})->asks_for_help);
}

TEST_F(CommandParserTest, what_must_be_there_is_asked_for) {
  parser_.option({"--topic"}, "").required = true;
  EXPECT_EQ(mistake({"-s", "a"}), "argument --topic is required");
  EXPECT_EQ(mistake({"-s", "a", "--topic", "t"}), "");
}

}  // namespace
}  // namespace weir::app::kafka
