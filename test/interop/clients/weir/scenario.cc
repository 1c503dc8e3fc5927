#include "scenario.h"

#include <cstdio>

namespace interop {

const std::string& Arguments::at(const std::string& name) const {
  const auto found = options.find(name);
  if (found == options.end()) throw Failed(name + " is missing");
  return found->second;
}

std::string Arguments::get(const std::string& name, std::string otherwise) const {
  const auto found = options.find(name);
  return found == options.end() ? std::move(otherwise) : found->second;
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text.substr(0, 2'000)) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return out + '"';
}

std::string text_of(std::string_view text) { return std::string(text); }
std::string text_of(bool value) { return value ? "true" : "false"; }

void wait_until(std::string_view what, const std::function<bool()>& is_so,
                const std::function<void()>& step) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > end) throw Failed(std::string(what) + ": not in time");
    step();
  }
}

weir::Timestamp at_ms(std::int64_t ms) { return weir::Timestamp(std::chrono::milliseconds(ms)); }

Cluster::Cluster(const std::string& bootstrap, std::string prefix_in, std::int64_t base_in)
    : prefix(std::move(prefix_in)),
      base(base_in),
      client(must("client", weir::Client::create({.bootstrap_servers = bootstrap}))),
      admin(must("admin", client.admin())) {}

void Cluster::create(std::string_view name, int partitions,
                     std::map<std::string, std::string> configs) const {
  must("create", admin
                     .create_topic({.name = topic(name),
                                    .partitions = partitions,
                                    .replication_factor = std::int16_t{1},
                                    .assignment = {},
                                    .configs = std::move(configs)})
                     .get());
}

weir::Producer Cluster::producer(weir::ProducerOptions options) const {
  return must("producer", client.producer(options));
}

weir::Consumer Cluster::consumer(std::string_view group, weir::ConsumerOptions options) const {
  if (!group.empty()) options.group = topic(group);
  if (!options.reset) options.reset = weir::OffsetReset::earliest;
  if (!options.auto_commit) options.auto_commit = false;
  options.session_timeout = 6s;
  options.heartbeat_interval = 300ms;
  return must("consumer", client.consumer(options));
}

std::vector<weir::TopicPartition> Cluster::partitions(std::string_view name, int count) const {
  std::vector<weir::TopicPartition> out;
  for (int i = 0; i < count; ++i) out.push_back({topic(name), i});
  return out;
}

weir::Consumer Cluster::reader(std::string_view name, int partitions_in) const {
  auto consumer_of_all = consumer();
  must("assign", consumer_of_all.assign(partitions(name, partitions_in)).get());
  return consumer_of_all;
}

void Cluster::compare(std::string_view name, bool has_nil) const {
  auto from = reader(name, partition_count);
  const auto got = read_all(from, record_count);
  std::map<int, std::vector<std::string>> want;
  for (int i = 0; i < record_count; ++i) {
    const Sample sample(i, base);
    auto& rows = want[sample.partition];
    rows.push_back(sample.describe(static_cast<std::int64_t>(rows.size()), has_nil));
  }
  for (const auto& [partition, rows] : want) {
    const auto found = got.find(partition);
    check("partition", found != got.end(), true);
    check("records of a partition", found->second.size(), rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) check("record", found->second[i], rows[i]);
  }
}

namespace {

const std::string_view two_bytes("\0\xff", 2);

std::string shown(const weir::BytesView& bytes) {
  if (bytes.is_null()) return "null";
  std::string out = "<";
  for (const char c : bytes.text()) {
    if (c < ' ' || c > '~') {
      out += "\\" + std::to_string(static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + ">";
}

std::string row(int partition, std::int64_t offset, weir::Timestamp time, weir::BytesView key,
                weir::BytesView value) {
  return std::to_string(partition) + "/" + std::to_string(offset) + " @" +
         std::to_string(time.time_since_epoch().count()) + " " + shown(key) + " " + shown(value);
}

}  // namespace

Sample::Sample(int index_in, std::int64_t base)
    : index(index_in),
      partition(index_in % partition_count),
      time(at_ms(base + 1'000LL * index_in)),
      key("k" + std::to_string(index_in % 7)),
      value(index_in % 10 == 5 ? ""
                               : "v" + std::to_string(index_in) +
                                     std::string(static_cast<std::size_t>(index_in), 'x')),
      number(std::to_string(index_in)),
      has_key(index_in % 10 != 9),
      has_value(index_in % 20 != 18) {}

weir::Record Sample::record(const std::string& topic) const {
  weir::Record out{.topic = topic, .partition = partition};
  if (has_key) out.key = key;
  if (has_value) out.value = value;
  out.headers = {
      {"i", number}, {"bin", two_bytes}, {"empty", ""}, {"nil", nullptr}, {"i", "again"}};
  out.timestamp = time;
  return out;
}

std::string Sample::describe(std::int64_t offset, bool has_nil) const {
  std::string out = row(partition, offset, time, has_key ? weir::BytesView(key) : nullptr,
                        has_value ? weir::BytesView(value) : nullptr);
  out += " i=" + shown(number) + " bin=" + shown(two_bytes) + " empty=" + shown("");
  if (has_nil) out += " nil=null";
  return out + " i=" + shown("again");
}

std::string describe(const weir::ReceivedRecord& record) {
  std::string out =
      row(record.partition, record.offset, record.timestamp, record.key, record.value);
  for (const weir::Header& header : record.headers) {
    out += " " + std::string(header.name) + "=" + shown(header.value);
  }
  return out + (record.is_log_append_time ? " stamped by the log" : "");
}

namespace {

// Polls until so many records came.
void poll_for(weir::Consumer& consumer, std::size_t count,
              const std::function<void(const weir::ReceivedRecord&)>& take) {
  std::size_t taken = 0;
  const auto end = std::chrono::steady_clock::now() + patience;
  while (taken < count && std::chrono::steady_clock::now() < end) {
    for (const auto& record : must("poll", consumer.poll(200ms).get())) {
      take(record);
      ++taken;
    }
  }
  check("number of records", taken, count);
}

}  // namespace

std::vector<Read> read(weir::Consumer& consumer, std::size_t count) {
  std::vector<Read> out;
  poll_for(consumer, count, [&](const weir::ReceivedRecord& record) {
    out.push_back({record.partition, record.offset, record.value.str()});
  });
  return out;
}

std::map<int, std::vector<std::string>> read_all(weir::Consumer& consumer, std::size_t count) {
  std::map<int, std::vector<std::string>> out;
  poll_for(consumer, count, [&](const weir::ReceivedRecord& record) {
    out[record.partition].push_back(describe(record));
  });
  return out;
}

void report(std::string_view name, const std::function<void()>& scenario) {
  std::string failure;
  try {
    scenario();
  } catch (const Failed& failed) {
    failure = failed.what();
  }
  std::printf("{\"client\": \"weir\", \"scenario\": %s, \"ok\": %s, \"detail\": %s}\n",
              json_text(name).c_str(), failure.empty() ? "true" : "false",
              json_text(failure).c_str());
  std::fflush(stdout);
}

}  // namespace interop
