#include "wire/api_key.h"

#include <gtest/gtest.h>

#include "wire/codec/descriptor.h"

namespace weir::wire {
namespace {

TEST(ApiKey, table_holds_the_91_live_apis_of_kafka_4_4) {
  std::size_t broker = 0;
  std::size_t controller = 0;
  std::size_t controller_only = 0;
  for (const auto& api : all_apis()) {
    broker += api.on_broker;
    controller += api.on_controller;
    controller_only += api.on_controller && !api.on_broker;
    EXPECT_EQ(find_api(api.key), &api);
    EXPECT_EQ(api.request->min_version, api.min_version) << api.name;
    EXPECT_EQ(api.response->max_version, api.max_version) << api.name;
  }
  EXPECT_EQ(all_apis().size(), 91u);
  EXPECT_EQ(broker, 79u);
  EXPECT_EQ(controller, 42u);
  EXPECT_EQ(controller_only, 12u);
}

TEST(ApiKey, removed_and_foreign_keys_are_not_found) {
  EXPECT_EQ(find_api(ApiKey::leader_and_isr), nullptr);
  EXPECT_EQ(find_api(std::int16_t{-1}), nullptr);
  EXPECT_EQ(find_api(std::int16_t{95}), nullptr);
  EXPECT_EQ(find_api(std::int16_t{32767}), nullptr);
}

TEST(ApiKey, produce_has_its_versions_and_listener) {
  const auto* produce = find_api(ApiKey::produce);
  ASSERT_NE(produce, nullptr);
  EXPECT_EQ(produce->name, "Produce");
  EXPECT_TRUE(produce->serves(3));
  EXPECT_TRUE(produce->serves(13));
  EXPECT_FALSE(produce->serves(2));
  EXPECT_FALSE(produce->serves(14));
  EXPECT_FALSE(produce->on_controller);
  EXPECT_TRUE(find_api(ApiKey::init_producer_id)->latest_version_unstable);
}

TEST(ApiKey, flexible_versions_have_flexible_headers_except_the_answer_to_api_versions) {
  const auto& produce = *find_api(ApiKey::produce);
  EXPECT_EQ(request_header_version(produce, 8), 1);
  EXPECT_EQ(request_header_version(produce, 9), 2);
  EXPECT_EQ(response_header_version(produce, 8), 0);
  EXPECT_EQ(response_header_version(produce, 9), 1);
  const auto& api_versions = *find_api(ApiKey::api_versions);
  EXPECT_EQ(request_header_version(api_versions, 3), 2);
  EXPECT_EQ(request_header_version(api_versions, 99), 2);  // a version from the future
  EXPECT_EQ(response_header_version(api_versions, 3), 0);
  EXPECT_EQ(request_header_version(*find_api(ApiKey::sasl_handshake), 1), 1);
}

}  // namespace
}  // namespace weir::wire
