// The stage between validation and append, in a whole node: what waits in it holds up its own
// partition and nothing else, and pipelined batches are appended in the order in which they came.

#include <vector>

#include "broker/node.h"
#include "broker/shard.h"
#include "sim/node/one_node_test_support.h"
#include "wire/error_code.h"

namespace weir::sim {
namespace {

using wire::ErrorCode;

struct GatedVerifier final : broker::AppendVerifier {
  std::optional<ErrorCode> verify(const broker::PartitionAppend&, std::uint64_t ticket) override {
    if (is_open) return ErrorCode::none;
    tickets.push_back(ticket);
    return std::nullopt;
  }
  std::vector<std::uint64_t> tickets;
  bool is_open = false;
};

Task<Result<>> pipeline_four(OneNode& one, std::vector<Appended>& answers) {
  RawClient client = one.client();
  auto connecting = client.connect();
  CO_TRY(co_await std::move(connecting));
  for (const char* value : {"a", "b", "c", "d"}) {
    const std::vector<std::string> values{value};
    CO_TRY(add_produce(client, {"t", 0}, batch_of(values, one.env().clock.wall_ms()), -1));
  }
  auto sending = client.flush();
  CO_TRY(co_await std::move(sending));
  while (answers.size() < 4) {
    auto receiving = next_appended(client);
    CO_TRY_ASSIGN(const Appended answer, co_await std::move(receiving));
    answers.push_back(answer);
  }
  co_return Result<>{};
}

Task<> play_four(OneNode& one, std::vector<Appended>& answers, bool& ended) {
  auto playing = pipeline_four(one, answers);
  const auto result = co_await std::move(playing);
  EXPECT_TRUE(result.has_value());
  ended = true;
}

TEST(Verification, pipelined_batches_keep_their_order_though_verdicts_come_late_and_out_of_order) {
  OneNode one;
  GatedVerifier verifier;
  broker::Partition& partition = partition_of(one, 0);
  partition.verification().set_verifier(&verifier);
  std::vector<Appended> answers;
  bool ended = false;
  one.scope.spawn(play_four(one, answers, ended));
  ASSERT_TRUE(
      one.world.run_until([&] { return verifier.tickets.size() == 4; }, std::chrono::minutes(1)));
  const auto settle = [&](std::size_t which, ErrorCode verdict) {
    partition.verification().settle(verifier.tickets[which], verdict);
  };
  settle(3, ErrorCode::none);
  settle(1, ErrorCode::invalid_txn_state);
  settle(2, ErrorCode::none);
  EXPECT_FALSE(one.world.run_until([&] { return !answers.empty(); }, std::chrono::seconds(5)));
  EXPECT_EQ(partition.log().log_end_offset(), 0);
  settle(0, ErrorCode::none);
  ASSERT_TRUE(one.world.run_until([&] { return ended; }, std::chrono::minutes(1)));
  ASSERT_EQ(answers.size(), 4u);
  EXPECT_EQ(answers[0].base_offset, 0);
  EXPECT_EQ(answers[1].error_code, wire::code_of(ErrorCode::invalid_txn_state));
  EXPECT_EQ(answers[2].base_offset, 1);
  EXPECT_EQ(answers[3].base_offset, 2);
  verifier.is_open = true;
  one.run(be_served);
  partition.verification().set_verifier(nullptr);
}

TEST(Verification, what_waits_when_the_leadership_ends_is_answered_so_and_not_appended) {
  OneNode one;
  GatedVerifier verifier;
  broker::Partition& partition = partition_of(one, 0);
  partition.verification().set_verifier(&verifier);
  std::vector<Appended> answers;
  bool ended = false;
  one.scope.spawn(play_four(one, answers, ended));
  ASSERT_TRUE(
      one.world.run_until([&] { return verifier.tickets.size() == 4; }, std::chrono::minutes(1)));
  partition.resign();
  ASSERT_TRUE(one.world.run_until([&] { return ended; }, std::chrono::minutes(1)));
  for (const Appended& answer : answers) {
    EXPECT_EQ(answer.error_code, wire::code_of(ErrorCode::not_leader_or_follower));
  }
  partition.verification().settle(verifier.tickets[0], ErrorCode::none);
  EXPECT_EQ(partition.log().log_end_offset(), 0);
  partition.verification().set_verifier(nullptr);
}

}  // namespace
}  // namespace weir::sim
