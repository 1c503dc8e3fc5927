#include "replication/quorum/quorum_kernel.h"

#include <gtest/gtest.h>

namespace weir::replication {
namespace {

constexpr Uuid directory{7, 9};

Voter voter(BrokerId id, Uuid of = directory) {
  return {.id = id, .directory_id = of, .endpoints = {{"CONTROLLER", "localhost", 9093}}};
}
Membership one_voter(Offset voters_offset = 2) {
  return {.kraft_version = 1, .voters = {voter(1)}, .voters_offset = voters_offset};
}

TEST(LeaderProgress, a_majority_decides_and_only_beyond_the_epochs_start) {
  const struct {
    std::vector<std::pair<BrokerId, Offset>> durable;
    int voters;
    Offset high_watermark;
  } cases[] = {
      {{{1, 10}}, 1, no_offset},  // the epoch begins at 10: nothing of it is there
      {{{1, 11}}, 1, 11},
      {{{1, 15}}, 2, no_offset},
      {{{1, 15}, {2, 12}}, 2, 12},
      {{{1, 15}, {2, 12}}, 3, 12},
      {{{1, 15}, {3, 20}, {2, 12}}, 3, 15},
      {{{1, 15}, {2, 9}, {3, 8}}, 3, no_offset},
      {{{1, 15}, {2, 14}}, 4, no_offset},
      {{{1, 15}, {2, 14}, {4, 13}}, 4, 13},
      {{{1, 15}, {9, 99}}, 2, no_offset},  // 9 is no voter
      {{{1, 15}, {1, 12}}, 1, 15},         // never back
  };
  for (const auto& c : cases) {
    std::vector<Voter> voters;
    for (int id = 1; id <= c.voters; ++id) voters.push_back(voter(id));
    LeaderProgress progress(voters, 10);
    for (const auto& [id, end] : c.durable) progress.durable(id, end);
    EXPECT_EQ(progress.high_watermark(), c.high_watermark);
  }
}

TEST(QuorumKernel, the_only_voter_elects_itself_in_the_next_epoch) {
  QuorumKernel kernel({1, directory, {}});
  kernel.start({.epoch = 4, .leader_id = 1}, 4, one_voter());
  EXPECT_EQ(kernel.role(), QuorumRole::resigned);
  EXPECT_TRUE(kernel.is_only_voter());
  EXPECT_EQ(kernel.stand(),
            (ElectionState{
                .epoch = 5, .voted_id = 1, .voted_directory_id = directory, .static_voters = {1}}));
  EXPECT_EQ(kernel.high_watermark(), no_offset);
  EXPECT_TRUE(kernel.vote_granted(1));
  EXPECT_EQ(kernel.lead(100), (ElectionState{.epoch = 5, .leader_id = 1, .static_voters = {1}}));
  EXPECT_EQ(kernel.start_of_epoch_records(),
            (std::vector<ControlRecord>{LeaderChange{1, {1}, {1}}}));
  EXPECT_FALSE(kernel.durable(1, 100));
  EXPECT_TRUE(kernel.durable(1, 101));
  EXPECT_EQ(kernel.high_watermark(), 101);
  kernel.resign();
  EXPECT_EQ(kernel.role(), QuorumRole::resigned);
  EXPECT_EQ(kernel.leader_id(), no_broker);
}

TEST(QuorumKernel, the_epoch_is_the_logs_when_quorum_state_was_lost) {
  QuorumKernel kernel({1, directory, {}});
  kernel.start({}, 8, one_voter());
  EXPECT_EQ(kernel.role(), QuorumRole::unattached);
  EXPECT_EQ(kernel.stand().epoch, 9);
}

TEST(QuorumKernel, voters_that_only_the_checkpoint_knows_are_written_to_the_log) {
  QuorumKernel kernel({1, directory, {}});
  kernel.start({}, 0, one_voter(no_offset));
  kernel.stand();
  kernel.vote_granted(1);
  kernel.lead(0);
  const auto records = kernel.start_of_epoch_records();
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[1], ControlRecord(KRaftVersion{1}));
  EXPECT_EQ(records[2], ControlRecord(KRaftVoters{{voter(1)}}));
}

TEST(QuorumKernel, a_changed_endpoint_is_written_and_an_unconfigured_one_stays) {
  const std::vector<Voter::Listener> moved{{"CONTROLLER", "elsewhere", 1}};
  QuorumKernel kernel({1, directory, moved});
  kernel.start({}, 0, one_voter());
  kernel.stand();
  kernel.vote_granted(1);
  kernel.lead(50);
  const auto records = kernel.start_of_epoch_records();
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(std::get<KRaftVoters>(records[2]).voters[0].endpoints, moved);
  for (Offset i = 0; const auto& record : records) kernel.applied(record, 50 + i++);
  EXPECT_EQ(kernel.start_of_epoch_records().size(), 1u);
}

TEST(QuorumKernel, another_directory_or_another_voter_is_not_the_only_voter) {
  QuorumKernel other_directory({1, Uuid{1, 1}, {}});
  other_directory.start({}, 0, one_voter());
  EXPECT_FALSE(other_directory.is_only_voter());
  QuorumKernel of_three({1, directory, {}});
  of_three.start({}, 0, {.kraft_version = 1, .voters = {voter(1), voter(2), voter(3)}});
  EXPECT_FALSE(of_three.is_only_voter());
  of_three.stand();
  EXPECT_FALSE(of_three.vote_granted(1));
  EXPECT_FALSE(of_three.vote_granted(9));
  EXPECT_TRUE(of_three.vote_granted(3));
}

TEST(QuorumKernel, with_static_voters_the_id_alone_counts) {
  QuorumKernel kernel({1, directory, {}});
  kernel.start({.static_voters = {1}}, 0, {.kraft_version = 0, .voters = {voter(1, zero_uuid)}});
  EXPECT_TRUE(kernel.is_only_voter());
  EXPECT_TRUE(kernel.stand().voted_directory_id.is_zero());
  kernel.vote_granted(1);
  kernel.lead(0);
  EXPECT_EQ(kernel.start_of_epoch_records().size(), 1u);
}

}  // namespace
}  // namespace weir::replication
