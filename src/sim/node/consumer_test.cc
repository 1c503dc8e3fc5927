// Consumers on a whole node: alone, in groups, and when the node comes and goes.

#include "client/consumer/consumer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "sim/node/one_node_test_support.h"

namespace weir::sim {
namespace {

using client::Assignor;
using client::Cluster;
using client::Consumer;
using client::ConsumerOptions;
using client::OffsetReset;
using client::Outcome;
using client::Partitions;
using client::Polled;
using client::Position;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using Part = client::TopicPartition;

ConsumerOptions grouped(std::vector<Assignor> assignors = {Assignor::range}) {
  ConsumerOptions options;
  options.group.group_id = "g";
  options.group.session_timeout = seconds(10);
  options.group.assignors = std::move(assignors);
  options.reset.to = OffsetReset::earliest;
  return options;
}

// A client of its own.
struct Reader {
  Reader(OneNode& one, ConsumerOptions options, client::RebalanceListener listener = {})
      : here(one),
        cluster(one.env(), {.bootstrap = {one.node.address()}}),
        consumer(cluster, std::move(options), std::move(listener)) {}

  // Asks until `count` records have come in all, at most for `time`.
  Task<Result<>> read(std::size_t count, env::Duration time = seconds(60)) {
    const env::Instant until = in(here, time);
    while (values.size() < count && here.env().clock.now() < until) {
      auto polling = consumer.poll(std::min(until, in(here, seconds(1))));
      const Outcome<Polled> polled = co_await std::move(polling);
      if (!polled) co_return weir::fail(Errc::io, polled.error().message());
      for (const auto& [partition, batch] : *polled) {
        for (const auto& record : batch.records) {
          values.emplace_back(as_text(record.value.view()));
          offsets[partition] = record.offset;
        }
      }
    }
    EXPECT_EQ(values.size(), count);
    co_return Result<>{};
  }
  Task<> close() {
    auto closing = consumer.close(in(here, seconds(10)));
    EXPECT_TRUE((co_await std::move(closing)).has_value());
    auto ending = cluster.close();
    co_await std::move(ending);
  }

  OneNode& here;
  Cluster cluster;
  Consumer consumer;
  std::vector<std::string> values;
  std::map<Part, Offset> offsets;
};

// `values` to one partition; the topic is made with `partitions` where it is not "t".
Task<Result<>> write(OneNode& one, Part to, std::vector<std::string> values) {
  RawClient raw = one.client();
  auto connecting = raw.connect();
  CO_TRY(co_await std::move(connecting));
  auto producing =
      produce(raw, {to.topic, to.partition}, batch_of(values, one.env().clock.wall_ms()));
  CO_TRY_ASSIGN(const Appended appended, co_await std::move(producing));
  EXPECT_EQ(appended.error_code, 0);
  co_return Result<>{};
}

Task<Result<>> make_topic(OneNode& one, std::string name, std::int32_t partitions) {
  RawClient raw = one.client();
  auto connecting = raw.connect();
  CO_TRY(co_await std::move(connecting));
  auto creating = create_topic(raw, std::move(name), partitions);
  CO_TRY_ASSIGN(const auto code, co_await std::move(creating));
  EXPECT_EQ(code, 0);
  co_return Result<>{};
}

TEST(Consumer, a_group_goes_on_where_it_stopped) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    auto writing = write(here, {"t", 0}, {"a", "b", "c"});
    CO_TRY(co_await std::move(writing));
    {
      Reader first(here, grouped());
      EXPECT_TRUE(first.consumer.subscribe({"t"}));
      auto reading = first.read(3);
      CO_TRY(co_await std::move(reading));
      EXPECT_THAT(first.values, ElementsAre("a", "b", "c"));
      EXPECT_THAT(first.consumer.assignment(), ElementsAre(Part{"t", 0}));
      EXPECT_EQ(first.consumer.lag({"t", 0})->records, 0);
      auto again = first.consumer.poll(here.env().clock.now());  // through with all of them
      EXPECT_TRUE((co_await std::move(again)).has_value());
      auto closing = first.close();
      co_await std::move(closing);
    }
    auto more = write(here, {"t", 0}, {"d"});
    CO_TRY(co_await std::move(more));
    Reader second(here, grouped());
    EXPECT_TRUE(second.consumer.subscribe_matching([](std::string_view t) { return t == "t"; }));
    auto reading = second.read(1);
    CO_TRY(co_await std::move(reading));
    EXPECT_THAT(second.values, ElementsAre("d"));
    auto closing = second.close();
    co_await std::move(closing);
    co_return Result<>{};
  });
}

