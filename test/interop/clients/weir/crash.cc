// Our client while its broker is killed again and again (test/crash): an idempotent producer, a
// member of a group, and whoever reads everything when told "audit"; all in a history.

#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <iostream>
#include <optional>
#include <thread>

#include "history_file.h"

namespace interop {
namespace {

constexpr int window = 8;  // records under way: there are always some
constexpr int keys_of_mine = 12;

std::string_view shown(const weir::BytesView& bytes) {
  return bytes.is_null() ? std::string_view("~") : bytes.text();
}

// Values are padded with dots, which the reader looks at; see docs/formats/history.md.
std::string padded(const std::string& value, std::size_t size) {
  return value + std::string(size > value.size() ? size - value.size() : 0, '.');
}
std::string unpadded(const weir::BytesView& value) {
  if (value.is_null()) return "~";
  const std::string_view text = value.text();
  const std::size_t end = text.find('.');
  if (end == std::string_view::npos) return std::string(text);
  const bool is_whole = text.find_first_not_of('.', end) == std::string_view::npos;
  return std::string(text.substr(0, end)) + (is_whole ? "" : "!damaged");
}

struct CrashRun {
  const Arguments& arguments;
  HistoryFile history;
  weir::Client client;
  std::string name;
  std::atomic<bool> is_ending = false;
  std::mutex print_lock;

  void say(const std::string& line) {
    const std::lock_guard guard(print_lock);
    std::cout << line << std::endl;
  }
};

// --- producing ---

class CrashProducer {
 public:
  explicit CrashProducer(CrashRun& run) : run_(run), process_(run.name + "-producer") {}

  void work() {
    auto producer = must("producer", run_.client.producer({.linger = 5ms,
                                                           .block_max = 2min,
                                                           .delivery_timeout = 2min,
                                                           .properties = impatient()}));
    run_.history.line(process_, "producer", "all", "idempotent");
    for (std::uint64_t number = 0; !run_.is_ending; ++number) {
      {
        std::unique_lock guard(lock_);
        room_.wait(guard, [this] { return open_ < window; });
        ++open_;
      }
      send(producer, number);
    }
    must("close", producer.close(60s).get());
    run_.history.line(process_, "ended");
  }

  static weir::Properties impatient() {
    return {{"reconnect.backoff.ms", "20"},
            {"reconnect.backoff.max.ms", "100"},
            {"retry.backoff.ms", "20"},
            {"retry.backoff.max.ms", "100"}};
  }

 private:
  void send(weir::Producer& producer, std::uint64_t number) {
    const bool is_compacted = number % 8 == 3, is_short = number % 8 == 6;
    const std::string topic = is_compacted ? "keys" : is_short ? "short" : "log";
    const int partition = static_cast<int>(number / 8 % (is_compacted || is_short ? 2 : 6));
    const std::string key =
        run_.name + "-" + std::to_string(partition) + "-" + std::to_string(number % keys_of_mine);
    const bool is_tombstone = is_compacted && number % 5 == 0;
    const std::string value = run_.name + ":" + std::to_string(number);
    const std::string bytes = padded(value, 200);
    const std::uint64_t operation = run_.history.next_operation();
    run_.history.line(process_, "send", operation, topic, partition, key,
                      is_tombstone ? std::string("~") : value);
    producer.send({.topic = topic,
                   .partition = partition,
                   .key = key,
                   .value = is_tombstone ? weir::BytesView() : weir::BytesView(bytes)},
                  [this, operation](const std::expected<weir::Delivered, weir::Failure>& ended) {
                    if (ended) {
                      run_.history.line(process_, "acked", operation, ended->offset);
                    } else {
                      run_.history.line(process_,
                                        ended.error().may_be_written() ? "unknown" : "refused",
                                        operation, ended.error().message());
                    }
                    bool is_mark = false;
                    {
                      const std::lock_guard guard(lock_);
                      --open_;
                      is_mark = ended && ++acked_ % 50 == 0;
                    }
                    room_.notify_one();
                    if (is_mark) run_.say("acked " + std::to_string(acked_));
                    if (!ended) run_.say("failed " + ended.error().message());
                  });
  }

  CrashRun& run_;
  std::string process_;
  std::mutex lock_;
  std::condition_variable room_;
  int open_ = 0;
  std::atomic<std::uint64_t> acked_ = 0;
};

// --- a member of the group ---

class CrashMember {
 public:
  explicit CrashMember(CrashRun& run)
      : run_(run),
        process_(run.name + "-member"),
        group_(run.arguments.get("--group", "readers")) {}

  void work() {
    weir::ConsumerOptions options;
    options.group = group_;
    options.reset = weir::OffsetReset::earliest;
    options.auto_commit = false;
    options.session_timeout = 10s;
    options.heartbeat_interval = 300ms;
    options.assignors = {run_.arguments.get("--assignor", "range") == "range"
                             ? weir::Assignor::range
                             : weir::Assignor::cooperative_sticky};
    options.properties = CrashProducer::impatient();
    options.listener = {.assigned = [this](const weir::Partitions& p) { tell("assigned", p); },
                        .revoked = [this](const weir::Partitions& p) { tell("revoked", p); },
                        .lost = [this](const weir::Partitions& p) { tell("lost", p); }};
    run_.history.line(process_, "member", group_);
    auto consumer = must("consumer", run_.client.consumer(options));
    must("subscribe", consumer.subscribe({"log"}).get());
    while (!run_.is_ending) {
      const auto records = consumer.poll(100ms).get();
      if (!records) {
        run_.say("poll " + records.error().message());
      } else if (!records->empty()) {
        process(consumer, *records);
      }
    }
    if (const auto closed = consumer.close(10s).get(); !closed) {
      run_.say("close " + closed.error().message());
    }
    run_.history.line(process_, "ended");
  }

