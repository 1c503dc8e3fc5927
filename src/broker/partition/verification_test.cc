#include "broker/partition/verification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "base/random.h"

namespace weir::broker {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using wire::ErrorCode;

// Answers at once for batches of which it was told so, and remembers the tickets of the others.
struct SlowVerifier final : AppendVerifier {
  std::optional<ErrorCode> verify(const PartitionAppend& append, std::uint64_t ticket) override {
    const auto known = at_once.find(&append);
    if (known != at_once.end()) return known->second;
    tickets.push_back(ticket);
    return std::nullopt;
  }
  std::map<const PartitionAppend*, ErrorCode> at_once;
  std::vector<std::uint64_t> tickets;
};

struct Exits final : VerificationStage::Exit {
  void verified(PartitionAppend& append, bool waited) override {
    left.push_back(append.base_offset);  // the tests number their batches there
    errors.push_back(append.error);
    has_waited = waited;
  }
  std::vector<Offset> left;
  std::vector<ErrorCode> errors;
  bool has_waited = false;
};

struct VerificationStageTest : testing::Test {
  VerificationStageTest() : appends(4) {
    for (std::size_t i = 0; i < appends.size(); ++i) {
      appends[i].base_offset = static_cast<Offset>(i);
    }
    stage.set_verifier(&verifier);
  }
  SlowVerifier verifier;
  Exits exits;
  VerificationStage stage{exits};
  std::vector<PartitionAppend> appends;
};

TEST_F(VerificationStageTest, without_a_verifier_a_batch_passes_within_the_call) {
  stage.set_verifier(nullptr);
  stage.enter(appends[0]);
  EXPECT_THAT(exits.left, ElementsAre(0));
  EXPECT_FALSE(exits.has_waited);
  EXPECT_TRUE(stage.is_empty());
}

TEST_F(VerificationStageTest, a_verdict_that_is_there_at_once_passes_within_the_call) {
  verifier.at_once[&appends[0]] = ErrorCode::none;
  verifier.at_once[&appends[1]] = ErrorCode::invalid_txn_state;
  stage.enter(appends[0]);
  stage.enter(appends[1]);
  EXPECT_THAT(exits.left, ElementsAre(0, 1));
  EXPECT_THAT(exits.errors, ElementsAre(ErrorCode::none, ErrorCode::invalid_txn_state));
  EXPECT_FALSE(exits.has_waited);
}

TEST_F(VerificationStageTest, batches_leave_in_order_though_verdicts_come_out_of_order) {
  for (PartitionAppend& append : appends) stage.enter(append);
  ASSERT_EQ(verifier.tickets.size(), 4u);
  stage.settle(verifier.tickets[2], ErrorCode::none);
  stage.settle(verifier.tickets[1], ErrorCode::invalid_txn_state);
  EXPECT_THAT(exits.left, IsEmpty());
  stage.settle(verifier.tickets[0], ErrorCode::none);
  EXPECT_THAT(exits.left, ElementsAre(0, 1, 2));
  EXPECT_TRUE(exits.has_waited);
  stage.settle(verifier.tickets[3], ErrorCode::none);
  EXPECT_THAT(exits.left, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(exits.errors, ElementsAre(ErrorCode::none, ErrorCode::invalid_txn_state,
                                        ErrorCode::none, ErrorCode::none));
}

TEST_F(VerificationStageTest, a_batch_that_needs_no_time_waits_behind_one_that_does) {
  verifier.at_once[&appends[1]] = ErrorCode::none;
  stage.enter(appends[0]);
  stage.enter(appends[1]);
  EXPECT_THAT(exits.left, IsEmpty());
  stage.settle(verifier.tickets[0], ErrorCode::none);
  EXPECT_THAT(exits.left, ElementsAre(0, 1));
}

TEST_F(VerificationStageTest, what_is_given_up_leaves_refused_and_its_verdict_is_ignored) {
  stage.enter(appends[0]);
  stage.enter(appends[1]);
  stage.settle(verifier.tickets[1], ErrorCode::none);
  stage.give_up(ErrorCode::not_leader_or_follower);
  EXPECT_THAT(exits.left, ElementsAre(0, 1));
  EXPECT_THAT(exits.errors,
              ElementsAre(ErrorCode::not_leader_or_follower, ErrorCode::not_leader_or_follower));
  stage.enter(appends[2]);
  stage.settle(verifier.tickets[0], ErrorCode::none);
  EXPECT_THAT(exits.left, ElementsAre(0, 1));
  stage.settle(verifier.tickets[2], ErrorCode::none);
  EXPECT_THAT(exits.left, ElementsAre(0, 1, 2));
}

TEST_F(VerificationStageTest, keeps_the_order_under_random_verdicts) {
  SeededRandom random(7);
  std::vector<PartitionAppend> many(500);
  std::vector<std::uint64_t> open;
  std::vector<Offset> expected;
  for (std::size_t i = 0; i < many.size(); ++i) {
    many[i].base_offset = static_cast<Offset>(i);
    expected.push_back(static_cast<Offset>(i));
    if (random.one_in(3)) verifier.at_once[&many[i]] = ErrorCode::none;
    stage.enter(many[i]);
    open.insert(open.end(), verifier.tickets.begin(), verifier.tickets.end());
    verifier.tickets.clear();
    while (open.size() > 5 || (i + 1 == many.size() && !open.empty())) {
      const auto settled = open.begin() + static_cast<std::ptrdiff_t>(random.below(open.size()));
      stage.settle(*settled, ErrorCode::none);
      open.erase(settled);
    }
  }
  EXPECT_EQ(exits.left, expected);
}

}  // namespace
}  // namespace weir::broker