TEST(Consumer, a_group_reads_a_topic_that_is_made_after_it_was_wanted) {
  OneNode one(1, {{"auto.create.topics.enable", "false"}});
  one.run([](OneNode& here) -> Task<Result<>> {
    Reader early(here, grouped());
    EXPECT_TRUE(early.consumer.subscribe({"later"}));
    auto polling = early.consumer.poll(in(here, seconds(10)));
    co_await std::move(polling);
    EXPECT_THAT(early.consumer.assignment(), IsEmpty());
    auto making = make_topic(here, "later", 1);
    CO_TRY(co_await std::move(making));
    auto writing = write(here, {"later", 0}, {"a"});
    CO_TRY(co_await std::move(writing));
    auto reading = early.read(1, seconds(10));
    CO_TRY(co_await std::move(reading));
    EXPECT_THAT(early.values, ElementsAre("a"));
    auto closing = early.close();
    co_await std::move(closing);
    co_return Result<>{};
  });
}

TEST(Consumer, commits_only_what_the_application_is_through_with) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    auto writing = write(here, {"t", 0}, {"a", "b", "c", "d"});
    CO_TRY(co_await std::move(writing));
    ConsumerOptions options = grouped();
    options.finishes_by_hand = true;
    options.poll_records_max = 3;
    Reader reader(here, options);
    EXPECT_TRUE(reader.consumer.subscribe({"t"}));
    auto reading = reader.read(3);
    CO_TRY(co_await std::move(reading));
    EXPECT_TRUE(reader.consumer.finished({"t", 0}, 2));
    EXPECT_FALSE(reader.consumer.finished({"t", 0}, 4));
    auto closing = reader.close();
    co_await std::move(closing);

    Reader other(here, grouped());
    auto asking = other.consumer.committed({{"t", 0}}, in(here, seconds(10)));
    const auto committed = co_await std::move(asking);
    EXPECT_TRUE(committed.has_value());
    if (committed) EXPECT_EQ(committed->at({"t", 0}).offset, 2);
    auto ending = other.close();
    co_await std::move(ending);
    co_return Result<>{};
  });
}

