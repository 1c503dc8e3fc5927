// Counts the words of the records in "lines" and writes each count to "counts", with the word as
// its key. Ends when nothing comes for two seconds. What was counted is committed once the counts
// are written, so after a crash the last lines are counted again and none is left out.
//   word_count [BROKERS]

#include <weir/consumer.h>
#include <weir/producer.h>

#include <iostream>
#include <map>
#include <sstream>
#include <string>

using namespace std::chrono_literals;

namespace {

std::expected<void, weir::Failure> count(weir::Consumer& consumer, weir::Producer& producer) {
  if (auto subscribed = consumer.subscribe({"lines"}).get(); !subscribed) return subscribed;
  std::map<std::string, int> counts;
  while (true) {
    const auto records = consumer.poll(2s).get();
    if (!records) return std::unexpected(records.error());
    if (records->empty()) return {};
    std::map<std::string, int> changed;
    for (const weir::ReceivedRecord& line : *records) {
      std::istringstream words{line.value.str()};
      for (std::string word; words >> word;) changed[word] = ++counts[word];
    }
    for (const auto& [word, total] : changed) {
      const std::string value = std::to_string(total);
      auto posted = producer.post({.topic = "counts", .key = word, .value = value});
      if (!posted) return posted;
    }
    if (auto written = producer.flush().get(); !written) return written;
    if (auto committed = consumer.commit().get(); !committed) return committed;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto client =
      weir::Client::create({.bootstrap_servers = argc > 1 ? argv[1] : "localhost:9092"});
  if (!client) return std::cerr << client.error().message() << '\n', 1;
  auto producer = client->producer();
  auto consumer = client->consumer(
      {.group = "word-count", .reset = weir::OffsetReset::earliest, .auto_commit = false});
  const auto done = count(*consumer, *producer);
  if (!done) return std::cerr << done.error().message() << '\n', 1;
  (void)consumer->close(5s).get();
}
