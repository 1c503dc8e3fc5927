// The scenarios of ../README.md, and reading what other clients wrote in theirs.

#include <algorithm>
#include <set>

#include "scenario.h"

namespace interop {
namespace {

const std::map<std::string, weir::Codec> codecs{{"none", weir::Codec::none},
                                                {"gzip", weir::Codec::gzip},
                                                {"snappy", weir::Codec::snappy},
                                                {"lz4", weir::Codec::lz4},
                                                {"zstd", weir::Codec::zstd}};

void made(const Cluster& cluster) {
  cluster.create("made", 3, {{"retention.ms", "86400000"}});
  const auto topics = must("list", cluster.admin.list_topics().get());
  check("listed", topics.contains(cluster.topic("made")), true);
  check("partitions", topics.at(cluster.topic("made")).partitions, 3);
  const weir::ConfigResource resource{.name = cluster.topic("made")};
  auto configs =
      must("configs", cluster.admin.describe_configs({resource}, {"retention.ms"}).get());
  const auto entries = must("config", configs.at(resource));
  check("entries", entries.size(), 1u);
  check("retention.ms", entries[0].value.value_or(""), "86400000");
}

void codec(const Cluster& cluster, const std::string& name) {
  cluster.create(name, partition_count);
  auto producer = cluster.producer({.compression = codecs.at(name), .linger = 50ms});
  std::vector<weir::Future<weir::Delivered>> sent;
  for (int i = 0; i < record_count; ++i) {
    sent.push_back(producer.send(Sample(i, cluster.base).record(cluster.topic(name))));
  }
  must("flush", producer.flush().get());
  for (int i = 0; i < record_count; ++i) {
    const auto delivered = must("record", sent[static_cast<std::size_t>(i)].get());
    check("offset", delivered.offset, i / partition_count);
    check("partition", delivered.partition, i % partition_count);
  }
  cluster.compare(name);
}

void group(const Cluster& cluster) {
  auto consumer = cluster.consumer("reader");
  must("subscribe", consumer.subscribe({cluster.topic("none")}).get());
  std::size_t rows = 0;
  for (const auto& [partition, records] : read_all(consumer, record_count)) rows += records.size();
  check("records", rows, std::size_t{record_count});
  must("close", consumer.close(10s).get());
}

void timestamp(const Cluster& cluster) {
  const std::map<std::int64_t, std::vector<std::int64_t>> wanted{
      {30'000, {10, 10, 10}}, {30'500, {11, 10, 10}}, {3'600'000, {-1, -1, -1}}};
  auto consumer = cluster.consumer();
  for (const auto& [when, offsets] : wanted) {
    std::map<weir::TopicPartition, weir::Timestamp> times;
    for (const auto& partition : cluster.partitions("none", partition_count)) {
      times[partition] = at_ms(cluster.base + when);
    }
    const auto found = must("offsets_at", consumer.offsets_at(times).get());
    std::vector<std::int64_t> got;
    for (const auto& [partition, time] : times) {
      const auto offset = found.find(partition);
      got.push_back(offset == found.end() ? -1 : offset->second.offset);
    }
    check("offsets at " + std::to_string(when), got, offsets);
  }
}

void resume(const Cluster& cluster) {
  cluster.create("resume", 1);
  auto producer = cluster.producer();
  for (int i = 0; i < 40; ++i) {
    const std::string value = std::to_string(i);
    must("post", producer.post({.topic = cluster.topic("resume"), .value = value}));
  }
  must("close", producer.close(10s).get());
  const weir::TopicPartition partition{cluster.topic("resume"), 0};
  {
    auto first = cluster.consumer("resume");
    must("subscribe", first.subscribe({cluster.topic("resume")}).get());
    read(first, 40);
    must("commit", first.commit({{partition, {.offset = 15}}}).get());
    must("close", first.close(10s).get());
  }
  auto second = cluster.consumer("resume");
  must("subscribe", second.subscribe({cluster.topic("resume")}).get());
  const auto rest = read(second, 25);
  for (std::size_t i = 0; i < rest.size(); ++i) {
    check("offset after coming back", rest[i].offset, static_cast<std::int64_t>(15 + i));
  }
  const auto committed = must("committed", second.committed({partition}).get());
  check("committed", committed.at(partition).offset, 15);
  must("close", second.close(10s).get());
}

std::vector<int> numbers(const weir::Consumer& consumer) {
  std::vector<int> out;
  for (const auto& each : must("assignment", consumer.assignment().get())) {
    out.push_back(each.partition);
  }
  std::ranges::sort(out);
  return out;
}

void members(const Cluster& cluster) {
  cluster.create("members", 4);
  auto one = cluster.consumer("members"), two = cluster.consumer("members");
  must("subscribe", one.subscribe({cluster.topic("members")}).get());
  must("subscribe", two.subscribe({cluster.topic("members")}).get());
  wait_until(
      "two members share",
      [&] {
        const auto of_one = numbers(one), of_two = numbers(two);
        std::set<int> all(of_one.begin(), of_one.end());
        all.insert(of_two.begin(), of_two.end());
        return of_one.size() == 2 && of_two.size() == 2 && all.size() == 4;
      },
      [&] {
        must("poll", one.poll(50ms).get());
        must("poll", two.poll(50ms).get());
      });
  must("close", one.close(10s).get());
  wait_until(
      "the one that stays has all", [&] { return numbers(two).size() == 4; },
      [&] { must("poll", two.poll(50ms).get()); });
  must("close", two.close(10s).get());
}

void idempotent(const Cluster& cluster, const std::string& cut) {
  cluster.create("idempotent", 2);
  const auto through = must("client", weir::Client::create({.bootstrap_servers = cut,
                                                            .properties = {
                                                                {"reconnect.backoff.ms", "10"},
                                                                {"reconnect.backoff.max.ms", "50"},
                                                                {"retry.backoff.ms", "10"},
                                                            }}));
  auto producer = must("producer", through.producer({.batch_size = 4'000, .linger = 1ms}));
  std::vector<weir::Future<weir::Delivered>> sent;
  const std::string topic = cluster.topic("idempotent");
  for (int i = 0; i < 3'000; ++i) {
    std::string value = std::to_string(1'000'000 + i) + std::string(200, '.');
    sent.push_back(producer.send({.topic = topic, .partition = i % 2, .value = value}));
  }
  must("flush", producer.flush(60s).get());
  for (int i = 0; i < 3'000; ++i) {
    const auto delivered = must("record", sent[static_cast<std::size_t>(i)].get());
    if (delivered.offset >= 0) check("offset", delivered.offset, i / 2);
  }
  auto reader = cluster.reader("idempotent", 2);
  for (const Read& record : read(reader, 3'000)) {
    check("value", std::stoll(record.value.substr(0, 7)) - 1'000'000,
          2 * record.offset + record.partition);
  }
  check("no more than that", must("poll", reader.poll(1s).get()).size(), 0u);
}

}  // namespace

void stock_scenarios(const Arguments& arguments) {
  const Cluster cluster(arguments.at("--bootstrap"), arguments.at("--prefix"),
                        std::stoll(arguments.at("--base-ms")));
  report("create", [&] { made(cluster); });
  for (const char* name : {"none", "gzip", "snappy", "lz4", "zstd"}) {
    report(std::string("codec-") + name, [&] { codec(cluster, name); });
  }
  report("group", [&] { group(cluster); });
  report("timestamp", [&] { timestamp(cluster); });
  report("resume", [&] { resume(cluster); });
  report("members", [&] { members(cluster); });
  report("idempotent", [&] { idempotent(cluster, arguments.at("--cut")); });
}

void read_others(const Arguments& arguments) {
  const Cluster cluster(arguments.at("--bootstrap"), arguments.at("--prefix"),
                        std::stoll(arguments.at("--base-ms")));
  for (const auto& [name, codec] : codecs) {
    report("read-" + name, [&] { cluster.compare(name, arguments.get("--nil", "yes") == "yes"); });
  }
}

}  // namespace interop