// Two members, one after the other, share four partitions of ten records each.
Task<Result<>> share(OneNode& here, Assignor assignor, std::string topic) {
  auto making = make_topic(here, topic, 4);
  CO_TRY(co_await std::move(making));
  for (PartitionIndex p = 0; p < 4; ++p) {
    auto writing = write(here, {topic, p}, {"a" + std::to_string(p), "b" + std::to_string(p)});
    CO_TRY(co_await std::move(writing));
  }
  std::map<std::string, int> told;
  client::RebalanceListener listener;
  const auto note = [](std::map<std::string, int>& of, std::string what) -> Task<> {
    of[what] += 1;
    co_return;
  };
  listener.assigned = [&](Partitions) { return note(told, "assigned"); };
  listener.revoked = [&](Partitions) { return note(told, "revoked"); };
  listener.lost = [&](Partitions) { return note(told, "lost"); };
  Reader first(here, grouped({assignor}), listener);
  EXPECT_TRUE(first.consumer.subscribe({topic}));
  auto reading = first.read(8);
  CO_TRY(co_await std::move(reading));
  EXPECT_EQ(first.consumer.assignment().size(), 4u);

  Reader second(here, grouped({assignor}));
  EXPECT_TRUE(second.consumer.subscribe({topic}));
  for (int i = 0; i < 200 && second.consumer.assignment().size() != 2; ++i) {
    for (Reader* reader : {&first, &second}) {
      auto one_poll = reader->consumer.poll(in(here, std::chrono::milliseconds(100)));
      const auto polled = co_await std::move(one_poll);
      EXPECT_TRUE(polled.has_value());
      if (polled) EXPECT_THAT(*polled, IsEmpty()) << "a record twice";
    }
  }
  EXPECT_EQ(first.consumer.assignment().size(), 2u);
  EXPECT_EQ(second.consumer.assignment().size(), 2u);
  EXPECT_GE(told["assigned"], 2);
  EXPECT_EQ(told["revoked"], 1);
  EXPECT_EQ(told["lost"], 0);

  for (PartitionIndex p = 0; p < 4; ++p) {
    auto writing = write(here, {topic, p}, {"c" + std::to_string(p)});
    CO_TRY(co_await std::move(writing));
  }
  auto rest_of_first = first.read(10);
  CO_TRY(co_await std::move(rest_of_first));
  auto rest_of_second = second.read(2);
  CO_TRY(co_await std::move(rest_of_second));
  std::set<std::string> all(first.values.begin(), first.values.end());
  all.insert(second.values.begin(), second.values.end());
  EXPECT_EQ(all.size(), 12u);
  for (Reader* reader : {&first, &second}) {
    auto closing = reader->close();
    co_await std::move(closing);
  }
  co_return Result<>{};
}

TEST(Consumer, eager_members_share_a_topic) {
  OneNode one;
  one.run([](OneNode& here) { return share(here, Assignor::range, "eager"); });
}

TEST(Consumer, cooperative_members_share_a_topic) {
  OneNode one;
  one.run([](OneNode& here) { return share(here, Assignor::cooperative_sticky, "cooperative"); });
}

TEST(Consumer, by_hand_it_goes_where_it_is_told_to) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    auto writing = write(here, {"t", 0}, {"a", "b"});
    CO_TRY(co_await std::move(writing));
    co_await sleep_for(here.env(), seconds(10));
    const TimestampMs middle = here.env().clock.wall_ms();
    auto more = write(here, {"t", 0}, {"c", "d"});
    CO_TRY(co_await std::move(more));
    const Part t{"t", 0};
    ConsumerOptions options;  // no group, from the end on
    Reader reader(here, options);
    Consumer& consumer = reader.consumer;
    EXPECT_FALSE(consumer.subscribe({"t"}));
    EXPECT_FALSE(consumer.seek(t, {1}));
    consumer.assign({t});
    auto standing = consumer.position(t, in(here, seconds(10)));
    const auto position = co_await std::move(standing);
    EXPECT_TRUE(position.has_value());
    if (position) EXPECT_EQ(position->offset, 4);
    EXPECT_TRUE(consumer.seek(t, {1}));
    auto reading = reader.read(3);
    CO_TRY(co_await std::move(reading));
    EXPECT_THAT(reader.values, ElementsAre("b", "c", "d"));
    EXPECT_TRUE(consumer.seek_to_time(t, middle));
    auto again = reader.read(5);
    CO_TRY(co_await std::move(again));
    EXPECT_EQ(reader.values[3], "c");
    EXPECT_TRUE(consumer.pause(t));
    EXPECT_THAT(consumer.paused(), ElementsAre(t));
    EXPECT_TRUE(consumer.seek_to_time(t, client::time_of_earliest));
    auto waiting = consumer.poll(in(here, seconds(2)));
    EXPECT_THAT((co_await std::move(waiting)).value(), IsEmpty());
    EXPECT_TRUE(consumer.resume(t));
    auto rest = reader.read(9);
    CO_TRY(co_await std::move(rest));
    EXPECT_EQ(reader.values[5], "a");

    auto begin = consumer.beginning_offsets({t}, in(here, seconds(5)));
    EXPECT_EQ((co_await std::move(begin)).value().at(t).offset, 0);
    auto end = consumer.end_offsets({t}, in(here, seconds(5)));
    EXPECT_EQ((co_await std::move(end)).value().at(t).offset, 4);
    auto by_time = consumer.offsets_at({{t, middle}}, in(here, seconds(5)));
    EXPECT_EQ((co_await std::move(by_time)).value().at(t).offset, 2);
    auto closing = reader.close();
    co_await std::move(closing);
    co_return Result<>{};
  });
}

