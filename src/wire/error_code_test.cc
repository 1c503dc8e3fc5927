#include "wire/error_code.h"

#include <gtest/gtest.h>

namespace weir::wire {
namespace {

TEST(ErrorCode, table_carries_kafkas_names_and_traits) {
  EXPECT_EQ(all_errors().size(), 138u);
  EXPECT_EQ(error_info(ErrorCode::none).name, "NONE");
  const auto& unknown_topic = error_info(ErrorCode::unknown_topic_or_partition);
  EXPECT_EQ(unknown_topic.name, "UNKNOWN_TOPIC_OR_PARTITION");
  EXPECT_TRUE(unknown_topic.retriable);
  EXPECT_TRUE(unknown_topic.refresh_metadata);
  EXPECT_TRUE(error_info(ErrorCode::request_timed_out).retriable);
  EXPECT_FALSE(error_info(ErrorCode::request_timed_out).refresh_metadata);
  EXPECT_FALSE(error_info(ErrorCode::invalid_txn_state).retriable);
  EXPECT_EQ(code_of(ErrorCode::controller_id_not_registered), 136);
}

TEST(ErrorCode, unknown_codes_are_unknown_server_error) {
  EXPECT_EQ(error_info(std::int16_t{137}).code, ErrorCode::unknown_server_error);
  EXPECT_EQ(error_info(std::int16_t{-2}).code, ErrorCode::unknown_server_error);
  EXPECT_EQ(error_info(std::int16_t{32767}).code, ErrorCode::unknown_server_error);
}

TEST(ErrorCode, every_error_says_what_it_means) {
  for (const auto& error : all_errors()) {
    EXPECT_EQ(error.message.empty(), error.code == ErrorCode::none) << error.name;
  }
}

}  // namespace
}  // namespace weir::wire
