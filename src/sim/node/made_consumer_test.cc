// Consumers of a made topic: logs that were truncated behind their backs (KIP-320), and what they
// say in their fetch sessions (KIP-227).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "client/consumer/consumer.h"
#include "sim/node/made_topic_test_support.h"

namespace weir::sim {
namespace {

using client::Consumer;
using client::ConsumerOptions;
using client::OffsetReset;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Spot = client::TopicPartition;

const Spot first_spot{"t", 0};
const Spot second_spot{"t", 1};

struct MadeReader {
  MadeReader(std::vector<MadeTopic::Log> logs, LeaderEpoch epoch, ConsumerOptions options)
      : topic(made, std::move(logs), epoch),
        cluster(made.env(), {.bootstrap = {MadeWorld::address(MadeTopic::port)}, .rack = "r7"}),
        consumer(cluster, std::move(options)) {}
  // What one poll brings.
  Task<std::vector<std::string>> poll(env::Duration time) {
    auto polling = consumer.poll(made.in(time));
    const auto polled = co_await std::move(polling);
    std::vector<std::string> values;
    if (!polled) {
      failures.push_back(polled.error().message());
      co_return values;
    }
    for (const auto& each : *polled) {
      for (const auto& record : each.batch.records) {
        values.emplace_back(as_text(record.value.view()));
      }
    }
    co_return values;
  }
  Task<> close() {
    auto closing = consumer.close(made.in(seconds(5)));
    EXPECT_TRUE((co_await std::move(closing)).has_value());
    auto ending = cluster.close();
    co_await std::move(ending);
  }
  MadeWorld made;
  MadeTopic topic;
  client::Cluster cluster;
  Consumer consumer;
  std::vector<std::string> failures;
};

ConsumerOptions three_a_time(OffsetReset reset) {
  ConsumerOptions options;
  options.reset.to = reset;
  options.poll_records_max = 3;
  options.fetch_wait_max = milliseconds(100);
  return options;
}

// --- truncation ---

const MadeTopic::Log whole_log{{3, "a"}, {3, "b"}, {3, "c"}, {3, "d"}};
const MadeTopic::Log parted_log{{3, "a"}, {3, "b"}, {5, "C"}, {5, "D"}, {5, "E"}};

// Three records were handed out and the fourth fetched when two of them are replaced.
Task<> read_before_the_truncation(MadeReader& here) {
  here.consumer.assign({first_spot});
  EXPECT_TRUE(here.consumer.seek(first_spot, {0}));
  auto reading = here.poll(seconds(5));
  EXPECT_THAT(co_await std::move(reading), ElementsAre("a", "b", "c"));
  co_await sleep_for(here.made.env(), seconds(1));
  here.topic.logs[0] = parted_log;
  if (here.topic.fences) here.topic.epoch = 5;
  co_await sleep_for(here.made.env(), seconds(2));
}

Task<> read_on_where_the_logs_part(MadeReader& here) {
  auto beginning = read_before_the_truncation(here);
  co_await std::move(beginning);
  auto reading = here.poll(seconds(5));
  EXPECT_THAT(co_await std::move(reading), ElementsAre("C", "D", "E"));
  EXPECT_THAT(here.failures, IsEmpty());
  auto standing = here.consumer.position(first_spot, here.made.in(seconds(1)));
  const auto position = co_await std::move(standing);
  EXPECT_TRUE(position.has_value());
  if (position) EXPECT_EQ(*position, (client::Position{5, 5}));
  auto closing = here.close();
  co_await std::move(closing);
}

TEST(MadeConsumer, after_a_truncation_it_reads_on_where_the_logs_part) {
  for (const bool fences : {true, false}) {
    SCOPED_TRACE(fences ? "OffsetForLeaderEpoch tells" : "Fetch tells");
    MadeReader here({whole_log}, 3, three_a_time(OffsetReset::latest));
    here.topic.fences = fences;
    here.made.run(read_on_where_the_logs_part(here));
  }
}

Task<> be_told_of_the_truncation(MadeReader& here) {
  auto beginning = read_before_the_truncation(here);
  co_await std::move(beginning);
  auto reading = here.poll(seconds(5));
  EXPECT_THAT(co_await std::move(reading), IsEmpty());
  EXPECT_THAT(here.failures, ElementsAre(HasSubstr("truncated to offset 2 below the position 3")));
  EXPECT_TRUE(here.consumer.seek(first_spot, {2}));  // as the application decides
  auto again = here.poll(seconds(5));
  EXPECT_THAT(co_await std::move(again), ElementsAre("C", "D", "E"));
  auto closing = here.close();
  co_await std::move(closing);
}

TEST(MadeConsumer, with_auto_offset_reset_none_a_truncation_is_told) {
  for (const bool fences : {true, false}) {
    SCOPED_TRACE(fences ? "OffsetForLeaderEpoch tells" : "Fetch tells");
    MadeReader here({whole_log}, 3, three_a_time(OffsetReset::none));
    here.topic.fences = fences;
    here.made.run(be_told_of_the_truncation(here));
  }
}

// --- fetch sessions ---

// Requests from `begin` on carry the session's next epochs; those that name partitions are counted.
std::size_t expect_incremental(const MadeReader& here, std::size_t begin) {
  std::size_t naming = 0;
  std::int32_t last_epoch = 0;
  for (std::size_t i = begin; i < here.topic.fetches.size(); ++i) {
    const auto& fetch = here.topic.fetches[i];
    EXPECT_EQ(fetch.session_id, MadeTopic::session_id);
    EXPECT_GT(fetch.session_epoch, 0);
    if (last_epoch > 0) EXPECT_EQ(fetch.session_epoch, last_epoch + 1);
    last_epoch = fetch.session_epoch;
    naming += fetch.named.empty() ? 0 : 1;
  }
  return naming;
}

Task<> name_what_is_new(MadeReader& here) {
  here.consumer.assign({first_spot, second_spot});
  auto waiting = here.poll(seconds(3));
  EXPECT_THAT(co_await std::move(waiting), IsEmpty());
  auto& fetches = here.topic.fetches;
  EXPECT_GE(fetches.size(), 25u);
  EXPECT_LE(fetches.size(), 35u) << "fetch.max.wait.ms is 100";
  if (fetches.empty()) co_return;
  EXPECT_EQ(fetches[0].session_id, 0);
  EXPECT_EQ(fetches[0].session_epoch, 0);
  EXPECT_THAT(fetches[0].named, ElementsAre(0, 1));
  EXPECT_EQ(expect_incremental(here, 1), 0u) << "nothing has changed";

  // A record: its partition is asked for behind it.
  std::size_t seen = fetches.size();
  here.topic.logs[0].push_back({3, "a"});
  auto reading = here.poll(seconds(3));
  EXPECT_THAT(co_await std::move(reading), ElementsAre("a"));
  co_await sleep_for(here.made.env(), seconds(1));
  EXPECT_EQ(expect_incremental(here, seen), 1u);
  const auto naming =
      std::ranges::find_if(fetches.begin() + static_cast<std::ptrdiff_t>(seen), fetches.end(),
                           [](const auto& f) { return !f.named.empty(); });
  if (naming != fetches.end()) EXPECT_THAT(naming->named, ElementsAre(0));
  for (const auto& fetch : fetches) EXPECT_EQ(fetch.rack, "r7");
}

Task<> forget_what_is_paused(MadeReader& here) {
  auto& fetches = here.topic.fetches;
  const std::size_t seen = fetches.size();
  EXPECT_TRUE(here.consumer.pause(second_spot));
  co_await sleep_for(here.made.env(), seconds(1));
  EXPECT_EQ(expect_incremental(here, seen), 0u);
  std::size_t forgetting = 0;
  for (std::size_t i = seen; i < fetches.size(); ++i) {
    if (fetches[i].forgotten.empty()) continue;
    EXPECT_THAT(fetches[i].forgotten, ElementsAre(1));
    ++forgetting;
  }
  EXPECT_EQ(forgetting, 1u);
}

Task<> begin_again_when_the_broker_has_forgotten(MadeReader& here) {
  auto& fetches = here.topic.fetches;
  here.topic.forgets_session = true;
  co_await sleep_for(here.made.env(), seconds(2));
  EXPECT_FALSE(here.topic.forgets_session);
  const auto full =
      std::ranges::find(fetches.begin() + 1, fetches.end(), 0, &MadeTopic::Fetched::session_epoch);
  EXPECT_NE(full, fetches.end());
  if (full == fetches.end()) co_return;
  EXPECT_EQ(full->session_id, 0);
  EXPECT_THAT(full->named, ElementsAre(0));
  const auto next = static_cast<std::size_t>(full - fetches.begin()) + 1;
  EXPECT_GT(fetches.size(), next);
  EXPECT_EQ(expect_incremental(here, next), 0u);
  here.topic.logs[0].push_back({3, "b"});
  auto reading = here.poll(seconds(3));
  EXPECT_THAT(co_await std::move(reading), ElementsAre("b"));
}

Task<> live_through_a_session(MadeReader& here) {
  auto naming = name_what_is_new(here);
  co_await std::move(naming);
  auto forgetting = forget_what_is_paused(here);
  co_await std::move(forgetting);
  auto beginning = begin_again_when_the_broker_has_forgotten(here);
  co_await std::move(beginning);
  EXPECT_THAT(here.failures, IsEmpty());
  auto closing = here.close();
  co_await std::move(closing);
}

TEST(MadeConsumer, a_fetch_session_names_only_what_has_changed) {
  MadeReader here({{}, {}}, 3, three_a_time(OffsetReset::earliest));
  here.made.run(live_through_a_session(here));
}

}  // namespace
}  // namespace weir::sim