TEST(Consumer, an_offset_that_is_not_there_is_reset_or_told) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    auto writing = write(here, {"t", 0}, {"a", "b"});
    CO_TRY(co_await std::move(writing));
    const Part t{"t", 0};
    ConsumerOptions options;
    options.reset.to = OffsetReset::earliest;
    Reader reader(here, options);
    reader.consumer.assign({t});
    EXPECT_TRUE(reader.consumer.seek(t, {100}));
    auto reading = reader.read(2);
    CO_TRY(co_await std::move(reading));
    auto closing = reader.close();
    co_await std::move(closing);

    options.reset.to = OffsetReset::none;
    Reader strict(here, options);
    strict.consumer.assign({t});
    auto first = strict.consumer.poll(in(here, seconds(10)));
    EXPECT_EQ((co_await std::move(first)).error().cause.code, Errc::not_found);
    EXPECT_TRUE(strict.consumer.seek(t, {100}));
    auto polling = strict.consumer.poll(in(here, seconds(10)));
    EXPECT_EQ((co_await std::move(polling)).error().answer, wire::ErrorCode::offset_out_of_range);
    strict.consumer.wakeup();
    auto waking = strict.consumer.poll(in(here, seconds(10)));
    EXPECT_EQ((co_await std::move(waking)).error().cause.code, Errc::busy);
    auto ending = strict.close();
    co_await std::move(ending);
    co_return Result<>{};
  });
}

TEST(Consumer, behind_the_end_it_learns_where_the_end_is) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    auto writing = write(here, {"t", 0}, {"a", "b"});
    CO_TRY(co_await std::move(writing));
    const Part t{"t", 0};
    ConsumerOptions options;
    options.reset.to = OffsetReset::latest;
    Reader reader(here, options);
    reader.consumer.assign({t});
    EXPECT_TRUE(reader.consumer.seek(t, {100}));
    auto polling = reader.consumer.poll(in(here, seconds(10)));
    EXPECT_THAT((co_await std::move(polling)).value(), IsEmpty());
    const auto lag = reader.consumer.lag(t);
    EXPECT_TRUE(lag.has_value());
    if (lag) EXPECT_EQ(lag->records, 0);
    auto closing = reader.close();
    co_await std::move(closing);
    co_return Result<>{};
  });
}

Task<> add_one(int& count) {
  ++count;
  co_return;
}
client::RebalanceListener counting(int& lost) {
  client::RebalanceListener listener;
  listener.lost = [&lost](Partitions) { return add_one(lost); };
  return listener;
}

TEST(Consumer, a_member_that_stays_away_too_long_loses_its_partitions_and_comes_back) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    int lost = 0;
    ConsumerOptions options = grouped();
    options.group.poll_interval_max = seconds(20);
    Reader reader(here, options, counting(lost));
    EXPECT_TRUE(reader.consumer.subscribe({"t"}));
    auto writing = write(here, {"t", 0}, {"a"});
    CO_TRY(co_await std::move(writing));
    auto reading = reader.read(1);
    CO_TRY(co_await std::move(reading));
    const auto generation = reader.consumer.identity().generation;
    co_await sleep_for(here.env(), seconds(15));
    EXPECT_EQ(reader.consumer.identity().generation, generation);  // heartbeats went on
    co_await sleep_for(here.env(), seconds(15));
    EXPECT_EQ(reader.consumer.identity().generation, client::no_generation);
    auto again = reader.read(2, seconds(20));  // "a" was not committed: it comes again
    CO_TRY(co_await std::move(again));
    EXPECT_THAT(reader.values, ElementsAre("a", "a"));
    EXPECT_EQ(lost, 1);
    auto closing = reader.close();
    co_await std::move(closing);
    co_return Result<>{};
  });
}

