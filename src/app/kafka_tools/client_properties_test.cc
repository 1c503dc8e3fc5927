#include "app/kafka_tools/client_properties.h"

#include <gtest/gtest.h>

namespace weir::app::kafka {
namespace {

class PropertiesTest : public testing::Test {
 protected:
  PropertiesTest() {
    parser_.option("timeout", "").preset = "1000";
    parser_.option("acks", "");
  }
  Ran<Arguments> parse(std::vector<std::string> words) { return parser_.parse(words); }
  ArgumentParser parser_;
  Properties properties_;
};

TEST_F(PropertiesTest, the_later_value_of_a_name_wins) {
  ASSERT_TRUE(properties_.add_words({"acks=1", "acks=all", "client.id"}, "command-property"));
  EXPECT_EQ(properties_.find("acks"), "all");
  EXPECT_EQ(properties_.find("client.id"), "");
  EXPECT_EQ(properties_.find("linger.ms"), std::nullopt);
  EXPECT_EQ(properties_.entries().size(), 2u);
  EXPECT_FALSE(properties_.add_words({"=1"}, "command-property"));
}

TEST_F(PropertiesTest, an_option_counts_when_it_is_given_and_its_preset_when_nothing_else_is) {
  properties_.set("linger.ms", "7");
  ASSERT_TRUE(properties_.merge_number("linger.ms", *parse({}), "timeout"));
  EXPECT_EQ(properties_.find("linger.ms"), "7");
  ASSERT_TRUE(properties_.merge_number("linger.ms", *parse({"--timeout", "9"}), "timeout"));
  EXPECT_EQ(properties_.find("linger.ms"), "9");
  ASSERT_TRUE(properties_.merge_number("max.block.ms", *parse({}), "timeout"));
  EXPECT_EQ(properties_.find("max.block.ms"), "1000");
  ASSERT_TRUE(properties_.merge("acks", *parse({}), "acks"));
  EXPECT_EQ(properties_.find("acks"), std::nullopt);
  EXPECT_FALSE(properties_.merge_number("linger.ms", *parse({"--timeout", "x"}), "timeout"));
}

TEST_F(PropertiesTest, what_a_client_does_not_take_is_named_with_its_place) {
  client::ClientConfig config;
  ASSERT_TRUE(properties_.add_words({"key.serializer=some.Class", "linger.ms=5"}, "property"));
  ASSERT_TRUE(properties_.apply(config));
  EXPECT_EQ(config.producer.batches.linger, std::chrono::milliseconds(5));
  ASSERT_TRUE(properties_.add_words({"linger.mss=5"}, "property"));
  EXPECT_EQ(properties_.apply(config).error().message,
            "--property: linger.mss: unknown property: did you mean linger.ms?");
}

}  // namespace
}  // namespace weir::app::kafka
