#include <gtest/gtest.h>

#include <algorithm>

#include "broker/api/api.h"

namespace weir::broker::api {
namespace {

TEST(ApiTable, is_sorted_so_that_a_look_up_finds_each) {
  EXPECT_TRUE(std::ranges::is_sorted(served_apis(), {}, [](const Api* api) { return api->key; }));
  for (const Api* api : served_apis()) EXPECT_EQ(find_served(api->key), api);
}

TEST(ApiTable, serves_only_what_a_broker_listener_of_kafka_serves) {
  for (const Api* api : served_apis()) {
    const wire::ApiInfo* info = wire::find_api(api->key);
    ASSERT_NE(info, nullptr);
    EXPECT_TRUE(info->on_broker) << info->name;
  }
}

TEST(ApiTable, what_is_not_served_is_not_found) {
  EXPECT_EQ(find_served(wire::ApiKey::vote), nullptr);
  EXPECT_EQ(find_served(wire::ApiKey::share_fetch), nullptr);
  EXPECT_EQ(find_served(wire::ApiKey{999}), nullptr);
}

}  // namespace
}  // namespace weir::broker::api
