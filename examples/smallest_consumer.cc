// Reads a topic as a member of a group until nothing comes for two seconds.
//   smallest_consumer [BROKERS]

#include <weir/consumer.h>

#include <iostream>

using namespace std::chrono_literals;

int main(int argc, char** argv) {
  const auto client =
      weir::Client::create({.bootstrap_servers = argc > 1 ? argv[1] : "localhost:9092"});
  if (!client) return std::cerr << client.error().message() << '\n', 1;

  auto consumer = client->consumer({.group = "readers", .reset = weir::OffsetReset::earliest});
  const auto subscribed = consumer->subscribe({"greetings"}).get();
  if (!subscribed) return std::cerr << subscribed.error().message() << '\n', 1;
  while (true) {
    const auto records = consumer->poll(2s).get();
    if (!records) return std::cerr << records.error().message() << '\n', 1;
    if (records->empty()) break;
    for (const weir::ReceivedRecord& each : *records) {
      std::cout << each.key.text() << ": " << each.value.text() << '\n';
    }
  }
  (void)consumer->commit().get();
  (void)consumer->close(5s).get();
}
