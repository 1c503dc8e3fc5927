// How a client keeps in touch with brokers: it closes what is idle, goes on where the broker has
// closed it, and begins again at its bootstrap address when every broker that it knew has moved.

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <thread>

#include "scenario.h"

namespace interop {
namespace {

// Of this process, to anybody.
int open_sockets() {
  int count = 0;
  for (const auto& file : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;  // the one that lists the directory
    count += std::filesystem::read_symlink(file, gone).string().starts_with("socket:") ? 1 : 0;
  }
  return count;
}

void wait_until_nothing_is_open() {
  wait_until(
      "no connection left", [] { return open_sockets() == 0; },
      [] { std::this_thread::sleep_for(10ms); });
}

// Sends, is idle until no connection is left, sends again and reads both.
void sends_before_and_after_idling(const Arguments& arguments, const std::string& topic,
                                   const weir::Properties& properties) {
  const Cluster cluster(arguments.at("--bootstrap"), arguments.at("--prefix"), 0);
  cluster.create(topic, 1);
  cluster.admin = must("admin", cluster.client.admin());  // its connections are closed
  const auto client =
      must("client", weir::Client::create({.bootstrap_servers = arguments.at("--bootstrap"),
                                           .properties = properties}));
  auto producer = must("producer", client.producer());
  for (std::int64_t offset = 0; offset < 2; ++offset) {
    const auto sent =
        must("send", producer.send({.topic = cluster.topic(topic), .value = "v"}).get());
    check("offset", sent.offset, offset);
    check("connections are open", open_sockets() > 0, true);
    wait_until_nothing_is_open();
  }
  auto reader = cluster.reader(topic, 1);
  read(reader, 2);
}

// The broker stands at another address when our input has a line.
void moves(const Arguments& arguments) {
  const Cluster cluster(arguments.at("--bootstrap"), arguments.at("--prefix"), 0);
  cluster.create("moves", 1);
  auto producer = cluster.producer();
  must("before", producer.send({.topic = cluster.topic("moves"), .value = "before"}).get());
  std::printf("{\"event\": \"sent\"}\n");
  std::fflush(stdout);
  std::string line;
  std::getline(std::cin, line);
  must("after", producer.send({.topic = cluster.topic("moves"), .value = "after"}).get());
  auto reader = cluster.reader("moves", 1);
  const auto found = read(reader, 2);
  check("first", found.at(0).value, "before");
  check("second", found.at(1).value, "after");
}

}  // namespace

void reach_scenarios(const Arguments& arguments) {
  report("idle-here", [&] {
    sends_before_and_after_idling(arguments, "idle-here", {{"connections.max.idle.ms", "300"}});
  });
  report("idle-there", [&] { sends_before_and_after_idling(arguments, "idle-there", {}); });
  report("moves", [&] { moves(arguments); });
}

}  // namespace interop
