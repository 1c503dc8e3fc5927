#include "app/cli/commands/group_facts.h"

#include <gtest/gtest.h>

namespace weir::app {
namespace {

GroupPartition committed_at(std::optional<Offset> committed, std::optional<Offset> first,
                            std::optional<Offset> last) {
  GroupPartition partition;
  partition.committed = committed;
  partition.first = first;
  partition.last = last;
  return partition;
}

TEST(Lag, is_the_way_from_the_commit_to_the_end) {
  EXPECT_EQ(committed_at(4, 0, 10).lag(), 6);
  EXPECT_EQ(committed_at(10, 0, 10).lag(), 0);
  EXPECT_EQ(committed_at(12, 0, 10).lag(), 0);  // the log was cut meanwhile
}

TEST(Lag, is_not_known_without_a_commit_or_an_end) {
  EXPECT_EQ(committed_at(4, 0, std::nullopt).lag(), std::nullopt);
  EXPECT_EQ(committed_at(std::nullopt, 0, 10).lag(), std::nullopt);
  EXPECT_EQ(committed_at(std::nullopt, std::nullopt, std::nullopt).lag(), std::nullopt);
  EXPECT_EQ(committed_at(std::nullopt, 10, 10).lag(), 0) << "nothing is there";
}

TEST(Lag, of_many_is_not_known_when_one_of_them_is_not) {
  LagSum sum;
  EXPECT_EQ(sum.lag, 0);
  sum.add(committed_at(4, 0, 10));
  sum.add(committed_at(9, 0, 10));
  EXPECT_EQ(sum.lag, 7);
  sum.add(committed_at(std::nullopt, 0, 10));
  sum.add(committed_at(9, 0, 10));
  EXPECT_EQ(sum.lag, std::nullopt);
  EXPECT_EQ(sum.partitions, 4);
}

}  // namespace
}  // namespace weir::app
