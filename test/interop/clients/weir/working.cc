// Workers: order by key, retries, rejects, and what they commit; and compression levels.

#include <algorithm>
#include <mutex>
#include <set>
#include <stop_token>
#include <thread>

#include "scenario.h"
#include "weir/worker.h"

namespace interop {
namespace {

constexpr int jobs = 300, keys = 20;

std::string key_of(int number) { return "key-" + std::to_string(number % keys); }
bool comes_again(int number) { return number % 10 == 3; }
bool is_refused(int number) { return number % 17 == 5; }

// What a worker did, from all its threads.
struct Diary {
  std::mutex mutex;
  std::map<std::string, std::vector<int>> done;  // by key, in the order in which they were done
  int again = 0, refused = 0;

  weir::Handled handle(const weir::Job& job) {
    const int number = std::stoi(std::string(job.record->value.text()));
    const std::lock_guard lock(mutex);
    if (comes_again(number) && job.attempt == 1) {
      ++again;
      return weir::Handled::retry(20ms);
    }
    done[key_of(number)].push_back(number);
    if (!is_refused(number)) return weir::Handled::ack();
    ++refused;
    return weir::Handled::reject("number " + std::to_string(number));
  }
};

weir::Worker worker_of(const Cluster& cluster, Diary& diary) {
  weir::WorkerOptions options{.group = cluster.topic("crew"),
                              .topics = {cluster.topic("jobs")},
                              .reject_topic = cluster.topic("refused"),
                              .consumer = {}};
  options.consumer.reset = weir::OffsetReset::earliest;
  options.consumer.session_timeout = 6s;
  options.consumer.heartbeat_interval = 300ms;
  return must("worker", cluster.client.worker(
                            options, [&diary](const weir::Job& job) { return diary.handle(job); }));
}

// Runs until so many records are done.
void work_until(weir::Worker& worker, std::uint64_t count) {
  std::stop_source stop;
  auto running = worker.run(stop.get_token());
  wait_until(
      "all jobs done",
      [&] { return worker.statistics().acknowledged + worker.statistics().rejected >= count; },
      [] { std::this_thread::sleep_for(5ms); });
  stop.request_stop();
  must("run", running.get());
}

void works(const Cluster& cluster) {
  cluster.create("jobs", partition_count);
  cluster.create("refused", 1);
  auto producer = cluster.producer();
  for (int number = 0; number < jobs; ++number) {
    const std::string key = key_of(number), value = std::to_string(number);
    must("post", producer.post({.topic = cluster.topic("jobs"), .key = key, .value = value}));
  }
  must("flush", producer.flush().get());
  Diary diary;
  auto worker = worker_of(cluster, diary);
  work_until(worker, jobs);
  int done = 0, refused = 0, again = 0;
  for (int number = 0; number < jobs; ++number) {
    again += comes_again(number) ? 1 : 0;
    refused += is_refused(number) ? 1 : 0;
  }
  for (const auto& [key, numbers] : diary.done) {
    check("in order: " + key, std::is_sorted(numbers.begin(), numbers.end()), true);
    done += static_cast<int>(numbers.size());
  }
  check("done", done, jobs);
  check("came again", diary.again, again);
  check("refused", diary.refused, refused);
  auto reader = cluster.reader("refused", 1);
  std::set<std::string> found;
  for (const Read& record : read(reader, static_cast<std::size_t>(refused))) {
    found.insert(record.value);
  }
  check("kept elsewhere", static_cast<int>(found.size()), refused);

  // All of it is committed: the next worker of the group has the next record only.
  const std::string last = std::to_string(jobs);
  must("next", producer.send({.topic = cluster.topic("jobs"), .key = "k", .value = last}).get());
  Diary next;
  auto another = worker_of(cluster, next);
  work_until(another, 1);
  check("another's keys", next.done.size(), 1u);
}

void levels(const Cluster& cluster) {
  cluster.create("levels", 1);
  const std::string value = std::string(3'000, 'a') + std::string(3'000, 'b');
  struct Choice {
    weir::Codec codec;
    int level;
  };
  std::size_t count = 0;
  for (const Choice& each : {Choice{weir::Codec::gzip, 1}, Choice{weir::Codec::gzip, 9},
                             Choice{weir::Codec::lz4, 1}, Choice{weir::Codec::lz4, 17},
                             Choice{weir::Codec::zstd, -7}, Choice{weir::Codec::zstd, 22}}) {
    auto producer = cluster.producer({.compression = each.codec, .compression_level = each.level});
    must("send", producer.send({.topic = cluster.topic("levels"), .value = value}).get());
    ++count;
  }
  auto reader = cluster.reader("levels", 1);
  for (const Read& record : read(reader, count)) check("value", record.value == value, true);
}

}  // namespace

void worker_scenarios(const Arguments& arguments) {
  const Cluster cluster(arguments.at("--bootstrap"), arguments.at("--prefix"), 0);
  report("works", [&] { works(cluster); });
  report("levels", [&] { levels(cluster); });
}

}  // namespace interop
