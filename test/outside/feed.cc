// What the examples read; or, with a topic, what they wrote.
//   feed BROKERS [TOPIC]

#include <weir/consumer.h>
#include <weir/producer.h>

#include <iostream>
#include <utility>

using namespace std::chrono_literals;

namespace {

int show(const weir::Client& client, const std::string& topic) {
  auto consumer = client.consumer({.reset = weir::OffsetReset::earliest});
  const weir::Partitions partitions{{topic, 0}};
  const auto ends = consumer->end_offsets(partitions).get();
  if (!ends || !consumer->assign(partitions).get()) return 1;
  for (std::int64_t next = 0; next < ends->begin()->second.offset;) {
    const auto records = consumer->poll(10s).get();
    if (!records || records->empty()) return 1;
    for (const weir::ReceivedRecord& each : *records) {
      std::cout << each.key.text() << ": " << each.value.text() << '\n';
      next = each.offset + 1;
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto client = weir::Client::create({.bootstrap_servers = argv[1]});
  if (argc > 2) return show(*client, argv[2]);
  auto producer = client->producer();
  const std::pair<const char*, const char*> orders[] = {
      {"ada", "later"}, {"grace", "now"}, {"ada", "bad"}};
  for (const char* line : {"to be or", "not to be"}) {
    if (!producer->send({.topic = "lines", .value = line}).get()) return 1;
  }
  for (const auto& [key, value] : orders) {
    if (!producer->send({.topic = "orders", .key = key, .value = value}).get()) return 1;
  }
}
