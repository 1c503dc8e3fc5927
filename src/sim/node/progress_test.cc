#include "sim/node/progress.h"

#include <gtest/gtest.h>

namespace weir::sim {
namespace {

TEST(Progress, waits_for_each_that_is_expected) {
  Progress progress;
  EXPECT_TRUE(progress.is_made());
  progress.expect("readers");
  progress.expect("producer-1");
  EXPECT_FALSE(progress.is_made());
  EXPECT_TRUE(progress.awaits("readers"));
  progress.succeeded("readers");
  progress.succeeded("readers");
  EXPECT_FALSE(progress.awaits("readers"));
  EXPECT_FALSE(progress.is_made());
  progress.succeeded("producer-1");
  EXPECT_TRUE(progress.is_made());
  EXPECT_EQ(progress.stuck(), "");
}

TEST(Progress, names_who_is_stuck_and_on_what_it_was_told_last) {
  Progress progress;
  progress.failed("readers", "before anybody waits");
  progress.expect("readers");
  progress.expect("producer-1");
  progress.failed("producer-1", "connect: closed");
  progress.failed("producer-1", "produce: KAFKA_STORAGE_ERROR");
  progress.failed("nobody", "is not waited for");
  EXPECT_EQ(progress.stuck(), "producer-1 (produce: KAFKA_STORAGE_ERROR), readers (nothing yet)");
}

}  // namespace
}  // namespace weir::sim
