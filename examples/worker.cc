// Handles the records of "orders": some at once, some only later, some never. Ends after COUNT of
// them are done, or at the end of its input (Ctrl-D).
//   worker [BROKERS [COUNT]]

#include <weir/worker.h>

#include <atomic>
#include <iostream>
#include <limits>
#include <stop_token>
#include <string>
#include <thread>

using namespace std::chrono_literals;

int main(int argc, char** argv) {
  const auto client =
      weir::Client::create({.bootstrap_servers = argc > 1 ? argv[1] : "localhost:9092"});
  if (!client) return std::cerr << client.error().message() << '\n', 1;

  std::stop_source stop;
  std::atomic<long> left = argc > 2 ? std::stol(argv[2]) : -1;
  const auto handle = [&](const weir::Job& job) {
    const std::string order = job.record->value.str();
    if (order == "later" && job.attempt < 3) return weir::Handled::retry(100ms);
    if (--left == 0) stop.request_stop();
    if (order == "bad") return weir::Handled::reject("not an order");
    std::cout << job.record->key.str() + ": " + order + " at attempt " +
                     std::to_string(job.attempt) + "\n";
    return weir::Handled::ack();
  };
  auto worker = client->worker({.group = "billing",
                                .topics = {"orders"},
                                .reject_topic = "orders.rejected",
                                .consumer = {.reset = weir::OffsetReset::earliest}},
                               handle);
  if (!worker) return std::cerr << worker.error().message() << '\n', 1;

  if (argc <= 2) {
    std::thread([stop]() mutable {
      std::cin.ignore(std::numeric_limits<std::streamsize>::max());
      stop.request_stop();
    }).detach();
  }
  const auto ended = worker->run(stop.get_token()).get();
  if (!ended) return std::cerr << ended.error().message() << '\n', 1;
}