TEST(Consumer, a_poll_that_waits_for_longer_than_max_poll_interval_ms_keeps_the_membership) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    ConsumerOptions options = grouped();
    options.group.poll_interval_max = seconds(20);
    int lost = 0;
    Reader reader(here, options, counting(lost));
    EXPECT_TRUE(reader.consumer.subscribe({"t"}));
    auto joining = reader.consumer.poll(in(here, seconds(10)));
    EXPECT_THAT((co_await std::move(joining)).value(), IsEmpty());
    const auto generation = reader.consumer.identity().generation;
    auto waiting = reader.consumer.poll(in(here, seconds(70)));
    EXPECT_THAT((co_await std::move(waiting)).value(), IsEmpty());
    co_await sleep_for(here.env(), seconds(15));  // from the end of the poll on
    EXPECT_EQ(reader.consumer.identity().generation, generation);
    EXPECT_EQ(lost, 0);
    auto closing = reader.close();
    co_await std::move(closing);
    co_return Result<>{};
  });
}

TEST(Consumer, partitions_that_are_given_up_by_hand_are_committed) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    auto writing = write(here, {"t", 0}, {"a", "b"});
    CO_TRY(co_await std::move(writing));
    const Part t{"t", 0};
    Reader reader(here, grouped());
    reader.consumer.assign({t});
    auto reading = reader.read(2);
    CO_TRY(co_await std::move(reading));
    auto finishing = reader.consumer.poll(here.env().clock.now());  // through with both
    EXPECT_THAT((co_await std::move(finishing)).value(), IsEmpty());
    reader.consumer.assign({});
    client::Offsets committed;
    const env::Instant until = in(here, seconds(3));  // auto.commit.interval.ms is five
    while (committed.empty() && here.env().clock.now() < until) {
      auto asking = reader.consumer.committed({t}, until);
      committed = (co_await std::move(asking)).value();
      co_await sleep_for(here.env(), std::chrono::milliseconds(10));
    }
    EXPECT_EQ(committed[t].offset, 2);
    auto closing = reader.close();
    co_await std::move(closing);
    co_return Result<>{};
  });
}

