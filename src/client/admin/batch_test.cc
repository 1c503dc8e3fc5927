#include "client/admin/batch.h"

#include <gtest/gtest.h>

#include <array>

namespace weir::client {
namespace {

using wire::ErrorCode;
constexpr std::array<int, 3> keys{1, 2, 3};

Failure answered(ErrorCode code) { return {code, "it"}; }

TEST(Batch, keeps_what_may_succeed_later_open) {
  Batch<int, int> batch(keys);
  batch.settle(1, 10);
  batch.settle(2, std::unexpected(answered(ErrorCode::invalid_config)));
  batch.settle(3, std::unexpected(answered(ErrorCode::not_coordinator)));
  EXPECT_FALSE(batch.is_complete());
  EXPECT_EQ(batch.open(), std::vector<int>{3});
  batch.settle(3, 30);
  EXPECT_TRUE(batch.is_complete());
  const auto done = batch.take();
  EXPECT_EQ(*done.at(1), 10);
  EXPECT_EQ(done.at(2).error().answer, ErrorCode::invalid_config);
  EXPECT_EQ(*done.at(3), 30);
}

TEST(Batch, hands_out_the_last_failure_of_what_stays_open) {
  Batch<int, int> batch(keys);
  batch.settle(1, std::unexpected(answered(ErrorCode::not_coordinator)));
  batch.settle(1, std::unexpected(answered(ErrorCode::coordinator_not_available)));
  batch.postpone(2, Error{Errc::not_found, "gone"});
  const auto done = batch.take();
  EXPECT_EQ(done.at(1).error().answer, ErrorCode::coordinator_not_available);
  EXPECT_EQ(done.at(2).error().cause.code, Errc::not_found);
  EXPECT_EQ(done.at(3).error().cause.code, Errc::timed_out);  // nobody ever said anything
  EXPECT_TRUE(batch.is_complete());
}

TEST(Batch, takes_only_the_first_outcome_of_what_was_asked_for) {
  Batch<int, int> batch(keys);
  batch.settle(1, 10);
  batch.settle(1, 11);
  batch.settle(7, 70);
  batch.postpone(1, answered(ErrorCode::not_coordinator));
  const auto done = batch.take();
  EXPECT_EQ(done.size(), 3u);
  EXPECT_EQ(*done.at(1), 10);
}

TEST(Batch, believes_that_a_topic_is_unknown_as_often_as_it_was_told_to) {
  for (const ErrorCode code :
       {ErrorCode::unknown_topic_or_partition, ErrorCode::unknown_topic_id}) {
    Batch<int, int> at_once(keys);
    at_once.settle(1, std::unexpected(answered(code)));
    EXPECT_EQ(at_once.open().size(), 2u);
    Batch<int, int> later(keys, Belief::second_answer);
    later.settle(1, std::unexpected(answered(code)));
    later.settle(2, std::unexpected(answered(code)));
    EXPECT_EQ(later.open().size(), 3u);
    later.settle(1, std::unexpected(answered(code)));
    EXPECT_EQ(later.open(), (std::vector<int>{2, 3}));
  }
}

}  // namespace
}  // namespace weir::client
