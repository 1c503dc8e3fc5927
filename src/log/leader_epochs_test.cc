#include "log/leader_epochs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/format/checkpoint_file.h"

namespace weir::log {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::vector<EpochStart> two{{3, 0}, {5, 40}};

TEST(LeaderEpochs, answers_where_a_term_ends) {
  const LeaderEpochs epochs(two);
  const std::pair<LeaderEpoch, EpochEnd> cases[] = {
      {no_epoch, {no_epoch, no_offset}}, {2, {2, 0}}, {3, {3, 40}}, {4, {3, 40}}, {5, {5, 70}},
      {6, {no_epoch, no_offset}}};
  for (const auto& [epoch, end] : cases) EXPECT_EQ(epochs.end_of(epoch, 70), end) << epoch;
  EXPECT_EQ(LeaderEpochs().end_of(0, 70), EpochEnd{});
}

TEST(LeaderEpochs, knows_the_term_of_an_offset) {
  const LeaderEpochs epochs({{3, 10}, {5, 40}});
  EXPECT_EQ(epochs.at(9), no_epoch);
  EXPECT_EQ(epochs.at(10), 3);
  EXPECT_EQ(epochs.at(39), 3);
  EXPECT_EQ(epochs.at(40), 5);
}

TEST(LeaderEpochs, entries_that_contradict_a_new_one_give_way) {
  LeaderEpochs epochs(two);
  epochs.assign(5, 60);
  EXPECT_EQ(epochs.changes(), 0U);
  epochs.assign(6, 40);
  EXPECT_THAT(epochs.entries(), ElementsAre(EpochStart{3, 0}, EpochStart{6, 40}));
  epochs.assign(4, 50);
  EXPECT_THAT(epochs.entries(), ElementsAre(EpochStart{3, 0}, EpochStart{4, 50}));
  EXPECT_EQ(epochs.changes(), 2U);
}

TEST(LeaderEpochs, truncation_from_the_end_drops_terms_that_begin_there) {
  LeaderEpochs epochs(two);
  epochs.truncate_from_end(41);
  EXPECT_THAT(epochs.entries(), ElementsAre(two[0], two[1]));
  epochs.truncate_from_end(40);
  EXPECT_THAT(epochs.entries(), ElementsAre(two[0]));
}

TEST(LeaderEpochs, truncation_from_the_start_keeps_the_term_that_holds_it) {
  LeaderEpochs epochs(two);
  epochs.truncate_from_start(0);
  EXPECT_EQ(epochs.changes(), 0U);
  epochs.truncate_from_start(20);
  EXPECT_THAT(epochs.entries(), ElementsAre(EpochStart{3, 20}, two[1]));
  epochs.truncate_from_start(99);
  EXPECT_THAT(epochs.entries(), ElementsAre(EpochStart{5, 99}));
  epochs.clear();
  EXPECT_THAT(epochs.entries(), IsEmpty());
}

TEST(EpochCheckpoint, has_kafkas_form_and_refuses_nonsense) {
  EXPECT_EQ(format_epoch_checkpoint(two), "0\n2\n3 0\n5 40\n");
  EXPECT_THAT(*parse_epoch_checkpoint("0\n2\n3 0\n5 40\n"), ElementsAre(two[0], two[1]));
  EXPECT_THAT(*parse_epoch_checkpoint(""), IsEmpty());
  for (const char* bad :
       {"1\n0\n", "0\n1\n", "0\n1\n3\n", "0\n1\n-3 0\n", "0\n1\n3 x\n", "0\nx\n"}) {
    EXPECT_FALSE(parse_epoch_checkpoint(bad)) << bad;
  }
}

}  // namespace
}  // namespace weir::log
