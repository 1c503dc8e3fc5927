// The smallest fast producer on our public library (include/weir), for producers.py: as many
// records of one size as it is told, every delivery counted by a callback.
//
//   client_producer COUNT SIZE TOPIC NAME=VALUE...
//
// Prints {"records": N, "seconds": S}; ends with 1 when a record was not delivered.

#include <weir/producer.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

namespace {

constexpr std::size_t pool_size = 1 << 20;

// Values differ, and cost nothing while the clock runs.
std::string random_text(std::size_t size) {
  std::minstd_rand random;
  std::string text(size, ' ');
  for (char& c : text) c = static_cast<char>('!' + random() % 90);
  return text;
}

[[noreturn]] void quit(const std::string& why) {
  std::fprintf(stderr, "client_producer: %s\n", why.c_str());
  std::exit(1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) quit("COUNT SIZE TOPIC NAME=VALUE... are expected");
  const long records = std::atol(argv[1]);
  const std::size_t size = std::strtoul(argv[2], nullptr, 10);
  const std::string pool = random_text(std::max(pool_size, 2 * size));
  weir::ClientOptions options;
  for (int i = 4; i < argc; ++i) {
    const std::string word = argv[i], name = word.substr(0, word.find('='));
    options.properties.emplace_back(name, word.substr(name.size() + 1));
  }
  const auto client = weir::Client::create(std::move(options));
  if (!client) quit(client.error().message());
  auto producer = client->producer();
  if (!producer) quit(producer.error().message());
  std::atomic<long> delivered = 0;
  const auto began = std::chrono::steady_clock::now();
  for (long n = 0; n < records; ++n) {
    const std::string_view value(
        pool.data() + static_cast<std::size_t>(n) * 61 % (pool.size() - size), size);
    producer->send({.topic = argv[3], .value = value}, [&](const auto& outcome) {
      if (!outcome) quit(outcome.error().message());
      delivered.fetch_add(1, std::memory_order_relaxed);
    });
  }
  const auto flushed = producer->flush(std::chrono::minutes(10)).get();
  if (!flushed) quit(flushed.error().message());
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - began;
  std::printf("{\"records\": %ld, \"seconds\": %f}\n", delivered.load(), time.count());
  return delivered == records ? 0 : 1;
}
