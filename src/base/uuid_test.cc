#include "base/uuid.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace weir {
namespace {

TEST(Uuid, text_is_kafkas) {
  EXPECT_EQ(metadata_topic_id.text(), "AAAAAAAAAAAAAAAAAAAAAQ");
  EXPECT_EQ(zero_uuid.text(), "AAAAAAAAAAAAAAAAAAAAAA");
  EXPECT_EQ(*Uuid::parse("AAAAAAAAAAAAAAAAAAAAAQ"), metadata_topic_id);
}

TEST(Uuid, random_ones_survive_text_and_never_start_with_a_dash) {
  SeededRandom random(7);
  for (int i = 0; i < 10000; ++i) {
    const Uuid id = Uuid::random(random);
    EXPECT_NE(id.text().front(), '-');
    EXPECT_EQ(*Uuid::parse(id.text()), id);
  }
}

TEST(Uuid, refuses_what_is_not_one) {
  EXPECT_FALSE(Uuid::parse("").has_value());
  EXPECT_FALSE(Uuid::parse("AAAAAAAAAAAAAAAAAAAAAB").has_value());  // more than 128 bits
  EXPECT_FALSE(Uuid::parse("AAAAAAAAAAAAAAAAAAAA+Q").has_value());
}

}  // namespace
}  // namespace weir
