#include "sim/node/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const TopicPartition at{"t", 0};

Ledger two_records() {
  Ledger ledger;
  ledger.sent("a");
  ledger.sent("b");
  ledger.acknowledged(at, 0, "a");
  ledger.acknowledged(at, 1, "b");
  return ledger;
}

TEST(Ledger, what_was_promised_and_is_there_is_no_violation) {
  Ledger ledger = two_records();
  ledger.sent("never answered");
  ledger.consumed(at, 0, "a");
  ledger.check_log(at, {{0, "a"}, {1, "b"}, {2, "never answered"}});
  EXPECT_THAT(ledger.violations(), IsEmpty());
}

TEST(Ledger, each_broken_promise_is_named) {
  struct Case {
    std::vector<FetchedRecord> log;
    const char* words;
  };
  const std::vector<Case> cases{
      {{{0, "a"}}, "offset 1: 'b' was acknowledged, and there is nothing"},
      {{{0, "a"}, {1, "x"}}, "offset 1 holds 'x', which nobody sent"},
      {{{0, "a"}, {1, "b"}, {2, "a"}}, "holds 'a' at 0 and at 2"},
      {{{0, "a"}, {1, "b"}, {3, "a"}}, "goes on at 3 after 1"},
  };
  for (const Case& each : cases) {
    Ledger ledger = two_records();
    ledger.check_log(at, each.log);
    EXPECT_THAT(ledger.violations(), testing::Contains(HasSubstr(each.words)));
  }
}

TEST(Ledger, what_was_not_flushed_may_go_and_nothing_before_it) {
  Ledger ledger = two_records();
  EXPECT_EQ(ledger.forgive(at, 1), 1u);
  ledger.acknowledged(at, 1, "b");
  EXPECT_EQ(ledger.forgive(at, 1), 1u);
  ledger.check_log(at, {{0, "a"}});
  EXPECT_THAT(ledger.violations(), IsEmpty());
  ledger.check_log(at, {});
  EXPECT_THAT(ledger.violations(), ElementsAre(HasSubstr("offset 0: 'a' was acknowledged")));
}

TEST(Ledger, an_offset_never_changes_its_record) {
  Ledger ledger = two_records();
  ledger.acknowledged(at, 1, "a");
  ledger.consumed(at, 0, "a");
  ledger.consumed(at, 0, "b");
  EXPECT_THAT(ledger.violations(),
              ElementsAre(HasSubstr("was given to 'b' and to 'a'"), HasSubstr("later 'b'")));
}

TEST(Ledger, a_committed_offset_is_the_confirmed_one_or_one_tried_since) {
  Ledger ledger;
  ledger.commit_tried(at, 3);
  ledger.commit_tried(at, 5);
  ledger.commit_confirmed(at, 5);
  ledger.commit_tried(at, 7);
  ledger.check_committed(at, 5);
  ledger.check_committed(at, 7);
  EXPECT_THAT(ledger.violations(), IsEmpty());
  ledger.check_committed(at, 3);
  ledger.check_committed(at, -1);
  EXPECT_EQ(ledger.violations().size(), 2u);
}

TEST(Ledger, all_is_consumed_when_every_acknowledged_offset_was) {
  Ledger ledger = two_records();
  EXPECT_FALSE(ledger.all_consumed());
  ledger.consumed(at, 0, "a");
  EXPECT_FALSE(ledger.all_consumed());
  ledger.consumed(at, 1, "b");
  EXPECT_TRUE(ledger.all_consumed());
  EXPECT_EQ(ledger.acknowledged_count(), 2u);
  EXPECT_EQ(ledger.consumed_count(), 2u);
}

}  // namespace
}  // namespace weir::sim
