#include "app/cli/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "app/cli/program.h"

namespace weir::app {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

Completion at(std::vector<std::string> typed) { return complete(all_commands(), typed); }

TEST(Completion, offers_nouns_and_verbs) {
  EXPECT_THAT(at({"to"}).words, ElementsAre("topic"));
  EXPECT_THAT(at({""}).words, Contains("server"));
  EXPECT_THAT(at({"topic", "de"}).words, ElementsAre("delete", "describe"));
  EXPECT_THAT(at({"nothing", ""}).words, IsEmpty());
}

TEST(Completion, offers_options_and_the_values_that_they_take) {
  EXPECT_THAT(at({"topic", "create", "--part"}).words, ElementsAre("--partitions"));
  EXPECT_THAT(at({"topic", "list", "--format", ""}).words,
              ElementsAre("text", "wide", "json", "csv"));
  EXPECT_EQ(at({"topic", "describe", ""}).names, Completes::topics);
  EXPECT_EQ(at({"topic", "describe", "a", "b"}).names, Completes::topics);
  EXPECT_EQ(at({"group", "describe", "-b", "x:1", "g"}).names, Completes::groups);
  EXPECT_THAT(at({"group", "describe", "-b", "x:1", "g"}).client_flags,
              ElementsAre("--brokers", "x:1"));
  for (const std::string word : {"--brokers=x:1", "--bootstrap-server=x:1", "-bx:1"}) {
    EXPECT_THAT(at({"group", "describe", word, "g"}).client_flags, ElementsAre("--brokers", "x:1"))
        << word;
  }
  EXPECT_THAT(at({"topic", "describe", "-Xa=b", "-X", "c=d", "--profile=p", ""}).client_flags,
              ElementsAre("-X", "a=b", "-X", "c=d", "--profile", "p"));
  EXPECT_EQ(at({"topic", "create", "-p", ""}).names, Completes::nothing);
}

TEST(Commands, names_are_unique_and_options_parse) {
  std::set<std::string> names;
  for (const auto& command : all_commands()) {
    EXPECT_TRUE(names.insert(std::string(command->name())).second) << command->name();
    Options options;
    command->describe(options);
    // What is declared twice, or in words that cannot be parsed, throws here.
    EXPECT_EQ(parse(options, {"--help"}), Parsed::help) << command->name();
    EXPECT_FALSE(command->summary().empty());
    EXPECT_FALSE(command->summary().ends_with('.'));
    for (const Option& option : options.list()) {
      EXPECT_FALSE(option.help.empty()) << command->name() << " " << option.names;
    }
  }
}

}  // namespace
}  // namespace weir::app
