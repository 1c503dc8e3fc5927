#include "metadata/controller/topic_name.h"

#include <gtest/gtest.h>

namespace weir::metadata {
namespace {

TEST(TopicName, is_judged_in_kafkas_words) {
  const struct {
    std::string name;
    std::string problem;  // empty: fine
  } cases[] = {
      {"orders", ""},
      {"a.b_c-D9", ""},
      {std::string(249, 'x'), ""},
      {"", "Topic name is invalid: the empty string is not allowed"},
      {".", "Topic name is invalid: '.' is not allowed"},
      {"..", "Topic name is invalid: '..' is not allowed"},
      {std::string(250, 'x'), "Topic name is invalid: the length of '" + std::string(250, 'x') +
                                  "' is longer than the max allowed length 249"},
      {"a b",
       "Topic name is invalid: 'a b' contains one or more characters other than ASCII "
       "alphanumerics, '.', '_' and '-'"},
      {"\xc3\xa9",
       "Topic name is invalid: '\xc3\xa9' contains one or more characters other than ASCII "
       "alphanumerics, '.', '_' and '-'"},
  };
  for (const auto& c : cases) EXPECT_EQ(topic_name_problem(c.name).value_or(""), c.problem);
}

TEST(TopicName, dots_and_underscores_collide) {
  EXPECT_TRUE(names_collide("a.b", "a_b"));
  EXPECT_TRUE(names_collide("a_b", "a_b"));
  EXPECT_FALSE(names_collide("a.b", "a-b"));
  EXPECT_FALSE(names_collide("a.b", "a_bc"));
  Image image;
  image.topic_ids.set("a_b", Uuid{1, 1});
  image.topics.set({1, 1}, std::make_shared<const Topic>(Topic{.name = "a_b", .id = {1, 1}}));
  ASSERT_NE(colliding_topic(image, "a.b"), nullptr);
  EXPECT_EQ(colliding_topic(image, "a.b")->name, "a_b");
  EXPECT_EQ(colliding_topic(image, "ab"), nullptr);
}

}  // namespace
}  // namespace weir::metadata
