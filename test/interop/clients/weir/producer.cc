// What producers promise beside the stock scenarios.

#include <atomic>
#include <set>
#include <thread>

#include "scenario.h"

namespace interop {
namespace {

void any_address(const Arguments& arguments) {
  const auto client = must(
      "client",
      weir::Client::create({
          .bootstrap_servers = "127.0.0.1:1,no-such-host.invalid:9," + arguments.at("--bootstrap"),
      }));
  auto admin = must("admin", client.admin());
  check("brokers", must("cluster", admin.describe_cluster().get()).brokers.size(), 1u);
}

void acks(const Cluster& cluster) {
  cluster.create("acks", 1);
  std::int64_t offset = 0;
  for (const weir::Acks each : {weir::Acks::all, weir::Acks::leader, weir::Acks::none}) {
    auto producer = cluster.producer({.acks = each});
    const auto sent =
        must("send", producer.send({.topic = cluster.topic("acks"), .value = "x"}).get());
    check("offset", sent.offset, each == weir::Acks::none ? -1 : offset++);
    must("close", producer.close(10s).get());
  }
  auto reader = cluster.reader("acks", 1);
  read(reader, 3);
  const auto refused = cluster.client.producer({.acks = weir::Acks::leader, .idempotence = true});
  check("acks=1 with enable.idempotence=true", refused.has_value(), false);
}

void callbacks(const Cluster& cluster) {
  cluster.create("callbacks", 3);
  std::vector<std::atomic<int>> told(2'000);
  std::atomic<int> failed = 0;
  auto producer = cluster.producer();
  for (std::size_t i = 0; i < told.size(); ++i) {
    const std::string key = std::to_string(i);
    producer.send({.topic = cluster.topic("callbacks"), .key = key, .value = "v"},
                  [&told, &failed, i](const auto& outcome) {
                    ++told[i];
                    failed += !outcome;
                  });
  }
  for (int i = 0; i < 500; ++i) {
    must("post", producer.post({.topic = cluster.topic("callbacks"), .value = "v"}));
  }
  must("flush", producer.flush().get());
  for (const auto& each : told) check("calls of one callback", each.load(), 1);
  check("failed", failed.load(), 0);
  auto reader = cluster.reader("callbacks", 3);
  read(reader, 2'500);
}

void close_at_once(const Cluster& cluster) {
  cluster.create("close", 1);
  std::atomic<int> told = 0;
  auto producer = cluster.producer({.linger = 10s});
  for (int i = 0; i < 1'000; ++i) {
    producer.send({.topic = cluster.topic("close"), .value = "v"},
                  [&told](const auto&) { ++told; });
  }
  const auto before = std::chrono::steady_clock::now();
  (void)producer.close(0ms).get();
  check("took less than 2 s", std::chrono::steady_clock::now() - before < 2s, true);
  check("outcomes", told.load(), 1'000);
  check("a record after the end",
        producer.send({.topic = cluster.topic("close"), .value = "v"}).get().has_value(), false);
}

void purge(const Cluster& cluster) {
  cluster.create("purge", 1);
  auto producer = cluster.producer({.linger = 2s});
  // The first record goes at once; the others wait for linger.ms.
  must("first", producer.send({.topic = cluster.topic("purge"), .value = "v"}).get());
  std::vector<weir::Future<weir::Delivered>> waiting;
  for (int i = 0; i < 10; ++i) {
    waiting.push_back(producer.send({.topic = cluster.topic("purge"), .value = "v"}));
  }
  must("purge", producer.purge(true).get());
  int purged = 0;
  for (auto& each : waiting) {
    const auto outcome = each.get();
    if (outcome) continue;
    check("why", outcome.error().kind() == weir::Failure::Kind::closed, true);
    ++purged;
  }
  check("some were purged", purged > 0, true);
  must("next", producer.send({.topic = cluster.topic("purge"), .value = "v"}).get());
}

void too_large(const Cluster& cluster) {
  cluster.create("large", 1, {{"max.message.bytes", "20000"}});
  auto producer = cluster.producer({.batch_size = 200'000, .linger = 100ms});
  const std::string part(5'000, 'x'), large(50'000, 'x'), huge(2'000'000, 'x');
  std::vector<weir::Future<weir::Delivered>> sent;
  for (int i = 0; i < 60; ++i) {
    sent.push_back(producer.send({.topic = cluster.topic("large"), .value = part}));
  }
  for (int i = 0; i < 60; ++i) {
    const auto delivered = must("in smaller batches", sent[static_cast<std::size_t>(i)].get());
    check("offset", delivered.offset, i);
  }
  const auto refused = producer.send({.topic = cluster.topic("large"), .value = large}).get();
  check("larger than the topic takes", refused.has_value(), false);
  check("name", refused.error().kafka_name(), std::string_view("MESSAGE_TOO_LARGE"));
  check("may be written", refused.error().may_be_written(), false);
  const auto never = producer.send({.topic = cluster.topic("large"), .value = huge}).get();
  check("larger than max.request.size", never.has_value(), false);
  must("afterwards", producer.send({.topic = cluster.topic("large"), .value = "v"}).get());
}

void little_memory(const Cluster& cluster) {
  cluster.create("memory", 2);
  auto producer = cluster.producer({.batch_size = 4'000, .buffer_memory = 20'000});
  const std::string value(1'000, 'x');
  for (int i = 0; i < 2'000; ++i) {
    must("post", producer.post({.topic = cluster.topic("memory"), .value = value}));
  }
  must("flush", producer.flush().get());
  auto reader = cluster.reader("memory", 2);
  read(reader, 2'000);
}

void nobody_there(const Cluster&) {
  const auto client = must("client", weir::Client::create({.bootstrap_servers = "127.0.0.1:1"}));
  auto producer = must("producer", client.producer({.block_max = 500ms}));
  const auto before = std::chrono::steady_clock::now();
  const auto outcome = producer.send({.topic = "t", .value = "v"}).get();
  check("delivered", outcome.has_value(), false);
  check("kind", outcome.error().kind() == weir::Failure::Kind::timed_out, true);
  check("may be written", outcome.error().may_be_written(), false);
  check("took less than 5 s", std::chrono::steady_clock::now() - before < 5s, true);
}

void missing_topic(const Cluster& cluster) {
  auto producer = cluster.producer();
  must("made by sending",
       producer.send({.topic = cluster.topic("made-by-sending"), .value = "v"}).get());
  const auto bad = producer.send({.topic = "no topic's name", .value = "v"}).get();
  check("a bad name", bad.has_value(), false);
  check("name", bad.error().kafka_name(), std::string_view("INVALID_TOPIC_EXCEPTION"));
  const auto listed = must("topics", cluster.admin.describe_topics({cluster.topic("asked")}).get());
  check("asked about", listed.at(cluster.topic("asked")).has_value(), false);
  check("made by asking",
        must("list", cluster.admin.list_topics().get()).contains(cluster.topic("asked")), false);
}

// Behind a proxy that cuts connections, with so little time that batches end in doubt: the producer
// goes on in another epoch (KIP-360). What was told must hold, and the order.
void doubts(const Arguments& arguments) {
  const Cluster cluster(arguments.at("--bootstrap"), arguments.at("--prefix"), 0);
  cluster.create("doubts", 1);
  const auto through =
      must("client", weir::Client::create({.bootstrap_servers = arguments.at("--cut"),
                                           .properties = {
                                               {"reconnect.backoff.ms", "10"},
                                               {"reconnect.backoff.max.ms", "50"},
                                               {"retry.backoff.ms", "10"},
                                           }}));
  auto producer = must(
      "producer", through.producer({.batch_size = 3'000, .linger = 0ms, .delivery_timeout = 8ms}));
  constexpr int count = 6'000;
  std::vector<weir::Future<weir::Delivered>> sent;
  for (int i = 0; i < count; ++i) {
    const std::string value = std::to_string(1'000'000 + i) + std::string(300, '.');
    sent.push_back(producer.send({.topic = cluster.topic("doubts"), .value = value}));
    if (i % 5 == 0) std::this_thread::sleep_for(1ms);
  }
  (void)producer.flush(60s).get();
  std::map<std::int64_t, int> delivered;
  std::set<int> without_offset, not_written;
  int in_doubt = 0;
  for (int i = 0; i < count; ++i) {
    const auto outcome = sent[static_cast<std::size_t>(i)].get();
    if (!outcome) {
      if (outcome.error().may_be_written()) {
        ++in_doubt;
      } else {
        not_written.insert(i);
      }
      continue;
    }
    if (outcome->offset < 0) {
      without_offset.insert(i);
    } else {
      check("one record an offset", delivered.emplace(outcome->offset, i).second, true);
    }
  }
  auto reader = cluster.reader("doubts", 1);
  const weir::TopicPartition partition{cluster.topic("doubts"), 0};
  const auto end = must("end", reader.end_offsets({partition}).get()).at(partition).offset;
  int before = -1;
  for (const Read& record : read(reader, static_cast<std::size_t>(end))) {
    const int number = std::stoi(record.value.substr(0, 7)) - 1'000'000;
    check("in order and once", number > before, true);
    before = number;
    check("not written as was told", not_written.contains(number), false);
    if (const auto told = delivered.find(record.offset); told != delivered.end()) {
      check("where it was told", number, told->second);
      delivered.erase(told);
    }
    without_offset.erase(number);
  }
  check("delivered and not there", delivered.size() + without_offset.size(), 0u);
  check("something was in doubt", in_doubt > 0, true);
  bool goes_on = false;
  for (int i = 0; i < 200 && !goes_on; ++i) {
    goes_on = producer.send({.topic = cluster.topic("doubts"), .value = "v"}).get().has_value();
  }
  check("it goes on afterwards", goes_on, true);
}

}  // namespace

void doubt_scenarios(const Arguments& arguments) {
  report("doubts", [&] { doubts(arguments); });
}

void producer_scenarios(const Arguments& arguments) {
  const Cluster cluster(arguments.at("--bootstrap"), arguments.at("--prefix"), 0);
  report("any-address", [&] { any_address(arguments); });
  report("acks", [&] { acks(cluster); });
  report("callbacks", [&] { callbacks(cluster); });
  report("close-at-once", [&] { close_at_once(cluster); });
  report("purge", [&] { purge(cluster); });
  report("too-large", [&] { too_large(cluster); });
  report("little-memory", [&] { little_memory(cluster); });
  report("nobody-there", [&] { nobody_there(cluster); });
  report("missing-topic", [&] { missing_topic(cluster); });
}

}  // namespace interop
