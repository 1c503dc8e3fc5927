#pragma once
// What all modes of the program share: its arguments, checks that end a scenario, the clients that
// scenarios use, and the sixty records of ../README.md. A check that fails throws, and the scenario
// is reported as failed; nothing else throws.

#include <chrono>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "weir/admin.h"
#include "weir/client.h"
#include "weir/consumer.h"
#include "weir/producer.h"

namespace interop {

using namespace std::chrono_literals;

inline constexpr int record_count = 60;
inline constexpr int partition_count = 3;
inline constexpr std::chrono::seconds patience{30};

struct Failed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Arguments {
  std::map<std::string, std::string> options;
  const std::string& at(const std::string& name) const;
  std::string get(const std::string& name, std::string otherwise) const;
};

// `text` within double quotes, as JSON has it. Bytes that are not ASCII are left as they are.
std::string json_text(std::string_view text);

std::string text_of(std::string_view text);
inline std::string text_of(const char* text) { return text; }
std::string text_of(bool value);
template <class T>
  requires std::is_arithmetic_v<T>
std::string text_of(T value) {
  return std::to_string(value);
}
template <class T>
std::string text_of(const std::vector<T>& values) {
  std::string text = "[";
  for (const T& value : values) text += (text.size() > 1 ? " " : "") + text_of(value);
  return text + "]";
}

template <class A, class B>
void check(std::string_view what, const A& got, const B& want) {
  if (got == want) return;
  throw Failed(std::string(what) + ": got " + text_of(got) + ", expected " + text_of(want));
}

template <class T>
T must(std::string_view what, std::expected<T, weir::Failure> outcome) {
  if (!outcome) throw Failed(std::string(what) + ": " + outcome.error().message());
  if constexpr (!std::is_void_v<T>) return *std::move(outcome);
}

// Until `is_so`, asking again after each `step`.
void wait_until(std::string_view what, const std::function<bool()>& is_so,
                const std::function<void()>& step);

weir::Timestamp at_ms(std::int64_t ms);

struct Cluster {
  Cluster(const std::string& bootstrap, std::string prefix_in, std::int64_t base_in);
  std::string topic(std::string_view name) const { return prefix + "-" + std::string(name); }
  void create(std::string_view name, int partitions,
              std::map<std::string, std::string> configs = {}) const;
  weir::Producer producer(weir::ProducerOptions options = {}) const;
  // Of a group, or of none; from the beginning, committing nothing by itself.
  weir::Consumer consumer(std::string_view group = "", weir::ConsumerOptions options = {}) const;
  std::vector<weir::TopicPartition> partitions(std::string_view name, int count) const;
  // From the beginning of a topic by a consumer without a group.
  weir::Consumer reader(std::string_view name, int partitions) const;
  // Compares the topic with the sixty records. Without `has_nil`, those of a client without null
  // headers.
  void compare(std::string_view name, bool has_nil = true) const;

  std::string prefix;
  std::int64_t base;
  weir::Client client;
  mutable weir::Admin admin;
};

// One of the sixty. Its parts point into this.
struct Sample {
  explicit Sample(int index, std::int64_t base);
  weir::Record record(const std::string& topic) const;
  std::string describe(std::int64_t offset, bool has_nil) const;
  int index;
  int partition;
  weir::Timestamp time;
  std::string key, value, number;
  bool has_key, has_value;
};
std::string describe(const weir::ReceivedRecord& record);

// So many records, or it fails.
struct Read {
  std::int32_t partition;
  std::int64_t offset;
  std::string value;
};
std::vector<Read> read(weir::Consumer& consumer, std::size_t count);
// What describe() says of each, by partition.
std::map<int, std::vector<std::string>> read_all(weir::Consumer& consumer, std::size_t count);

// Runs it and prints its line.
void report(std::string_view name, const std::function<void()>& scenario);

// The modes.
void stock_scenarios(const Arguments& arguments);
void producer_scenarios(const Arguments& arguments);
void doubt_scenarios(const Arguments& arguments);
void consumer_scenarios(const Arguments& arguments);
void worker_scenarios(const Arguments& arguments);
void reach_scenarios(const Arguments& arguments);
void admin_scenarios(const Arguments& arguments);
void read_others(const Arguments& arguments);
int be_member(const Arguments& arguments);
int storm(const Arguments& arguments);
int fill(const Arguments& arguments);
int survive_crashes(const Arguments& arguments);

}  // namespace interop
