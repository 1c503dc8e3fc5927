#include "client/cluster/refresh_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::client {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::Key;

constexpr env::Instant at(std::int64_t ms) { return env::Instant(milliseconds(ms)); }

class RefreshPlanTest : public testing::Test {
 protected:
  void answer(std::int64_t asked, std::int64_t answered) {
    plan.begin(at(asked));
    plan.succeeded(at(answered));
  }
  RefreshPlan plan{{.age_max = milliseconds(5'000),
                    .backoff = {.first = milliseconds(100), .longest = milliseconds(1'000)},
                    .rebootstrap_after = milliseconds(3'000)}};
  SeededRandom random{1};
};

TEST_F(RefreshPlanTest, nothing_is_asked_before_somebody_asks) {
  EXPECT_FALSE(plan.is_due(at(1'000'000)));
  EXPECT_EQ(plan.ask(), 1u);
  EXPECT_TRUE(plan.is_due(at(0)));
  EXPECT_EQ(plan.answered(), 0u);
  answer(0, 5);
  EXPECT_EQ(plan.answered(), 1u);
}

TEST_F(RefreshPlanTest, who_asks_during_a_round_shares_it_unless_it_lacks_a_topic) {
  plan.want("a", at(0));
  EXPECT_EQ(plan.ask(), 1u);
  plan.begin(at(0));
  EXPECT_EQ(plan.ask(), 1u);
  plan.want("a", at(1));
  EXPECT_EQ(plan.ask(), 1u);
  plan.want("b", at(1));
  EXPECT_EQ(plan.ask(), 2u);
  plan.succeeded(at(10));
  EXPECT_EQ(plan.answered(), 1u);
  EXPECT_TRUE(plan.is_due(at(10)));  // of "b" nobody has asked yet
  answer(10, 11);
  EXPECT_EQ(plan.answered(), 2u);
  plan.ask();
  EXPECT_FALSE(plan.is_due(at(11)));  // but after the back-off
  EXPECT_EQ(plan.due_at(), at(111));
  plan.begin(at(211));
  plan.want_all();
  EXPECT_EQ(plan.ask(), 4u);
}

TEST_F(RefreshPlanTest, what_was_never_asked_for_does_not_wait_unless_brokers_are_away) {
  plan.ask();
  answer(0, 1);
  plan.want("a", at(2));
  EXPECT_FALSE(plan.is_due(at(2)));  // nobody asks yet
  plan.ask();
  EXPECT_TRUE(plan.is_due(at(2)));
  answer(2, 3);
  plan.want("a", at(4));  // the same again: it may not exist yet
  plan.ask();
  EXPECT_EQ(plan.due_at(), at(103));
  plan.want_all();
  EXPECT_TRUE(plan.is_due(at(4)));
  plan.begin(at(4));
  plan.failed(at(5), random);
  plan.want("b", at(6));
  plan.ask();
  EXPECT_GE(plan.due_at(), at(85));
}

TEST_F(RefreshPlanTest, failures_wait_longer_each_time_and_go_on_by_themselves) {
  plan.ask();
  plan.begin(at(0));
  EXPECT_FALSE(plan.is_due(at(1'000'000)));  // one at a time
  plan.failed(at(10), random);
  EXPECT_GE(plan.due_at(), at(90));
  EXPECT_LE(plan.due_at(), at(130));
  plan.begin(at(200));
  plan.failed(at(200), random);
  EXPECT_GE(plan.due_at(), at(360));
  EXPECT_LE(plan.due_at(), at(440));
  answer(500, 510);
  EXPECT_EQ(plan.answered(), 3u);
  EXPECT_EQ(plan.due_at(), at(5'510));
}

TEST_F(RefreshPlanTest, brokers_are_lost_when_no_answer_came_for_long) {
  EXPECT_FALSE(plan.is_lost(at(1'000'000)));
  plan.ask();
  answer(0, 1);
  EXPECT_FALSE(plan.is_lost(at(1'000'000)));
  plan.ask();
  plan.begin(at(1'000));
  plan.failed(at(1'010), random);
  plan.begin(at(3'000));
  plan.failed(at(3'010), random);
  EXPECT_FALSE(plan.is_lost(at(3'999)));
  EXPECT_TRUE(plan.is_lost(at(4'000)));
  plan.rebootstrapped(at(4'000));
  EXPECT_FALSE(plan.is_lost(at(4'001)));
}

TEST_F(RefreshPlanTest, a_topic_that_nobody_names_is_forgotten) {
  plan.want("a", at(0));
  plan.want("b", at(0));
  plan.ask();
  answer(0, 1);
  plan.want("b", at(4'000));
  EXPECT_EQ(plan.due_at(), at(5'001));
  plan.begin(at(5'001));
  EXPECT_THAT(plan.topics(), ElementsAre(Key("b")));
  EXPECT_FALSE(plan.wants("a"));
  EXPECT_TRUE(plan.wants("b"));
}

TEST_F(RefreshPlanTest, a_topic_is_made_when_one_of_those_who_want_it_wants_that) {
  plan.want("a", at(0));
  plan.want("b", at(0), true);
  plan.want("b", at(1));
  EXPECT_FALSE(plan.topics().at("a").creates);
  EXPECT_TRUE(plan.topics().at("b").creates);
  plan.want("a", at(1), true);
  EXPECT_TRUE(plan.topics().at("a").creates);
}

}  // namespace
}  // namespace weir::client
