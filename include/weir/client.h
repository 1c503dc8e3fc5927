#pragma once
// Client: what a program's producers, consumers and administrators share: one thread, on which all
// of their network traffic and their callbacks run, and the options they begin with. Each has
// connections of its own.
//
//   auto client = weir::Client::create({.bootstrap_servers = "localhost:9092"});
//   if (!client) return complain(client.error().message());
//   auto producer = client->producer();
//
// create() looks at the options only; nothing is connected before it is needed. No signal handler
// is installed, nothing is printed, SIGPIPE is not raised, and the library's threads block signals.
//
// A Client may be destroyed before what was made of it; its thread ends with the last of them. No
// destructor waits for a broker: the last one takes 200 ms at most. All calls may be made by any
// thread at the same time.

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "weir/api.h"
#include "weir/failure.h"
#include "weir/future.h"
#include "weir/log.h"
#include "weir/statistics.h"

namespace weir {

class Admin;
class Consumer;
class Handler;
class Producer;
class Worker;
struct AdminOptions;
struct ConsumerOptions;
struct ProducerOptions;
struct WorkerOptions;

// Kafka's property names with their values, applied in order. A name that nobody knows is refused
// with the nearest one that is known; so is what asks for something that is not built: TLS, SASL,
// transactions, group.protocol=consumer.
using Properties = std::vector<std::pair<std::string, std::string>>;

// Runs what it is given, later and once, on a thread of its choice.
using Executor = std::function<void(std::move_only_function<void()>)>;

// What is absent is Kafka's default.
struct ClientOptions {
  std::string bootstrap_servers{};  // host:port,... ; required, here or as a property
  std::optional<std::string> client_id{};
  std::optional<std::string> rack{};                            // client.rack
  std::optional<std::chrono::milliseconds> request_timeout{};   // 30 s
  std::optional<std::chrono::milliseconds> connect_timeout{};   // 10 s; then a name's next address
  std::optional<std::chrono::milliseconds> metadata_age_max{};  // 5 min
  // Also of producers and consumers: they are the defaults of what is made of this client. They
  // win over the fields above.
  Properties properties{};

  // Where callbacks and coroutines go on; empty: on the client's own thread.
  Executor executor{};
  LogSink log{};
  LogLevel log_level = LogLevel::info;
  // Told of what nobody else learns: records that were posted and not delivered, commits in the
  // background that failed.
  std::function<void(const Failure&)> on_error{};
  std::function<void(const Statistics&)> on_statistics{};
  std::chrono::milliseconds statistics_interval{10'000};
};

class WEIR_API Client {
 public:
  // Failures: invalid, not_found (a property's name), unsupported.
  static std::expected<Client, Failure> create(ClientOptions options);
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  ~Client();

  // Failures as of create(), for the options.
  std::expected<Producer, Failure> producer(const ProducerOptions& options) const;
  std::expected<Producer, Failure> producer() const;
  std::expected<Consumer, Failure> consumer(const ConsumerOptions& options) const;
  std::expected<Consumer, Failure> consumer() const;
  // The handler is in weir/worker.h.
  std::expected<Worker, Failure> worker(const WorkerOptions& options, Handler handler) const;
  std::expected<Admin, Failure> admin(const AdminOptions& options) const;
  std::expected<Admin, Failure> admin() const;

  class Impl;
  const std::shared_ptr<Impl>& impl() const { return impl_; }  // for the library itself

 private:
  explicit Client(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

// Names that Properties may have; "acks", "bootstrap.servers", ...
WEIR_API std::vector<std::string> known_properties();
WEIR_API std::string_view version();  // of the library: "0.1.0"

}  // namespace weir
