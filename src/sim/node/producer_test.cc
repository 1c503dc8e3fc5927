// The producer against a whole node.

#include "client/producer/producer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sim/node/cut_network_test_support.h"
#include "sim/node/producer_play_test_support.h"

namespace weir::sim {
namespace {

using client::Delivery;
using client::OnDelivery;
using client::Producer;
using client::ProducerOptions;
using client::ProducerRecord;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

// Every record delivered once, in order, at the offset that was told.
void expect_exactly_once(const Fates& fates, const std::vector<FetchedRecord>& log,
                         std::string_view prefix) {
  std::vector<FetchedRecord> expected, found;
  for (std::size_t i = 0; i < fates.outcomes.size(); ++i) {
    ASSERT_EQ(fates.outcomes[i].size(), 1u) << i << ": one outcome";
    const Delivery& delivery = fates.outcomes[i][0];
    ASSERT_TRUE(delivery) << i << ": " << delivery.error().why.message();
    expected.push_back({delivery->offset, value_of(prefix, i)});
  }
  for (const FetchedRecord& record : log) {
    if (record.value.starts_with(std::string(prefix) + "-")) found.push_back(record);
  }
  EXPECT_EQ(found, expected);
}

TEST(Producer, delivers_awaited_records_with_their_offsets) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    ProducingClient client(here.env(), options_for(here), {});
    for (Offset offset = 0; offset < 3; ++offset) {
      auto sending = client.producer.send(record_of("awaited"));
      const Delivery delivery = co_await std::move(sending);
      EXPECT_TRUE(delivery);
      if (delivery) EXPECT_EQ(delivery->offset, offset);
    }
    auto closing = client.close(env::Instant::max());
    co_await std::move(closing);
    auto reading = stored(here);
    CO_TRY_ASSIGN(const auto log, co_await std::move(reading));
    EXPECT_EQ(log.size(), 3u);
    co_return Result<>{};
  });
}

TEST(Producer, an_awaited_record_does_not_wait_for_linger) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    ProducingClient client(here.env(), options_for(here), {.batches = {.linger = seconds(5)}});
    auto first = client.producer.send(record_of("first"));
    co_await std::move(first);
    const env::Instant before = here.env().clock.now();
    for (int i = 0; i < 5; ++i) {
      auto sending = client.producer.send(record_of("next"));
      co_await std::move(sending);
    }
    EXPECT_LT(here.env().clock.now() - before, seconds(1));
    auto closing = client.close(env::Instant::max());
    co_await std::move(closing);
    co_return Result<>{};
  });
}

TEST(Producer, flush_sends_what_lingers) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    ProducingClient client(here.env(), options_for(here),
                           {.batches = {.linger = minutes(1), .linger_adapts = false}});
    Fates fates;
    auto posting = post_all(client.producer, fates, "a", 10);
    co_await std::move(posting);
    EXPECT_EQ(fates.open(), 10u);
    auto hasty = client.producer.flush(here.env().clock.now());
    EXPECT_FALSE(co_await std::move(hasty));
    auto flushing = client.producer.flush(here.env().clock.now() + seconds(5));
    EXPECT_TRUE(co_await std::move(flushing));
    EXPECT_EQ(fates.open(), 0u);
    auto closing = client.close(env::Instant::max());
    co_await std::move(closing);
    co_return Result<>{};
  });
}

TEST(Producer, memory_that_is_used_up_makes_callers_wait) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    ProducingClient client(here.env(), options_for(here),
                           {.batches = {.batch_size = 200, .buffer_memory = 600}});
    Fates fates;
    auto posting = post_all(client.producer, fates, "many", 200);
    co_await std::move(posting);
    EXPECT_LE(client.producer.memory_in_use(), 600u);
    auto closing = client.close(env::Instant::max());
    co_await std::move(closing);
    auto reading = stored(here);
    CO_TRY_ASSIGN(const auto log, co_await std::move(reading));
    expect_exactly_once(fates, log, "many");
    co_return Result<>{};
  });
}

struct Blocked {
  explicit Blocked(OneNode& one)
      : client(one.env(), options_for(one),
               {.batches = {.batch_size = 200, .buffer_memory = 200},
                .block_max = milliseconds(100)}) {}
  ProducingClient client;
  bool is_warm = false, ended = false;
  static Task<> run(OneNode& one, Blocked& blocked) {
    Producer& producer = blocked.client.producer;
    auto warming = producer.send(record_of("first"));
    co_await std::move(warming);
    blocked.is_warm = true;
    co_await sleep_for(one.env(), seconds(1));  // the node is killed
    const std::string full(120, 'x');
    OnDelivery nobody;
    EXPECT_TRUE(producer.try_post(record_of(full), nobody));
    EXPECT_FALSE(producer.try_post(record_of(full), nobody));
    auto sending = producer.send(record_of(full));
    const Delivery delivery = co_await std::move(sending);
    EXPECT_FALSE(delivery);
    if (!delivery) EXPECT_THAT(delivery.error().why.message(), HasSubstr("buffer.memory"));
    // Whoever has waited elsewhere for as long waits no longer here.
    const env::Instant begin = one.env().clock.now();
    auto posting = producer.post(record_of(full), {}, milliseconds(100));
    co_await std::move(posting);
    EXPECT_LT(one.env().clock.now() - begin, milliseconds(50));
    auto closing = blocked.client.close(one.env().clock.now());
    co_await std::move(closing);
    blocked.ended = true;
  }
};

