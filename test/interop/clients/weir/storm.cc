// Producers that send while the broker is killed and comes back, and the judge of what they wrote:
// every record once, in order per key, and each outcome told once.

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <ranges>
#include <thread>

#include "scenario.h"

namespace interop {
namespace {

constexpr int keys_of_a_producer = 50;

// What became of the records of one producer.
struct Fates {
  explicit Fates(std::size_t count) : told(count) {}
  std::vector<std::atomic<std::uint8_t>> told;  // outcomes of each
  std::atomic<std::size_t> delivered = 0, failed = 0;
};

std::string name_of_key(int producer, int key) {
  return std::to_string(producer) + "-" + std::to_string(key);
}

struct Storm {
  const weir::Client& client;
  const std::string& topic;
  std::size_t records;             // of each producer
  std::vector<std::size_t> marks;  // sorted
  std::atomic<std::size_t> delivered = 0;
  std::mutex lock;
  std::string first_failure;

  void run(int number, Fates& fates) {
    auto producer = must(
        "producer", client.producer({.linger = 5ms, .block_max = 5min, .delivery_timeout = 5min}));
    for (std::size_t i = 0; i < records; ++i) {
      const auto key = static_cast<int>(i % keys_of_a_producer);
      const std::string named = name_of_key(number, key);
      const std::string value = std::to_string(i / keys_of_a_producer);
      producer.send({.topic = topic, .key = named, .value = value},
                    [this, &fates, i](const std::expected<weir::Delivered, weir::Failure>& ended) {
                      ++fates.told[i];
                      ++(ended ? fates.delivered : fates.failed);
                      if (ended) {
                        delivered_one_more();
                      } else {
                        const std::lock_guard guard(lock);
                        if (first_failure.empty()) first_failure = ended.error().message();
                      }
                    });
    }
    must("close", producer.close(6min).get());
  }

  // Says at once that a mark is reached: whoever kills the broker then does so amid the sending.
  void delivered_one_more() {
    const std::size_t now = ++delivered;
    if (!std::ranges::binary_search(marks, now)) return;
    std::printf("{\"delivered\": %zu}\n", now);
    std::fflush(stdout);
  }
};

std::vector<std::size_t> numbers_in(std::string_view list) {
  std::vector<std::size_t> numbers;
  for (const auto part : std::views::split(list, ',')) {
    std::size_t number = 0;
    std::from_chars(part.data(), part.data() + part.size(), number);
    numbers.push_back(number);
  }
  std::ranges::sort(numbers);
  return numbers;
}

struct Judged {
  std::size_t read = 0, wrong = 0, keys = 0;
};

// Reads everything. Per key the numbers must be 0, 1, 2, ...
Judged judge(const weir::Client& client, const std::string& topic, int partitions) {
  auto consumer = must("consumer", client.consumer({.poll_records_max = 10'000}));
  weir::Partitions all;
  for (int i = 0; i < partitions; ++i) all.push_back({topic, i});
  const auto ends = must("ends", consumer.end_offsets(all).get());
  std::size_t total = 0;
  must("assign", consumer.assign(all).get());
  for (const auto& each : all) {
    must("seek", consumer.seek(each, weir::OffsetSpec::earliest()).get());
    total += static_cast<std::size_t>(ends.at(each).offset);
  }
  Judged judged;
  std::map<std::string, std::int64_t, std::less<>> next;
  for (int empty = 0; judged.read < total && empty < 30;) {
    const auto records = must("poll", consumer.poll(1s).get());
    empty = records.empty() ? empty + 1 : 0;
    for (const auto& record : records) {
      ++judged.read;
      auto known = next.find(record.key.text());
      if (known == next.end()) known = next.emplace(record.key.str(), 0).first;
      if (record.value.text() != std::to_string(known->second++)) ++judged.wrong;
    }
  }
  judged.keys = next.size();
  return judged;
}

}  // namespace

// Prints a line when as many records are delivered as one of the marks says, then what was found.
int storm(const Arguments& arguments) {
  const auto client =
      must("client", weir::Client::create({.bootstrap_servers = arguments.at("--bootstrap")}));
  const int producers = std::stoi(arguments.get("--producers", "5"));
  const int partitions = std::stoi(arguments.get("--partitions", "6"));
  const std::size_t records = std::stoul(arguments.at("--records"));
  Storm self{.client = client,
             .topic = arguments.at("--topic"),
             .records = records,
             .marks = numbers_in(arguments.at("--marks"))};
  std::vector<std::unique_ptr<Fates>> fates;
  std::vector<std::thread> threads;
  for (int i = 0; i < producers; ++i) fates.push_back(std::make_unique<Fates>(records));
  for (int i = 0; i < producers; ++i) {
    threads.emplace_back([&, i] {
      try {
        self.run(i, *fates[static_cast<std::size_t>(i)]);
      } catch (const Failed& failed) {
        std::fprintf(stderr, "producer %d: %s\n", i, failed.what());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::size_t delivered = 0, failed = 0, not_once = 0;
  for (const auto& each : fates) {
    delivered += each->delivered;
    failed += each->failed;
    for (const auto& told : each->told) not_once += told != 1;
  }
  const Judged judged = judge(client, self.topic, partitions);
  std::printf(
      "{\"ended\": true, \"delivered\": %zu, \"failed\": %zu, \"outcomes_not_once\": %zu, "
      "\"read\": %zu, \"out_of_order\": %zu, \"keys\": %zu, \"failure\": %s}\n",
      delivered, failed, not_once, judged.read, judged.wrong, judged.keys,
      json_text(self.first_failure).c_str());
  return 0;
}

}  // namespace interop