 private:
  void tell(const char* event, const weir::Partitions& partitions) {
    for (const auto& each : partitions) {
      run_.history.line(process_, event, group_, -1, each.topic, each.partition);
    }
  }

  void process(weir::Consumer& consumer, const weir::Records& records) {
    weir::Offsets done;
    for (const auto& record : records) {
      run_.history.line(process_, "read", record.topic, record.partition, record.offset,
                        shown(record.key), unpadded(record.value));
      done[record.topic_partition()] = {record.offset + 1, record.leader_epoch};
    }
    std::vector<std::uint64_t> operations;
    for (const auto& [partition, position] : done) {
      operations.push_back(run_.history.next_operation());
      run_.history.line(process_, "commit", operations.back(), group_, -1, partition.topic,
                        partition.partition, position.offset);
    }
    const auto committed = consumer.commit(done).get();
    for (const std::uint64_t operation : operations) {
      if (committed) {
        run_.history.line(process_, "done", operation);
      } else {
        run_.history.line(process_, "unknown", operation, committed.error().message());
      }
    }
  }

  CrashRun& run_;
  std::string process_, group_;
};

// --- reading everything ---

class Auditor {
 public:
  explicit Auditor(CrashRun& run) : run_(run), process_(run.name + "-auditor") {}

  void audit() {
    auto consumer =
        must("consumer", run_.client.consumer({.reset = weir::OffsetReset::earliest,
                                               .poll_records_max = 5000,
                                               .properties = CrashProducer::impatient()}));
    weir::Partitions all;
    for (int i = 0; i < 6; ++i) all.push_back({"log", i});
    for (int i = 0; i < 2; ++i) all.push_back({"keys", i}), all.push_back({"short", i});
    committed(weir::Partitions(all.begin(), all.begin() + 6));
    std::vector<std::uint64_t> operations;
    for (const auto& each : all) {
      operations.push_back(run_.history.next_operation());
      run_.history.line(process_, "audit", operations.back(), each.topic, each.partition);
    }
    const auto ends = must("ends", consumer.end_offsets(all).get());
    must("assign", consumer.assign(all).get());
    for (const auto& each : all) {
      must("seek", consumer.seek(each, weir::OffsetSpec::earliest()).get());
    }
    auto left = all;
    const auto late = std::chrono::steady_clock::now() + patience;
    while (!left.empty()) {
      for (const auto& record : must("poll", consumer.poll(20ms).get())) {
        run_.history.line(process_, "read", record.topic, record.partition, record.offset,
                          shown(record.key), unpadded(record.value));
      }
      std::erase_if(left, [&](const weir::TopicPartition& each) {
        const auto at = consumer.position(each).get();
        const bool is_read = at && at->offset >= ends.at(each).offset;
        if (is_read) must("pause", consumer.pause({each}).get());
        return is_read;
      });
      if (std::chrono::steady_clock::now() > late) throw Failed("the audit does not end");
    }
    const auto starts = must("starts", consumer.beginning_offsets(all).get());
    for (std::size_t i = 0; i < all.size(); ++i) {
      run_.history.line(process_, "audited", operations[i], starts.at(all[i]).offset,
                        ends.at(all[i]).offset);
    }
    must("close", consumer.close(10s).get());
  }

 private:
  void committed(const weir::Partitions& partitions) {
    auto admin = must("admin", run_.client.admin());
    const std::string group = run_.arguments.get("--group", "readers");
    std::vector<std::uint64_t> operations;
    for (const auto& each : partitions) {
      operations.push_back(run_.history.next_operation());
      run_.history.line(process_, "fetch", operations.back(), group, each.topic, each.partition);
    }
    const auto offsets = must("committed", admin.committed_offsets(group, partitions).get());
    for (std::size_t i = 0; i < partitions.size(); ++i) {
      const auto found = offsets.find(partitions[i]);
      if (found != offsets.end() && !found->second) {
        throw Failed("committed: " + found->second.error().message());
      }
      run_.history.line(process_, "told", operations[i],
                        found == offsets.end() ? std::int64_t{-1} : found->second->offset);
    }
  }

  CrashRun& run_;
  std::string process_;
};

template <class Work>
std::thread started(CrashRun& run, Work work) {
  return std::thread([&run, work] {
    try {
      work();
    } catch (const Failed& failed) {
      run.say(std::string("failed ") + failed.what());
    }
  });
}

}  // namespace

int survive_crashes(const Arguments& arguments) {
  CrashRun run{
      .arguments = arguments,
      .history = HistoryFile(arguments.at("--history")),
      .client =
          must("client", weir::Client::create({.bootstrap_servers = arguments.at("--bootstrap")})),
      .name = arguments.get("--name", "ours")};
  CrashProducer producer(run);
  CrashMember member(run);
  Auditor auditor(run);
  std::thread producing = started(run, [&] { producer.work(); });
  std::thread consuming = started(run, [&] { member.work(); });
  for (std::string command; std::getline(std::cin, command);) {
    if (command != "audit") break;
    try {
      auditor.audit();
      run.say("audited");
    } catch (const Failed& failed) {
      run.say(std::string("failed ") + failed.what());
    }
  }
  run.is_ending = true;
  producing.join();
  consuming.join();
  run.say("ended");
  return 0;
}

}  // namespace interop