TEST(Producer, waiting_for_memory_ends_after_max_block_ms) {
  OneNode one;
  Blocked blocked(one);
  one.scope.spawn(Blocked::run(one, blocked));
  ASSERT_TRUE(one.world.run_until([&] { return blocked.is_warm; }, minutes(1)));
  one.node.crash(Crash::process);
  EXPECT_TRUE(one.world.run_until([&] { return blocked.ended; }, minutes(1)));
}

Task<Result<>> expect_failure(OneNode& here, ProducerOptions how, ProducerRecord record,
                              std::string_view says) {
  auto where = options_for(here);
  where.creates_topics = false;
  ProducingClient client(here.env(), where, how);
  auto sending = client.producer.send(record);
  const Delivery delivery = co_await std::move(sending);
  EXPECT_FALSE(delivery);
  if (!delivery) {
    EXPECT_FALSE(delivery.error().may_be_written);
    EXPECT_THAT(delivery.error().why.message(), HasSubstr(says));
  }
  auto closing = client.close(here.env().clock.now());
  co_await std::move(closing);
  co_return Result<>{};
}

TEST(Producer, what_can_never_be_taken_says_why) {
  OneNode one;
  one.run([](OneNode& here) {
    return expect_failure(here, {.block_max = seconds(2)}, {.topic = "nowhere"},
                          "UNKNOWN_TOPIC_OR_PARTITION");
  });
  one.run([](OneNode& here) {
    return expect_failure(here, {}, {.topic = "no topic name"}, "INVALID_TOPIC");
  });
  one.run([](OneNode& here) {
    return expect_failure(here, {.block_max = seconds(2)}, {.topic = "t", .partition = 9},
                          "has no partition 9");
  });
  one.run([](OneNode& here) {
    return expect_failure(here, {}, {.topic = "t", .partition = -3}, "there is no partition -3");
  });
  one.run([](OneNode& here) {
    static const std::string large(2'000, 'x');
    return expect_failure(here, {.batches = {.request_size_max = 1'000}}, record_of(large),
                          "max.request.size");
  });
  one.run([](OneNode& here) {
    client::PartitionOptions own;
    own.own = [](const ProducerRecord&, PartitionIndex) { return PartitionIndex{7}; };
    return expect_failure(here, {.partitions = own}, record_of("x"), "partitioner chose");
  });
}

TEST(Producer, a_topic_that_is_missing_is_made_by_sending_to_it) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    ProducingClient client(here.env(), options_for(here), {});
    auto sending = client.producer.send({.topic = "made", .value = wire::Blob(as_bytes("x"))});
    EXPECT_TRUE(co_await std::move(sending));
    auto closing = client.close(env::Instant::max());
    co_await std::move(closing);
    co_return Result<>{};
  });
}

// A purge ends records at once and tells it in a later turn of the loop: the flush waits for that.
TEST(Producer, a_flush_ends_when_everybody_was_told) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    ProducingClient client(here.env(), options_for(here),
                           {.batches = {.linger = minutes(1), .linger_adapts = false}});
    Fates fates;
    auto posting = post_all(client.producer, fates, "purged", 10);
    co_await std::move(posting);
    client.producer.purge(/*in_flight_too=*/true);
    EXPECT_EQ(fates.open(), 10u);
    auto flushing = client.producer.flush(here.env().clock.now() + seconds(5));
    EXPECT_TRUE(co_await std::move(flushing));
    EXPECT_EQ(fates.open(), 0u);
    auto closing = client.close(env::Instant::max());
    co_await std::move(closing);
    co_return Result<>{};
  });
}

TEST(Producer, acks_0_tells_no_offset) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    ProducingClient client(here.env(), options_for(here),
                           {.delivery = {.acks = 0, .idempotent = false}});
    auto sending = client.producer.send(record_of("unanswered"));
    const Delivery delivery = co_await std::move(sending);
    EXPECT_TRUE(delivery);
    if (delivery) EXPECT_EQ(delivery->offset, no_offset);
    auto closing = client.close(env::Instant::max());
    co_await std::move(closing);
    co_await sleep_for(here.env(), seconds(1));
    auto reading = stored(here);
    CO_TRY_ASSIGN(const auto log, co_await std::move(reading));
    EXPECT_EQ(log.size(), 1u);
    co_return Result<>{};
  });
}

