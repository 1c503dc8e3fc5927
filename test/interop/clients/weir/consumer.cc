// What consumers promise beside the stock scenarios.

#include <atomic>
#include <thread>

#include "scenario.h"

namespace interop {
namespace {

void write(const Cluster& cluster, std::string_view name, int count, int partition = 0) {
  auto producer = cluster.producer();
  const std::string topic = cluster.topic(name);
  for (int i = 0; i < count; ++i) {
    const std::string value = std::to_string(i);
    must("post", producer.post({.topic = topic,
                                .partition = partition,
                                .value = value,
                                .headers = {},
                                .timestamp = at_ms(1'000'000'000'000 + i)}));
  }
  must("close", producer.close(10s).get());
}

void pattern(const Cluster& cluster) {
  cluster.create("like-a", 1);
  cluster.create("like-b", 1);
  cluster.create("unlike", 1);
  auto consumer = cluster.consumer("pattern", {.properties = {{"metadata.max.age.ms", "500"}}});
  must("subscribe", consumer.subscribe_matching(cluster.topic("like-.*")).get());
  const auto count = [&] { return must("assignment", consumer.assignment().get()).size(); };
  const auto poll = [&] { must("poll", consumer.poll(50ms).get()); };
  wait_until("two topics match", [&] { return count() == 2; }, poll);
  cluster.create("like-c", 2);
  wait_until("another one appears", [&] { return count() == 4; }, poll);
  must("close", consumer.close(10s).get());
}

void static_member(const Cluster& cluster) {
  cluster.create("static", 2);
  std::atomic<int> revoked = 0;
  weir::ConsumerOptions stays;
  stays.instance = "stays";
  stays.listener.revoked = [&](const weir::Partitions&) { ++revoked; };
  auto one = cluster.consumer("static", stays);
  must("subscribe", one.subscribe({cluster.topic("static")}).get());
  const auto size = [](const weir::Consumer& of) {
    return must("assignment", of.assignment().get()).size();
  };
  weir::Partitions before;
  for (int life = 0; life < 3; ++life) {
    auto two = cluster.consumer("static", {.instance = "restarts"});
    must("subscribe", two.subscribe({cluster.topic("static")}).get());
    wait_until(
        "they share", [&] { return size(one) == 1 && size(two) == 1; },
        [&] {
          must("poll", one.poll(50ms).get());
          must("poll", two.poll(50ms).get());
        });
    if (life == 0) {
      revoked = 0;
      before = must("assignment", two.assignment().get());
    }
    check("the same partition", must("assignment", two.assignment().get()) == before, true);
    must("close", two.close(10s).get());
  }
  check("rebalances of the other", revoked.load(), 0);
  const auto groups =
      must("describe", cluster.admin.describe_groups({cluster.topic("static")}).get());
  check("members", must("group", groups.at(cluster.topic("static"))).members.size(), 2u);
  must("close", one.close(10s).get());
}

void resets(const Cluster& cluster) {
  cluster.create("resets", 1);
  write(cluster, "resets", 10);
  const weir::TopicPartition partition{cluster.topic("resets"), 0};
  auto earliest = cluster.consumer("", {.reset = weir::OffsetReset::earliest});
  must("assign", earliest.assign({partition}).get());
  check("earliest", read(earliest, 10).front().offset, 0);
  auto latest = cluster.consumer("", {.reset = weir::OffsetReset::latest});
  must("assign", latest.assign({partition}).get());
  check("position", must("position", latest.position(partition).get()).offset, 10);
  auto none = cluster.consumer("strict", {.reset = weir::OffsetReset::none});
  must("assign", none.assign({partition}).get());
  check("none", none.poll(10s).get().has_value(), false);
  must("seek", none.seek(partition, weir::Position{.offset = 100}).get());
  const auto beyond = none.poll(10s).get();
  check("beyond the end", beyond.has_value(), false);
  check("name", beyond.error().kafka_name(), std::string_view("OFFSET_OUT_OF_RANGE"));
  auto back = cluster.consumer("", {.reset_back = std::chrono::hours(24 * 365 * 100)});
  must("assign", back.assign({partition}).get());
  check("by duration", read(back, 10).front().offset, 0);
}

void seeks(const Cluster& cluster) {
  cluster.create("seeks", 1);
  write(cluster, "seeks", 50);
  const weir::TopicPartition partition{cluster.topic("seeks"), 0};
  auto consumer = cluster.reader("seeks", 1);
  read(consumer, 50);
  must("seek", consumer.seek(partition, weir::Position{.offset = 20}).get());
  check("offset", read(consumer, 30).front().offset, 20);
  must("seek", consumer.seek(partition, weir::OffsetSpec::at(at_ms(1'000'000'000'040))).get());
  check("time", read(consumer, 10).front().offset, 40);
  must("seek", consumer.seek(partition, weir::OffsetSpec::latest()).get());
  check("end", must("poll", consumer.poll(500ms).get()).size(), 0u);
  must("pause", consumer.pause({partition}).get());
  must("seek", consumer.seek(partition, weir::OffsetSpec::earliest()).get());
  check("paused", must("poll", consumer.poll(1s).get()).size(), 0u);
  must("resume", consumer.resume({partition}).get());
  check("beginning", read(consumer, 50).front().offset, 0);
  const auto lag = must("lag", consumer.lag(partition).get());
  check("lag", lag.has_value() ? lag->records : -1, 0);
  check("beginning offset",
        must("beginning", consumer.beginning_offsets({partition}).get()).at(partition).offset, 0);
  check("end offset", must("end", consumer.end_offsets({partition}).get()).at(partition).offset,
        50);
}

void wakes(const Cluster& cluster) {
  cluster.create("wakes", 1);
  auto consumer = cluster.reader("wakes", 1);
  auto polling = consumer.poll(60s);
  std::this_thread::sleep_for(200ms);
  consumer.wakeup();
  const auto outcome = polling.get();
  check("ended", outcome.has_value(), false);
  check("kind", outcome.error().kind() == weir::Failure::Kind::interrupted, true);
  must("next poll", consumer.poll(10ms).get());
}

std::int64_t committed(const Cluster& cluster, const std::string& group, std::string_view topic) {
  const auto offsets =
      must("committed", cluster.admin.committed_offsets(cluster.topic(group)).get());
  const auto found = offsets.find({cluster.topic(topic), 0});
  return found == offsets.end() ? -1 : must("committed", found->second).offset;
}

void commits(const Cluster& cluster) {
  cluster.create("commits", 1);
  write(cluster, "commits", 20);
  const std::string topic = cluster.topic("commits");
  {
    auto automatic = cluster.consumer("automatic", {.auto_commit = true, .poll_records_max = 5});
    must("subscribe", automatic.subscribe({topic}).get());
    read(automatic, 10);
    // The last five were handed out, and nobody has said that they are done.
    must("close", automatic.close(10s).get());
    check("automatic", committed(cluster, "automatic", "commits"), 5);
  }
  {
    auto by_hand = cluster.consumer("by-hand", {.auto_commit = true, .finishes_by_hand = true});
    must("subscribe", by_hand.subscribe({topic}).get());
    int seen = 0;
    wait_until(
        "twenty records", [&] { return seen >= 20; },
        [&] {
          for (const auto& record : must("poll", by_hand.poll(200ms).get())) {
            if (++seen <= 7) must("finished", by_hand.finished(record).get());
          }
        });
    must("close", by_hand.close(10s).get());
    check("by hand", committed(cluster, "by-hand", "commits"), 7);
  }
  auto manual = cluster.consumer("manual");
  must("subscribe", manual.subscribe({topic}).get());
  read(manual, 20);
  must("commit", manual.commit().get());
  check("manual", committed(cluster, "manual", "commits"), 20);
  must("close", manual.close(10s).get());
}

void assignors(const Cluster& cluster) {
  for (const weir::Assignor each : {weir::Assignor::range, weir::Assignor::round_robin,
                                    weir::Assignor::sticky, weir::Assignor::cooperative_sticky}) {
    const std::string name = "assignor-" + std::to_string(static_cast<int>(each));
    cluster.create(name, 6);
    weir::ConsumerOptions options;
    options.assignors = {each};
    std::vector<weir::Consumer> members;
    for (int i = 0; i < 3; ++i) {
      members.push_back(cluster.consumer(name, options));
      must("subscribe", members.back().subscribe({cluster.topic(name)}).get());
    }
    wait_until(
        name,
        [&] {
          for (const auto& member : members) {
            if (must("assignment", member.assignment().get()).size() != 2) return false;
          }
          return true;
        },
        [&] {
          for (auto& member : members) must("poll", member.poll(50ms).get());
        });
    for (auto& member : members) must("close", member.close(10s).get());
  }
}

void stays_away(const Cluster& cluster) {
  cluster.create("away", 1);
  write(cluster, "away", 1);
  std::atomic<int> lost = 0;
  weir::ConsumerOptions options;
  options.poll_interval_max = 1s;
  options.listener.lost = [&](const weir::Partitions&) { ++lost; };
  auto consumer = cluster.consumer("away", options);
  must("subscribe", consumer.subscribe({cluster.topic("away")}).get());
  read(consumer, 1);
  const auto is_empty = [&] {
    const auto groups =
        must("describe", cluster.admin.describe_groups({cluster.topic("away")}).get());
    return must("group", groups.at(cluster.topic("away"))).members.empty();
  };
  wait_until("it leaves the group", is_empty, [] { std::this_thread::sleep_for(100ms); });
  read(consumer, 1);  // nothing was committed: it comes again
  check("lost", lost.load(), 1);
  must("close", consumer.close(10s).get());
}

}  // namespace

void consumer_scenarios(const Arguments& arguments) {
  const Cluster cluster(arguments.at("--bootstrap"), arguments.at("--prefix"), 0);
  report("pattern", [&] { pattern(cluster); });
  report("static-member", [&] { static_member(cluster); });
  report("resets", [&] { resets(cluster); });
  report("seeks", [&] { seeks(cluster); });
  report("wakes", [&] { wakes(cluster); });
  report("commits", [&] { commits(cluster); });
  report("assignors", [&] { assignors(cluster); });
  report("stays-away", [&] { stays_away(cluster); });
}

}  // namespace interop
