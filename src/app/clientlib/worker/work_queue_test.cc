#include "app/clientlib/worker/work_queue.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"

namespace weir::clientlib {
namespace {

using namespace std::chrono_literals;
using Id = WorkQueue::Id;

const TopicPartition partition_a{"t", 0}, partition_b{"t", 1};
const env::Instant start{};

// Keys are constants.
std::shared_ptr<const ReceivedRecord> record(std::int64_t offset, BytesView key,
                                             std::int32_t partition = 0) {
  ReceivedRecord made;
  made.topic = "t";
  made.partition = partition;
  made.offset = offset;
  made.key = key;
  made.value = BytesView("value");
  return std::make_shared<const ReceivedRecord>(made);
}

// What can be begun now, by offset.
std::vector<std::int64_t> begin_all(WorkQueue& queue, std::map<std::int64_t, Id>& ids,
                                    env::Instant now = start) {
  std::vector<std::int64_t> offsets;
  while (const auto begun = queue.next(now)) {
    offsets.push_back(begun->job.record->offset);
    ids[offsets.back()] = begun->id;
  }
  return offsets;
}
using Begun = std::vector<std::int64_t>;

TEST(WorkQueue, handles_records_of_one_key_one_after_the_other_and_others_beside_them) {
  WorkQueue queue({});
  std::map<std::int64_t, Id> ids;
  queue.add(record(0, "a"));
  queue.add(record(1, "a"));
  queue.add(record(2, "b"));
  queue.add(record(3, nullptr));
  queue.add(record(4, nullptr));
  EXPECT_EQ(begin_all(queue, ids), (Begun{0, 2, 3, 4}));
  queue.done(ids[0]);
  EXPECT_EQ(begin_all(queue, ids), (Begun{1}));
}

TEST(WorkQueue, takes_an_empty_key_for_a_key) {
  WorkQueue queue({});
  std::map<std::int64_t, Id> ids;
  queue.add(record(0, ""));
  queue.add(record(1, ""));
  EXPECT_EQ(begin_all(queue, ids), (Begun{0}));
}

TEST(WorkQueue, handles_partitions_or_nothing_in_order_if_asked_to) {
  for (const auto& [order, expected] :
       {std::pair{Order::partition, Begun{0, 10}}, std::pair{Order::none, Begun{0, 1, 10}}}) {
    WorkQueue queue({.order = order});
    std::map<std::int64_t, Id> ids;
    queue.add(record(0, "a"));
    queue.add(record(1, "b"));
    queue.add(record(10, "a", 1));
    EXPECT_EQ(begin_all(queue, ids), expected);
  }
}

TEST(WorkQueue, says_done_up_to_the_lowest_record_that_is_not) {
  WorkQueue queue({});
  std::map<std::int64_t, Id> ids;
  EXPECT_FALSE(queue.done_until(partition_a));
  queue.add(record(5, "a"));
  queue.add(record(7, "b"));
  queue.add(record(9, "c"));
  begin_all(queue, ids);
  EXPECT_EQ(queue.done_until(partition_a), 5);
  queue.done(ids[7]);
  queue.done(ids[9]);
  EXPECT_EQ(queue.done_until(partition_a), 5);
  queue.done(ids[5]);
  EXPECT_EQ(queue.done_until(partition_a), 10);
  EXPECT_EQ(queue.unfinished(), 0u);
}

TEST(WorkQueue, holds_a_retry_until_its_time_and_blocks_its_key_alone) {
  WorkQueue queue({});
  std::map<std::int64_t, Id> ids;
  queue.add(record(0, "a"));
  queue.add(record(1, "a"));
  queue.add(record(2, "b"));
  begin_all(queue, ids);
  queue.retry(ids[0], start + 30s);
  EXPECT_EQ(queue.held(), 1u);
  EXPECT_EQ(queue.next_time(), start + 30s);
  EXPECT_EQ(begin_all(queue, ids), Begun{});
  queue.add(record(3, "b"));
  queue.add(record(4, "c"));
  queue.done(ids[2]);
  EXPECT_EQ(begin_all(queue, ids), (Begun{4, 3}));
  EXPECT_EQ(queue.done_until(partition_a), 0);
  const auto again = queue.next(start + 30s);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->job.record->offset, 0);
  EXPECT_EQ(again->job.attempt, 2u);
  EXPECT_EQ(queue.next_time(), env::Instant::max());
  queue.done(again->id);
  EXPECT_EQ(begin_all(queue, ids), Begun{1});
}

TEST(WorkQueue, begins_nothing_new_that_could_become_one_retry_too_many) {
  WorkQueue queue({.concurrency = 8, .retries_max = 2});
  std::map<std::int64_t, Id> ids;
  for (int i = 0; i < 5; ++i) queue.add(record(i, nullptr));
  EXPECT_EQ(begin_all(queue, ids), (Begun{0, 1}));
  queue.retry(ids[0], start + 1s);
  queue.retry(ids[1], start + 2s);
  EXPECT_EQ(begin_all(queue, ids), Begun{});
  EXPECT_EQ(begin_all(queue, ids, start + 2s), (Begun{0, 1}));
  queue.done(ids[0]);
  EXPECT_EQ(begin_all(queue, ids, start + 2s), (Begun{2}));
}

TEST(WorkQueue, runs_no_more_than_it_may_at_a_time) {
  WorkQueue queue({.concurrency = 2});
  std::map<std::int64_t, Id> ids;
  for (int i = 0; i < 3; ++i) queue.add(record(i, nullptr));
  EXPECT_EQ(begin_all(queue, ids), (Begun{0, 1}));
  EXPECT_EQ(queue.busy(), 2u);
  queue.done(ids[1]);
  EXPECT_EQ(begin_all(queue, ids), (Begun{2}));
}

TEST(WorkQueue, is_done_with_what_is_rejected_when_it_is_told_so) {
  WorkQueue queue({});
  std::map<std::int64_t, Id> ids;
  queue.add(record(0, "a"));
  queue.add(record(1, "a"));
  begin_all(queue, ids);
  const Job* rejected = queue.reject(ids[0]);
  ASSERT_TRUE(rejected);
  EXPECT_EQ(rejected->record->offset, 0);
  EXPECT_EQ(queue.busy(), 1u);
  EXPECT_EQ(begin_all(queue, ids), Begun{});
  EXPECT_EQ(queue.done_until(partition_a), 0);
  queue.done(ids[0]);
  EXPECT_EQ(queue.done_until(partition_a), 1);
  EXPECT_EQ(begin_all(queue, ids), Begun{1});
}

TEST(WorkQueue, is_full_by_records_and_by_bytes) {
  WorkQueue by_records({.records_max = 2});
  by_records.add(record(0, "a"));
  EXPECT_FALSE(by_records.is_full());
  by_records.add(record(1, "a"));
  EXPECT_TRUE(by_records.is_full());
  WorkQueue by_bytes({.bytes_max = 10});
  by_bytes.add(record(0, "a"));
  EXPECT_FALSE(by_bytes.is_full());
  by_bytes.add(record(1, "a"));
  EXPECT_TRUE(by_bytes.is_full());
}

TEST(WorkQueue, forgets_a_partition_that_goes) {
  WorkQueue queue({});
  std::map<std::int64_t, Id> ids;
  queue.add(record(0, "a"));
  queue.add(record(1, "a"));
  queue.add(record(2, "b"));
  queue.add(record(3, "c"));
  queue.add(record(100, "a", 1));
  begin_all(queue, ids);
  queue.retry(ids[2], start + 1s);
  queue.reject(ids[3]);
  EXPECT_EQ(queue.busy({partition_a}), 2u);
  queue.drop({partition_a});
  EXPECT_FALSE(queue.done_until(partition_a));
  EXPECT_EQ(queue.unfinished(), 1u);
  EXPECT_EQ(queue.held(), 0u);
  EXPECT_EQ(queue.busy(), 1u);
  // Said too late.
  queue.done(ids[0]);
  queue.retry(ids[0], start);
  EXPECT_FALSE(queue.reject(ids[0]));
  EXPECT_EQ(begin_all(queue, ids, start + 1s), Begun{});
  // It comes again, and its key is free.
  queue.add(record(0, "a"));
  EXPECT_EQ(begin_all(queue, ids), Begun{0});
  EXPECT_EQ(queue.done_until(partition_b), 100);
}

TEST(WorkQueue, begins_nothing_of_a_partition_that_is_held_back) {
  WorkQueue queue({});
  std::map<std::int64_t, Id> ids;
  queue.add(record(0, nullptr));
  queue.add(record(100, nullptr, 1));
  queue.hold_back({partition_a});
  EXPECT_EQ(begin_all(queue, ids), Begun{100});
  EXPECT_EQ(queue.all_done_until(), (std::vector<std::pair<TopicPartition, std::int64_t>>{
                                        {partition_a, 0}, {partition_b, 100}}));
}

TEST(WorkQueue, counts_an_offset_twice_that_a_truncated_log_gives_twice) {
  WorkQueue queue({});
  std::map<std::int64_t, Id> ids;
  queue.add(record(3, nullptr));
  begin_all(queue, ids);
  const Id older = ids[3];
  queue.add(record(3, nullptr));
  begin_all(queue, ids);
  queue.done(older);
  EXPECT_EQ(queue.done_until(partition_a), 3);
  queue.done(ids[3]);
  EXPECT_EQ(queue.done_until(partition_a), 4);
}

// A world that handles records as it likes: keys in order, bounds kept, everything ends, and
// nothing is said to be done that is not.
TEST(WorkQueue, keeps_its_promises_in_a_random_world) {
  static constexpr const char* keys[] = {"a", "b", "c", nullptr};
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SeededRandom random(seed);
    const WorkLimits limits{.concurrency = 1 + random.below(4), .retries_max = 1 + random.below(4)};
    WorkQueue queue(limits);
    std::map<Id, Job> running, rejecting;
    std::set<std::int64_t> finished;
    std::map<std::string, std::int64_t> last_of_key;
    std::int64_t added = 0;
    env::Instant now = start;
    for (int step = 0; step < 2'000 && finished.size() < 100; ++step) {
      if (added < 100 && random.below(3) == 0) {
        const char* key = keys[random.below(4)];
        queue.add(record(added++, key ? BytesView(key) : BytesView()));
      }
      now += 10ms;
      if (random.below(2) == 0) {
        if (auto begun = queue.next(now)) running.emplace(begun->id, begun->job);
      }
      ASSERT_LE(running.size(), limits.concurrency);
      ASSERT_LE(queue.held(), limits.retries_max);
      auto& from = rejecting.empty() || random.below(2) == 0 ? running : rejecting;
      if (from.empty()) continue;
      auto at = from.begin();
      std::advance(at, random.below(from.size()));
      const auto [id, job] = *at;
      from.erase(at);
      if (&from == &running && random.below(3) == 0) {
        queue.retry(id, now + std::chrono::milliseconds(random.below(100)));
      } else if (&from == &running && random.below(3) == 0) {
        ASSERT_TRUE(queue.reject(id));
        rejecting.emplace(id, job);
      } else {
        queue.done(id);
        finished.insert(job.record->offset);
        if (!job.record->key.is_null()) {
          auto& last = last_of_key.try_emplace(job.record->key.str(), -1).first->second;
          ASSERT_LT(last, job.record->offset) << "seed " << seed;
          last = job.record->offset;
        }
      }
      std::int64_t lowest = 0;
      while (finished.contains(lowest)) ++lowest;
      ASSERT_EQ(queue.done_until(partition_a), lowest) << "seed " << seed;
    }
    ASSERT_EQ(finished.size(), 100u) << "seed " << seed;
  }
}

}  // namespace
}  // namespace weir::clientlib
