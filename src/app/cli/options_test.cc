#include "app/cli/options.h"

#include <gtest/gtest.h>

namespace weir::app {
namespace {

struct Words {
  std::string topic;
  std::vector<std::string> files, set;
  std::optional<std::string> key;
  std::optional<std::int64_t> count;
  bool quiet = false;

  Result<Parsed> read(const std::vector<std::string>& words) {
    Options options;
    options.argument("TOPIC", topic, "the topic");
    options.argument("FILE", files, "files", false);
    options.option("-s,--set", "NAME=VALUE", set, "a setting");
    options.option("-k,--key", "KEY", key, "the key");
    options.option("-n,--count", "N", count, "how many");
    options.flag("-q,--quiet", quiet, "say nothing");
    return parse(options, words);
  }
};

TEST(Options, words_go_where_they_belong) {
  Words words;
  ASSERT_EQ(words.read({"t", "-n", "-5", "-s", "a=1", "f", "--set=b=2", "-q", "--key", "", "g"}),
            Parsed::run);
  EXPECT_EQ(words.topic, "t");
  EXPECT_EQ(words.files, (std::vector<std::string>{"f", "g"}));
  EXPECT_EQ(words.set, (std::vector<std::string>{"a=1", "b=2"}));
  EXPECT_EQ(words.key, "");
  EXPECT_EQ(words.count, -5);
  EXPECT_TRUE(words.quiet);
  EXPECT_EQ(Words().read({"--help"}), Parsed::help);
}

// CLI11 has lists in brackets of its own; ours has none.
TEST(Options, words_in_brackets_stay_whole) {
  Words words;
  ASSERT_EQ(words.read({"[a,b]", "[x,y]", "[", "[]", "a[0]", "-s", "[c,d]", "--set=[e,f]", "-s[g]",
                        "--key", "[k,l]"}),
            Parsed::run);
  EXPECT_EQ(words.topic, "[a,b]");
  EXPECT_EQ(words.files, (std::vector<std::string>{"[x,y]", "[", "[]", "a[0]"}));
  EXPECT_EQ(words.set, (std::vector<std::string>{"[c,d]", "[e,f]", "[g]"}));
  EXPECT_EQ(words.key, "[k,l]");
  const auto number = Words().read({"t", "-n", "[1,2]"});
  ASSERT_FALSE(number.has_value());
  EXPECT_EQ(number.error().what, "--count [1,2]: a whole number is expected");
  std::string only;
  Options one;
  one.argument("TOPIC", only, "the topic");
  const auto stray = parse(one, {"[t]", "[u,v]"});
  ASSERT_FALSE(stray.has_value());
  EXPECT_EQ(stray.error().what, "unexpected argument '[u,v]'");
}

// What follows -- is no option.
TEST(Options, arguments_may_begin_with_a_dash) {
  Words words;
  ASSERT_EQ(words.read({"-q", "--", "-t", "--file"}), Parsed::run);
  EXPECT_EQ(words.topic, "-t");
  EXPECT_EQ(words.files, (std::vector<std::string>{"--file"}));
}

// The option, what was given, and what is expected instead.
TEST(Options, mistakes_are_said_in_our_words) {
  for (const auto& [given, said] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"t", "-n", "many"}, "--count many: a whole number is expected"},
           {{"t", "--count", "1.5"}, "--count 1.5: a whole number is expected"},
           {{"t", "--count=9223372036854775808"},
            "--count 9223372036854775808: a whole number is expected"},
           {{"t", "--count="}, "--count N: a value is expected"},
           {{"t", "-n"}, "--count N: a value is expected"},
           {{"t", "--key"}, "--key KEY: a value is expected"},
           {{"t", "-s"}, "--set NAME=VALUE: a value is expected"},
           {{"t", "-n", "1", "-n", "2"}, "--count is given twice"},
           {{"t", "-k", "1", "--key", "2"}, "--key is given twice"},
           {{"-q"}, "TOPIC is missing: the topic"},
           {{"t", "--cuont", "1"}, "unknown option '--cuont': did you mean --count?"}}) {
    const auto parsed = Words().read(given);
    ASSERT_FALSE(parsed.has_value()) << said;
    EXPECT_EQ(parsed.error().what, said);
  }
}

TEST(Options, numbers_out_of_bounds_are_named_with_the_bounds) {
  EXPECT_TRUE(check_number("--n", std::nullopt, 1).has_value());
  EXPECT_TRUE(check_number("--n", 7, 1, 7).has_value());
  EXPECT_EQ(check_number("--n", 0, 1).error().what, "--n 0: at least 1 is expected");
  EXPECT_EQ(check_number("--n", 8, 1, 7).error().what, "--n 8: 1 to 7 is expected");
}

}  // namespace
}  // namespace weir::app
