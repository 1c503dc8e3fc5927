#include "base/mark.h"

#include <gtest/gtest.h>

#include <set>

namespace weir {
namespace {

TEST(Mark, is_reached_once_it_was_and_has_a_name_of_its_own) {
  std::set<std::string_view> names;
  for (const MarkInfo& info : all_marks()) names.insert(info.name);
  EXPECT_EQ(names.size(), mark_count);
  EXPECT_FALSE(was_reached(Mark::session_timed_out));
  reached(Mark::session_timed_out);
  EXPECT_TRUE(was_reached(Mark::session_timed_out));
  EXPECT_FALSE(was_reached(Mark::tail_cut));
  forget_marks();
  EXPECT_FALSE(was_reached(Mark::session_timed_out));
}

}  // namespace
}  // namespace weir
