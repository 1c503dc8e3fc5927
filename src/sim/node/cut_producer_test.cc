// Producers that are not idempotent, whose connections are cut at every byte of everything that
// they say and hear, once each. (The idempotent one, which doubles nothing: producer_test.cc.)

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ranges>
#include <string>
#include <vector>

#include "base/sanitizer.h"
#include "sim/node/cut_network_test_support.h"
#include "sim/node/producer_play_test_support.h"

namespace weir::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

client::ProducerOptions plain_producer(std::int16_t acks) {
  return {.batches = {.batch_size = 120, .linger = milliseconds(0)},
          .delivery = {.acks = acks, .idempotent = false, .in_flight_max = 1}};
}

// How often a value stands in the log.
std::ptrdiff_t copies_of(const std::vector<FetchedRecord>& log, const std::string& value) {
  return std::ranges::count(log, value, &FetchedRecord::value);
}

// A batch that is sent again stands behind itself.
void expect_order_kept(const std::vector<FetchedRecord>& log) {
  const auto is_new_in = [](const auto& seen, const FetchedRecord& record) {
    return std::ranges::find(seen, record.value) == seen.end();
  };
  std::vector<std::string> forwards, backwards;
  for (const FetchedRecord& record : log) {
    if (is_new_in(forwards, record)) forwards.push_back(record.value);
  }
  for (const FetchedRecord& record : log | std::views::reverse) {
    if (is_new_in(backwards, record)) backwards.push_back(record.value);
  }
  EXPECT_TRUE(std::ranges::is_sorted(forwards));
  EXPECT_TRUE(std::ranges::is_sorted(backwards | std::views::reverse));
}

using Judge = void (*)(const Fates&, const std::vector<FetchedRecord>&, const std::string& prefix);

// Sends six records through a network that is cut at `cut`, and judges what came of them.
// `from`: where the log ended before; moved to where it ends now.
Task<Result<>> send_six(OneNode& one, std::int16_t acks, std::uint64_t cut, std::uint64_t& bytes,
                        Offset& from, Judge judge) {
  CutNetwork network(one.env().network);
  network.cut_after(cut);
  env::Env env = with_network(one.env(), network);
  ProducingClient client(env, options_for(one), plain_producer(acks));
  const std::string prefix = "cut" + std::to_string(cut);
  Fates fates;
  auto posting = post_all(client.producer, fates, prefix, 6);
  co_await std::move(posting);
  auto closing = client.close(in(one, seconds(60)));
  co_await std::move(closing);
  co_await sleep_for(one.env(), milliseconds(50));  // what is not answered may still be on its way
  auto reading = stored(one, from);
  CO_TRY_ASSIGN(const auto log, co_await std::move(reading));
  judge(fates, log, prefix);
  from += static_cast<Offset>(log.size());
  bytes = network.bytes();
  co_return Result<>{};
}

Task<Result<>> send_through_every_cut(OneNode& one, std::int16_t acks, Judge judge) {
  std::uint64_t cut = 0, bytes = 1;
  Offset end = 0;
  for (; cut < bytes && !testing::Test::HasFailure(); cut += test_stride) {
    SCOPED_TRACE(cut);
    auto sending = send_six(one, acks, cut, bytes, end, judge);
    CO_TRY(co_await std::move(sending));
  }
  EXPECT_GT(cut, 800u);
  co_return Result<>{};
}

// The answer that was lost is asked for again, and what was written then is written twice.
void expect_delivered_in_order(const Fates& fates, const std::vector<FetchedRecord>& log,
                               const std::string& prefix) {
  expect_order_kept(log);
  std::ptrdiff_t copies = 0;
  for (std::size_t i = 0; i < fates.outcomes.size(); ++i) {
    const std::string value = value_of(prefix, i);
    ASSERT_EQ(fates.outcomes[i].size(), 1u) << value << ": one outcome";
    const client::Delivery& delivery = fates.outcomes[i][0];
    ASSERT_TRUE(delivery) << value << ": " << delivery.error().why.message();
    const auto told = std::ranges::find(log, delivery->offset, &FetchedRecord::offset);
    ASSERT_NE(told, log.end()) << value;
    EXPECT_EQ(told->value, value) << "another record stands where it was told to be";
    EXPECT_LE(copies_of(log, value), 2) << value;
    copies += copies_of(log, value);
  }
  EXPECT_EQ(std::ssize(log), copies) << "nobody sent the rest";
}

TEST(CutProducer, with_acks_1_a_connection_cut_at_any_byte_loses_nothing) {
  OneNode one;
  one.run([](OneNode& here) { return send_through_every_cut(here, 1, expect_delivered_in_order); });
}

// Nothing is sent again. A record may be lost, and its outcome says so where its write was cut;
// what the system had taken before is on its way.
void expect_once_or_told(const Fates& fates, const std::vector<FetchedRecord>& log,
                         const std::string& prefix) {
  expect_order_kept(log);
  std::ptrdiff_t copies = 0, failed = 0;
  for (std::size_t i = 0; i < fates.outcomes.size(); ++i) {
    const std::string value = value_of(prefix, i);
    ASSERT_EQ(fates.outcomes[i].size(), 1u) << value << ": one outcome";
    const client::Delivery& delivery = fates.outcomes[i][0];
    EXPECT_LE(copies_of(log, value), 1) << value;
    copies += copies_of(log, value);
    if (delivery) {
      EXPECT_EQ(delivery->offset, no_offset);
      EXPECT_EQ(copies_of(log, value), 1) << value << " was handed to the system";
    } else {
      EXPECT_TRUE(delivery.error().may_be_written) << delivery.error().why.message();
      ++failed;
    }
  }
  EXPECT_LE(failed, 3) << "one batch was cut, which holds three";
  EXPECT_EQ(std::ssize(log), copies) << "nobody sent the rest";
}

TEST(CutProducer, with_acks_0_a_connection_cut_at_any_byte_doubles_nothing_and_tells_what_it_lost) {
  OneNode one;
  one.run([](OneNode& here) { return send_through_every_cut(here, 0, expect_once_or_told); });
}

}  // namespace
}  // namespace weir::sim
