#include "base/steps.h"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Steps, are_counted_in_programs_that_are_fuzzed_and_nowhere_else) {
  const StepsSince steps;
  count_steps();
  count_steps(41);
  EXPECT_EQ(steps.taken(), steps_are_counted ? 42u : 0u);
  const StepsSince later;
  EXPECT_EQ(later.taken(), 0u);
}

}  // namespace
}  // namespace weir
