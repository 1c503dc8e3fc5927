// A member of a group that tells what happens to it, until its input ends; and a producer of
// numbered records.

#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <sstream>

#include "scenario.h"

namespace interop {
namespace {

const std::map<std::string, weir::Assignor> assignors{
    {"range", weir::Assignor::range},
    {"roundrobin", weir::Assignor::round_robin},
    {"sticky", weir::Assignor::sticky},
    {"cooperative-sticky", weir::Assignor::cooperative_sticky}};

std::vector<weir::Assignor> parse_assignors(const std::string& names) {
  std::vector<weir::Assignor> out;
  std::istringstream words(names);
  for (std::string word; std::getline(words, word, ',');) out.push_back(assignors.at(word));
  return out;
}

void tell(const char* event, const weir::Partitions& partitions) {
  std::string numbers;
  for (const auto& each : partitions) {
    numbers += (numbers.empty() ? "" : ", ") + std::to_string(each.partition);
  }
  std::printf("{\"event\": \"%s\", \"partitions\": [%s]}\n", event, numbers.c_str());
  std::fflush(stdout);
}

bool input_has_ended() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  char byte = 0;
  return ::poll(&input, 1, 0) > 0 && ::read(STDIN_FILENO, &byte, 1) <= 0;
}

}  // namespace

int be_member(const Arguments& arguments) {
  const auto client =
      must("client", weir::Client::create({.bootstrap_servers = arguments.at("--bootstrap")}));
  weir::ConsumerOptions options;
  options.group = arguments.at("--group");
  if (const auto instance = arguments.get("--instance", ""); !instance.empty()) {
    options.instance = instance;
  }
  options.reset = weir::OffsetReset::earliest;
  options.session_timeout = 10s;
  options.heartbeat_interval = 300ms;
  options.commit_interval = 200ms;
  options.assignors = parse_assignors(arguments.at("--assignor"));
  options.listener = {
      .assigned = [](const weir::Partitions& partitions) { tell("assigned", partitions); },
      .revoked = [](const weir::Partitions& partitions) { tell("revoked", partitions); },
      .lost = [](const weir::Partitions& partitions) { tell("lost", partitions); }};
  auto consumer = must("consumer", client.consumer(options));
  must("subscribe", consumer.subscribe({arguments.at("--topic")}).get());
  while (!input_has_ended()) {
    for (const auto& record : must("poll", consumer.poll(100ms).get())) {
      std::printf("{\"event\": \"record\", \"partition\": %d, \"offset\": %lld}\n",
                  record.partition, static_cast<long long>(record.offset));
    }
    std::fflush(stdout);
  }
  must("close", consumer.close(10s).get());
  std::printf("{\"event\": \"closed\"}\n");
  return 0;
}

int fill(const Arguments& arguments) {
  const auto client =
      must("client", weir::Client::create({.bootstrap_servers = arguments.at("--bootstrap")}));
  const int partitions = std::stoi(arguments.get("--partitions", "1"));
  auto producer = must("producer", client.producer());
  auto admin = must("admin", client.admin());
  const std::string& topic = arguments.at("--topic");
  if (arguments.get("--create", "no") == "yes") {
    must("create", admin
                       .create_topic({.name = topic,
                                      .partitions = partitions,
                                      .replication_factor = std::int16_t{1},
                                      .assignment = {},
                                      .configs = {}})
                       .get());
  }
  for (int i = 0; i < std::stoi(arguments.at("--records")); ++i) {
    const std::string value = std::to_string(i);
    must("post", producer.post({.topic = topic, .partition = i % partitions, .value = value}));
  }
  must("close", producer.close(30s).get());
  return 0;
}

}  // namespace interop
