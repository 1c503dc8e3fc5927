#include "replication/quorum/election_state.h"

#include <gtest/gtest.h>

namespace weir::replication {
namespace {

// As Apache Kafka 4.4.0 wrote them.
constexpr std::string_view kafka_v1 =
    R"({"leaderId":1,"leaderEpoch":2,"votedId":-1,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA","data_version":1})";
constexpr std::string_view kafka_v0 =
    R"({"clusterId":"","leaderId":1,"leaderEpoch":3,"votedId":-1,"appliedOffset":0,"currentVoters":[{"voterId":1}],"data_version":0})";

TEST(ElectionState, kafkas_files_are_read_and_written_byte_for_byte) {
  const auto v1 = parse_election_state(kafka_v1);
  ASSERT_TRUE(v1) << v1.error().message();
  EXPECT_EQ(*v1, (ElectionState{.epoch = 2, .leader_id = 1}));
  EXPECT_EQ(format_election_state(*v1, 1), kafka_v1);
  const auto v0 = parse_election_state(kafka_v0);
  ASSERT_TRUE(v0) << v0.error().message();
  EXPECT_EQ(*v0, (ElectionState{.epoch = 3, .leader_id = 1, .static_voters = {1}}));
  EXPECT_EQ(format_election_state(*v0, 0), kafka_v0);
}

TEST(ElectionState, a_vote_with_its_directory_survives) {
  ElectionState state{.epoch = 7, .voted_id = 4, .voted_directory_id = {0x1234, 0x5678}};
  const auto read = parse_election_state(format_election_state(state, 1));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, state);
}

TEST(ElectionState, what_is_no_quorum_state_is_refused) {
  const struct {
    std::string_view text;
    Errc code;
  } cases[] = {
      {"", Errc::corrupt},
      {"[]", Errc::corrupt},
      {"{}", Errc::corrupt},
      {R"({"data_version":2})", Errc::unsupported},
      {R"({"data_version":1,"leaderId":1,"leaderEpoch":-2,"votedId":-1})", Errc::corrupt},
      {R"({"data_version":1,"leaderId":1,"leaderEpoch":99999999999,"votedId":-1})", Errc::corrupt},
      {R"({"data_version":1,"leaderId":1,"leaderEpoch":1,"votedId":-1})", Errc::corrupt},
      {R"({"data_version":1,"leaderId":1,"leaderEpoch":1,"votedId":-1,"votedDirectoryId":"x"})",
       Errc::invalid},
      {R"({"data_version":0,"leaderId":1,"leaderEpoch":1,"votedId":-1,"currentVoters":3})",
       Errc::corrupt},
      {R"({"data_version":0,"leaderId":1,"leaderEpoch":1,"votedId":-1,"currentVoters":[{}]})",
       Errc::corrupt},
  };
  for (const auto& c : cases) {
    const auto read = parse_election_state(c.text);
    ASSERT_FALSE(read) << c.text;
    EXPECT_EQ(read.error().code, c.code) << c.text;
  }
}

}  // namespace
}  // namespace weir::replication
