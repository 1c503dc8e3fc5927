#include "coordinator/group/partition_for.h"

#include <gtest/gtest.h>

#include <limits>
#include <string_view>

namespace weir::coordinator {
namespace {

using namespace std::string_view_literals;

TEST(PartitionFor, hash_is_that_of_java_strings) {
  // From Java 17: new String(bytes, UTF_8).hashCode().
  const struct {
    std::string_view text;
    std::int32_t hash;
  } cases[] = {
      {"", 0},
      {"a", 97},
      {"my-group", -1906497762},
      {"console-consumer-12345", 158455506},
      {"gr\xc3\xbcppe", -1233264812},
      {"\xe7\xbb\x84", 32452},
      {"\xf0\x9f\x98\x80-group", -1198440043},
      {"polygenelubricants", std::numeric_limits<std::int32_t>::min()},
      {"\xff\x41", 2031588},
      {"\xc2", 65533},
      {"\xe0\x80\x41", 65008801},
      {"\xed\xa0\x80", 65533},
      {"\xf0\x9f\x98", 65533},
      {"\xf4\x90\x80\x80", 2017367872},
      {"\xe2\x82\x41", 2031588},
  };
  for (const auto& c : cases) EXPECT_EQ(java_hash_code(c.text), c.hash) << c.text;
}

TEST(PartitionFor, negative_hashes_count_by_their_absolute_value) {
  EXPECT_EQ(partition_for("my-group", 50), 1906497762 % 50);
  EXPECT_EQ(partition_for("a", 50), 47);
}

TEST(PartitionFor, smallest_hash_lands_on_partition_0) {
  EXPECT_EQ(partition_for("polygenelubricants", 50), 0);
  EXPECT_EQ(partition_for("polygenelubricants", 7), 0);
}

}  // namespace
}  // namespace weir::coordinator
