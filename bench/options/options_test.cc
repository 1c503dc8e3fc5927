#include "options/options.h"

#include <gtest/gtest.h>

#include <vector>

namespace weir::bench {
namespace {

Result<Options> parsed(std::vector<const char*> words) { return Options::parse(words); }

TEST(Options, gives_what_was_said_and_defaults) {
  auto options = parsed({"topic=a=b", "bytes=64Ki", "rate=10k", "depth=-3"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->text("topic", ""), "a=b");
  EXPECT_EQ(options->text("codec", "none"), "none");
  EXPECT_EQ(options->number("bytes", 1), 65536);
  EXPECT_EQ(options->number("rate", 1), 10'000);
  EXPECT_EQ(options->number("depth", 1), -3);
  EXPECT_EQ(options->number("connections", 50), 50);
  EXPECT_TRUE(options->check());
}

TEST(Options, refuses_words_that_are_none_and_names_that_come_twice) {
  EXPECT_FALSE(parsed({"topic"}));
  EXPECT_FALSE(parsed({"a=1", "a=2"}));
}

TEST(Options, refuses_a_name_that_nobody_asked_for) {
  auto options = parsed({"topics=1"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->text("topic", "x"), "x");
  ASSERT_FALSE(options->check());
  EXPECT_NE(options->check().error().what.find("topics"), std::string::npos);
}

TEST(Options, refuses_what_is_no_number) {
  for (const char* word :
       {"n=", "n=x", "n=5X", "n=1.5", "n=99999999999Gi", "n=9999999999999999999"}) {
    auto options = parsed({word});
    ASSERT_TRUE(options);
    EXPECT_EQ(options->number("n", 7), 7) << word;
    EXPECT_FALSE(options->check()) << word;
  }
}

}  // namespace
}  // namespace weir::bench
