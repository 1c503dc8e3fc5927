#include "client/failure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::client {
namespace {

using testing::HasSubstr;

TEST(Failure, tells_whether_to_try_again) {
  EXPECT_TRUE(Failure(wire::ErrorCode::not_leader_or_follower, "t-0").is_retriable());
  EXPECT_TRUE(Failure(wire::ErrorCode::not_leader_or_follower, "t-0").asks_for_metadata());
  EXPECT_FALSE(Failure(wire::ErrorCode::invalid_topic_exception, "t").is_retriable());
  EXPECT_TRUE(Failure(Error{Errc::closed, "gone"}).is_retriable());
  EXPECT_FALSE(Failure(Error{Errc::unsupported, "too old"}).is_retriable());
  EXPECT_THAT(Failure(wire::ErrorCode::unknown_topic_or_partition, "topic 'a'").message(),
              HasSubstr("topic 'a': UNKNOWN_TOPIC_OR_PARTITION ("));
}

TEST(Failure, lets_the_broker_speak) {
  const Failure failure(wire::ErrorCode::invalid_config, "topic 'a'", "retention.ms is no number");
  EXPECT_EQ(failure.message(), "topic 'a': INVALID_CONFIG (retention.ms is no number)");
}

}  // namespace
}  // namespace weir::client
