// Sends one record and says where it was written.
//   smallest_producer [BROKERS]

#include <weir/producer.h>

#include <iostream>

int main(int argc, char** argv) {
  const auto client =
      weir::Client::create({.bootstrap_servers = argc > 1 ? argv[1] : "localhost:9092"});
  if (!client) return std::cerr << client.error().message() << '\n', 1;

  auto producer = client->producer();
  const auto sent = producer->send({.topic = "greetings", .key = "ada", .value = "hello"}).get();
  if (!sent) return std::cerr << sent.error().message() << '\n', 1;
  std::cout << "partition " << sent->partition << ", offset " << sent->offset << '\n';
}
