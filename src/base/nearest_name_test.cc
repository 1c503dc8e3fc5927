#include "base/nearest_name.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace weir {
namespace {

TEST(NearestName, counts_edits_and_swaps) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("abc", ""), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("lgo", "log"), 1u);
}

TEST(NearestName, finds_what_is_near_and_nothing_else) {
  const std::vector<std::string_view> known{"topic", "group", "config"};
  EXPECT_EQ(nearest_name("topics", known), "topic");
  EXPECT_EQ(nearest_name("grp", known), "group");
  EXPECT_EQ(nearest_name("zookeeper", known), "");
  EXPECT_EQ(nearest_name("", known), "");
  EXPECT_EQ(nearest_name(std::string(100'000, 'x'), known), "");
}

}  // namespace
}  // namespace weir