TEST(Producer, a_closed_one_takes_nothing) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    ProducingClient client(here.env(), options_for(here), {});
    auto closing = client.close(here.env().clock.now());
    co_await std::move(closing);
    auto sending = client.producer.send(record_of("late"));
    const Delivery delivery = co_await std::move(sending);
    EXPECT_FALSE(delivery);
    co_return Result<>{};
  });
}

TEST(Producer, closing_without_waiting_is_quick_and_tells_every_outcome) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    ProducingClient client(here.env(), {.bootstrap = {{"broker", 1}}}, {});
    Fates fates;
    OnDelivery done = fates.next();
    EXPECT_FALSE(client.producer.try_post(record_of("x"), done));
    here.scope.spawn(client.producer.post(record_of("x"), std::move(done)));
    const env::Instant before = here.env().clock.now();
    auto closing = client.close(before);
    co_await std::move(closing);
    EXPECT_LT(here.env().clock.now() - before, milliseconds(50));
    EXPECT_EQ(fates.open(), 0u);
    co_return Result<>{};
  });
}

// --- cut connections and restarts ---

ProducerOptions small_batches() {
  return {.batches = {.batch_size = 120, .linger = milliseconds(0)}};
}

struct StormPlay {
  CutNetwork network;
  env::Env env;
  ProducingClient client;
  Fates fates;
  std::string prefix;
  StormPlay(OneNode& one, std::string prefix_in)
      : network(one.env().network),
        env(with_network(one.env(), network)),
        client(env, options_for(one), small_batches()),
        prefix(std::move(prefix_in)) {}

  // `from`: where the log ended before; moved to where it ends now.
  Task<Result<>> run(OneNode& one, std::size_t count, Offset& from) {
    auto posting = post_all(client.producer, fates, prefix, count);
    co_await std::move(posting);
    auto closing = client.close(env::Instant::max());
    co_await std::move(closing);
    auto reading = stored(one, from);
    CO_TRY_ASSIGN(const auto log, co_await std::move(reading));
    expect_exactly_once(fates, log, prefix);
    EXPECT_EQ(log.size(), count);
    from += static_cast<Offset>(log.size());
    co_return Result<>{};
  }
};

// From the first byte of the first connection to the last of the last answer: every byte is once
// the one at which the connection is cut.
TEST(Producer, a_connection_cut_at_any_byte_loses_and_doubles_nothing) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    std::uint64_t cut = 0, bytes = 1;
    Offset end = 0;
    for (; cut < bytes && !testing::Test::HasFailure(); ++cut) {
      SCOPED_TRACE(cut);
      StormPlay play(here, "cut" + std::to_string(cut));
      play.network.cut_after(cut);
      auto playing = play.run(here, 6, end);
      CO_TRY(co_await std::move(playing));
      bytes = play.network.bytes();
    }
    EXPECT_GT(cut, 1'000u);
    co_return Result<>{};
  });
}

TEST(Producer, connections_cut_again_and_again_lose_and_double_nothing) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    SeededRandom random(5);
    Offset end = 0;
    for (int round = 0; round < 60 && !testing::Test::HasFailure(); ++round) {
      SCOPED_TRACE(round);
      StormPlay play(here, "round" + std::to_string(round));
      std::uint64_t at = 0;
      for (int i = 0; i < 20; ++i) play.network.cut_after(at += random.below(3'000));
      auto playing = play.run(here, 100, end);
      CO_TRY(co_await std::move(playing));
    }
    co_return Result<>{};
  });
}

struct Stream {
  explicit Stream(OneNode& one) : client(one.env(), options_for(one), small_batches()) {}
  ProducingClient client;
  Fates fates;
  bool ended = false;
  static Task<> run(OneNode& one, Stream& stream) {
    for (std::size_t i = 0; i < 10'000; ++i) {
      const std::string value = value_of("stream", i);
      auto posting = stream.client.producer.post(record_of(value), stream.fates.next());
      co_await std::move(posting);
      co_await sleep_for(one.env(), milliseconds(2));
    }
    auto closing = stream.client.close(env::Instant::max());
    co_await std::move(closing);
    auto reading = stored(one);
    const auto log = co_await std::move(reading);
    EXPECT_TRUE(log);
    if (log) expect_exactly_once(stream.fates, *log, "stream");
    stream.ended = true;
  }
};

TEST(Producer, a_node_that_crashes_and_starts_again_loses_and_doubles_nothing) {
  for (std::uint64_t seed = 3; seed < 7 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    OneNode one;
    SeededRandom random(seed);
    Stream stream(one);
    one.scope.spawn(Stream::run(one, stream));
    for (const Crash kind : {Crash::process, Crash::power_keep_none, Crash::power_keep_some,
                             Crash::process, Crash::power_keep_some}) {
      one.world.run_for(milliseconds(500 + random.below(1'500)));
      EXPECT_FALSE(stream.ended);
      one.node.crash(kind);
      one.world.run_for(milliseconds(random.below(3'000)));
      one.node.start();
    }
    EXPECT_TRUE(one.world.run_until([&] { return stream.ended; }, minutes(10)));
  }
}

}  // namespace
}  // namespace weir::sim
