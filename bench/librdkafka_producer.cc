// The smallest fast producer on librdkafka, for producers.py: as many records of one size as it is
// told, every delivery counted. The few functions it needs are declared here, so that it links to
// the shared library of a Python wheel.
//
//   librdkafka_producer COUNT SIZE TOPIC [producers=N] [keys=random] NAME=VALUE...
//
// With producers=N the records are dealt to N producers of one process (threads and connections of
// their own each); with keys=random each has a key of 8 digits, which chooses its partition.
// Prints {"records": N, "seconds": S, "version": "..."}; ends with 1 when a record was not
// delivered.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" {
struct rd_kafka_t;
struct rd_kafka_conf_t;
struct rd_kafka_topic_t;
struct rd_kafka_topic_conf_t;
struct rd_kafka_message_t {
  int err;  // the first member; the others are not needed here
};
rd_kafka_conf_t* rd_kafka_conf_new();
int rd_kafka_conf_set(rd_kafka_conf_t*, const char* name, const char* value, char* error,
                      size_t error_size);
void rd_kafka_conf_set_dr_msg_cb(rd_kafka_conf_t*,
                                 void (*)(rd_kafka_t*, const rd_kafka_message_t*, void*));
rd_kafka_t* rd_kafka_new(int type, rd_kafka_conf_t*, char* error, size_t error_size);
rd_kafka_topic_t* rd_kafka_topic_new(rd_kafka_t*, const char* name, rd_kafka_topic_conf_t*);
int rd_kafka_produce(rd_kafka_topic_t*, int partition, int flags, void* value, size_t value_size,
                     const void* key, size_t key_size, void* opaque);
int rd_kafka_last_error();
int rd_kafka_poll(rd_kafka_t*, int timeout_ms);
int rd_kafka_flush(rd_kafka_t*, int timeout_ms);
const char* rd_kafka_version_str();
}

namespace {

constexpr int producer = 0, any_partition = -1, copy = 2, queue_full = -184;
constexpr long records_between_polls = 100;
constexpr size_t pool_size = 1 << 20;

long delivered = 0, failed = 0;

void tally(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  message->err ? ++failed : ++delivered;
}

// Values differ, and cost nothing while the clock runs.
std::string random_text(size_t size) {
  std::minstd_rand random;
  std::string text(size, ' ');
  for (char& c : text) c = static_cast<char>('!' + random() % 90);
  return text;
}

[[noreturn]] void quit(const char* why) {
  std::fprintf(stderr, "librdkafka_producer: %s\n", why);
  std::exit(1);
}

struct Arguments {
  long producers = 1;
  bool keys = false;
};

// A property of librdkafka's, or one of ours.
void take(const std::string& word, Arguments& arguments, rd_kafka_conf_t* conf) {
  const std::string name = word.substr(0, word.find('='));
  const std::string text = word.substr(std::min(name.size() + 1, word.size()));
  char error[512];
  if (name == "producers") {
    arguments.producers = std::max(1L, std::atol(text.c_str()));
  } else if (name == "keys") {
    arguments.keys = text == "random";
  } else if (rd_kafka_conf_set(conf, name.c_str(), text.c_str(), error, sizeof error) != 0) {
    quit(error);
  }
}

struct Client {
  rd_kafka_t* handle;
  rd_kafka_topic_t* topic;
};

Client client_of(char** words, int count, Arguments& arguments) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (int i = 4; i < count; ++i) take(words[i], arguments, conf);
  rd_kafka_conf_set_dr_msg_cb(conf, tally);
  char error[512];
  rd_kafka_t* handle = rd_kafka_new(producer, conf, error, sizeof error);
  if (!handle) quit(error);
  return {handle, rd_kafka_topic_new(handle, words[3], nullptr)};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) quit("COUNT SIZE TOPIC NAME=VALUE... are expected");
  const long records = std::atol(argv[1]);
  const size_t size = std::strtoul(argv[2], nullptr, 10);
  std::string pool = random_text(std::max(pool_size, 2 * size));
  Arguments arguments;
  std::vector<Client> clients{client_of(argv, argc, arguments)};
  while (std::ssize(clients) < arguments.producers) {
    clients.push_back(client_of(argv, argc, arguments));
  }
  std::minstd_rand random;
  char key[9] = "";
  const auto began = std::chrono::steady_clock::now();
  for (long n = 0; n < records; ++n) {
    const Client& client = clients[static_cast<size_t>(n % arguments.producers)];
    char* value = pool.data() + n * 61 % (pool.size() - size);
    if (arguments.keys) std::snprintf(key, sizeof key, "%08lu", random() % 100'000'000UL);
    const size_t key_size = arguments.keys ? 8 : 0;
    while (rd_kafka_produce(client.topic, any_partition, copy, value, size,
                            arguments.keys ? key : nullptr, key_size, nullptr) != 0) {
      if (rd_kafka_last_error() != queue_full) quit("a record was refused");
      rd_kafka_poll(client.handle, 1);
    }
    if (n / arguments.producers % records_between_polls == 0) rd_kafka_poll(client.handle, 0);
  }
  for (const Client& client : clients) rd_kafka_flush(client.handle, 600'000);
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - began;
  std::printf("{\"records\": %ld, \"seconds\": %f, \"version\": \"%s\"}\n", delivered, time.count(),
              rd_kafka_version_str());
  return failed == 0 && delivered == records ? 0 : 1;
}