TEST(Consumer, tells_how_old_what_it_has_read_is) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    auto writing = write(here, {"t", 0}, {"a"});
    CO_TRY(co_await std::move(writing));
    co_await sleep_for(here.env(), seconds(20));
    auto more = write(here, {"t", 0}, {"b"});
    CO_TRY(co_await std::move(more));
    const Part t{"t", 0};
    ConsumerOptions options;
    options.poll_records_max = 1;
    Reader reader(here, options);
    reader.consumer.assign({t});
    EXPECT_TRUE(reader.consumer.seek(t, {0}));
    const auto age = [&] { return reader.consumer.lag(t).value_or(client::Lag{}).time; };
    auto first = reader.read(1);
    CO_TRY(co_await std::move(first));
    EXPECT_GE(age(), std::chrono::milliseconds(20'000));
    EXPECT_LE(age(), std::chrono::milliseconds(25'000));
    auto second = reader.read(2);
    CO_TRY(co_await std::move(second));
    EXPECT_EQ(age(), std::chrono::milliseconds(0)) << "everything was read";
    EXPECT_TRUE(reader.consumer.seek(t, {0}));
    EXPECT_EQ(age(), std::nullopt) << "what was read elsewhere says nothing of here";
    auto closing = reader.close();
    co_await std::move(closing);
    co_return Result<>{};
  });
}

TEST(Consumer, limits_of_zero_fetch_a_batch_at_a_time) {
  OneNode one;
  one.run([](OneNode& here) -> Task<Result<>> {
    auto writing = write(here, {"t", 0}, {"a", "b"});
    CO_TRY(co_await std::move(writing));
    auto more = write(here, {"t", 0}, {"c"});
    CO_TRY(co_await std::move(more));
    ConsumerOptions options = grouped();
    options.limits.partition_bytes_max = 0;
    options.limits.prefetched_bytes_max = 0;
    Reader reader(here, options);
    EXPECT_TRUE(reader.consumer.subscribe({"t"}));
    auto reading = reader.read(3);
    CO_TRY(co_await std::move(reading));
    EXPECT_THAT(reader.values, ElementsAre("a", "b", "c"));
    auto closing = reader.close();
    co_await std::move(closing);
    co_return Result<>{};
  });
}

// Reads on through every restart of the node, commits as it goes, and gets each record once: no
// commit that was acknowledged is lost, and no generation is lost unless the session is.
Task<> read_through(OneNode& here, Reader& reader, std::size_t count, bool& ended) {
  while (reader.values.size() < count) {
    auto polling = reader.consumer.poll(in(here, seconds(1)));
    const Outcome<Polled> polled = co_await std::move(polling);
    EXPECT_TRUE(polled.has_value()) << (polled ? "" : polled.error().message());
    if (!polled) break;
    for (const auto& [partition, batch] : *polled) {
      for (const auto& record : batch.records) {
        EXPECT_EQ(record.offset, static_cast<Offset>(reader.values.size()));
        reader.values.emplace_back(as_text(record.value.view()));
      }
    }
  }
  auto closing = reader.close();
  co_await std::move(closing);
  ended = true;
}

TEST(Consumer, reads_on_when_the_node_comes_back) {
  for (const Crash crash : {Crash::process, Crash::power_keep_none}) {
    OneNode one;
    one.run([](OneNode& here) { return write(here, {"t", 0}, {"a", "b"}); });
    Reader reader(one, grouped());
    EXPECT_TRUE(reader.consumer.subscribe({"t"}));
    bool ended = false;
    one.scope.spawn(read_through(one, reader, 6, ended));
    EXPECT_TRUE(one.world.run_until([&] { return reader.values.size() == 2; }, seconds(60)));
    for (int restart = 0; restart < 2; ++restart) {
      one.node.crash(crash);
      one.world.run_for(seconds(2));
      EXPECT_TRUE(one.node.start_and_wait().has_value());
      one.run([](OneNode& here) { return write(here, {"t", 0}, {"c", "d"}); });
      const std::size_t read = 4 + 2 * static_cast<std::size_t>(restart);
      EXPECT_TRUE(one.world.run_until([&] { return reader.values.size() == read; }, seconds(120)));
    }
    EXPECT_TRUE(one.world.run_until([&] { return ended; }, seconds(60)));
    EXPECT_EQ(reader.values.size(), 6u);
  }
}

// One who reads, and closes after the node has gone.
struct Leaver {
  Leaver(OneNode& one, ConsumerOptions options, seconds patience_in)
      : reader(one, std::move(options)), patience(patience_in) {}
  Reader reader;
  seconds patience;
  bool has_read = false, is_alone = false, ended = false;
  static Task<> run(OneNode& here, Leaver& self) {
    auto reading = self.reader.read(1);
    EXPECT_TRUE(co_await std::move(reading));
    self.has_read = true;
    while (!self.is_alone) {
      auto polling = self.reader.consumer.poll(in(here, std::chrono::milliseconds(100)));
      (void)co_await std::move(polling);
    }
    const env::Instant before = here.env().clock.now();
    auto closing = self.reader.consumer.close(before + self.patience);
    EXPECT_FALSE(co_await std::move(closing)) << "nobody has heard the commit";
    EXPECT_LE(here.env().clock.now() - before, self.patience + std::chrono::milliseconds(10));
    auto ending = self.reader.cluster.close();
    co_await std::move(ending);
    EXPECT_LE(here.env().clock.now() - before, self.patience + std::chrono::milliseconds(100));
    self.ended = true;
  }
};

TEST(Consumer, closing_waits_for_no_broker_after_its_deadline) {
  for (const seconds patience : {seconds(0), seconds(1), seconds(3)}) {
    for (const bool is_member : {true, false}) {
      OneNode one;
      one.run([](OneNode& here) { return write(here, {"t", 0}, {"a"}); });
      std::vector<std::string> told;
      ConsumerOptions options = grouped();
      options.commit_interval = std::chrono::hours(1);
      options.on_commit_failed = [&](const client::Failure& why) { told.push_back(why.message()); };
      Leaver leaver(one, options, patience);
      if (is_member) {
        EXPECT_TRUE(leaver.reader.consumer.subscribe({"t"}));
      } else {
        leaver.reader.consumer.assign({{"t", 0}});
      }
      one.scope.spawn(Leaver::run(one, leaver));
      ASSERT_TRUE(one.world.run_until([&] { return leaver.has_read; }, seconds(60)));
      one.node.crash(Crash::power_keep_none);  // its silence is noticed late
      leaver.is_alone = true;
      EXPECT_TRUE(one.world.run_until([&] { return leaver.ended; }, seconds(60)));
      EXPECT_EQ(told.size(), 1u);
      EXPECT_EQ(one.log_lines_with("not committed by themselves"), 1u);
    }
  }
}

TEST(Consumer, a_commit_of_its_own_that_fails_is_told_and_tried_again_soon) {
  OneNode one;
  one.run([](OneNode& here) { return write(here, {"t", 0}, {"a"}); });
  int told = 0;
  ConsumerOptions options = grouped();
  options.on_commit_failed = [&](const client::Failure& why) {
    EXPECT_TRUE(why.is_retriable()) << why.message();
    ++told;
  };
  options.commit_interval = std::chrono::minutes(10);
  options.group.session_timeout = std::chrono::minutes(30);
  Reader reader(one, options);
  EXPECT_TRUE(reader.consumer.subscribe({"t"}));
  bool ended = false;
  struct Life {
    static Task<> run(OneNode& here, Reader& of, bool& over) {
      while (of.values.size() < 2) {
        auto polling = of.consumer.poll(in(here, seconds(1)));
        const Outcome<Polled> polled = co_await std::move(polling);
        EXPECT_TRUE(polled) << (polled ? "" : polled.error().message());
        if (!polled) break;
        for (const auto& each : *polled) {
          for (const auto& record : each.batch.records) {
            of.values.emplace_back(as_text(record.value.view()));
          }
        }
      }
      auto asking = of.consumer.committed({{"t", 0}}, in(here, seconds(10)));
      const auto committed = co_await std::move(asking);
      EXPECT_TRUE(committed);
      if (committed) EXPECT_EQ(committed->at({"t", 0}).offset, 1);
      auto closing = of.close();
      co_await std::move(closing);
      over = true;
    }
  };
  one.scope.spawn(Life::run(one, reader, ended));
  ASSERT_TRUE(one.world.run_until([&] { return reader.values.size() == 1; }, seconds(60)));
  one.world.run_for(std::chrono::minutes(9));
  one.node.crash(Crash::process);
  one.world.run_for(std::chrono::minutes(2));  // the commit is due meanwhile
  EXPECT_GE(told, 1);
  EXPECT_GE(one.log_lines_with("not committed by themselves"), 1u);
  EXPECT_TRUE(one.node.start_and_wait().has_value());
  one.world.run_for(seconds(20));
  one.run([](OneNode& here) { return write(here, {"t", 0}, {"b"}); });
  EXPECT_TRUE(one.world.run_until([&] { return ended; }, seconds(60)));
}

}  // namespace
}  // namespace weir::sim
