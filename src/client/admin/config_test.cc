#include "client/admin/config.h"

#include <gtest/gtest.h>

#include "client/admin/config_entry.h"

namespace weir::client {
namespace {

TEST(ConfigNames, are_kafkas) {
  EXPECT_EQ(name_of(config_source(1)), "DYNAMIC_TOPIC_CONFIG");
  EXPECT_EQ(name_of(config_source(5)), "DEFAULT_CONFIG");
  EXPECT_EQ(name_of(config_source(8)), "DYNAMIC_GROUP_CONFIG");
  EXPECT_EQ(name_of(config_type(3)), "INT");
  EXPECT_EQ(name_of(config_type(9)), "PASSWORD");
}

TEST(ConfigNames, of_numbers_that_are_not_known_are_unknown) {
  for (const std::int8_t number : {-1, 9, 127}) {
    EXPECT_EQ(config_source(static_cast<std::int8_t>(number)), ConfigSource::unknown);
  }
  for (const std::int8_t number : {-1, 10, 127}) {
    EXPECT_EQ(config_type(static_cast<std::int8_t>(number)), ConfigType::unknown);
  }
}

TEST(ConfigResource, is_named_as_people_do) {
  EXPECT_EQ((ConfigResource{ConfigResourceType::topic, "a"}.text()), "topic 'a'");
  EXPECT_EQ((ConfigResource{ConfigResourceType::broker, "1"}.text()), "broker '1'");
  EXPECT_EQ((ConfigResource{ConfigResourceType::broker, ""}.text()), "the default of all brokers");
}

}  // namespace
}  // namespace weir::client
