// weir::test::Broker: one node on one shard of its own.

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <optional>
#include <utility>

#include "base/task_scope.h"
#include "broker/node.h"
#include "metadata/config/broker_settings.h"
#include "runtime/shards.h"
#include "weir/testing/broker.h"

namespace weir::test {
namespace {

std::unexpected<Failure> refuse(Failure::Kind kind, std::string what) {
  return std::unexpected(Failure(kind, std::move(what)));
}

std::unexpected<Failure> refuse(const Error& error) {
  switch (error.code) {
    case Errc::exists:
      return refuse(Failure::Kind::exists, error.what);
    case Errc::busy:
      return refuse(Failure::Kind::busy, error.what);
    default:
      return refuse(Failure::Kind::invalid, error.what);
  }
}

class NodeLog final : public env::LogSink {
 public:
  explicit NodeLog(weir::LogSink sink) : sink_(std::move(sink)) {}
  bool enabled(env::Level) const override { return static_cast<bool>(sink_); }
  void write(env::Level level, std::string_view component, std::string_view message) override {
    if (sink_) sink_(static_cast<LogLevel>(level), component, message);
  }

 private:
  weir::LogSink sink_;
};

// Memory first: a sync costs nothing there.
std::expected<std::string, Failure> fresh_directory() {
  std::error_code ignored;
  for (const auto& parent :
       {std::filesystem::path("/dev/shm"), std::filesystem::temp_directory_path(ignored)}) {
    if (parent.empty()) continue;
    std::string path = (parent / "weir-test-XXXXXX").string();
    if (::mkdtemp(path.data()) != nullptr) return path;
  }
  return refuse(Failure::Kind::invalid, "no temporary directory can be made");
}

metadata::ConfigMap defaults() {
  return {{"node.id", "1"},
          {"broker.id", "1"},
          {"group.initial.rebalance.delay.ms", "0"},
          {"offsets.topic.num.partitions", "4"},
          {"log.flush.interval.messages", "9223372036854775807"}};
}

// A node from its start to its stop.
class Running {
 public:
  Running(broker::NodeOptions options, env::LogSink& log)
      : shards_({.shards = 1, .helper_threads = 2}, log),
        node_(std::make_unique<broker::Node>(std::vector<env::Env*>{&shards_.env(0)},
                                             std::move(options))) {
    shards_.post(0, [this] { tasks_.emplace(shards_.env(0).executor); });
  }
  ~Running() {
    stop();
    shards_.stop();
    shards_.join();
  }

  Result<broker::ReadyReport> start() {
    return on_shard<Result<broker::ReadyReport>>(
        [this](auto& done) { tasks_->spawn(start_node(*node_, done)); });
  }
  Result<> stop() {
    if (std::exchange(stopped_, true)) return {};
    auto result =
        on_shard<Result<>>([this](auto& done) { tasks_->spawn(stop_node(*node_, done)); });
    on_shard<bool>([this](auto& done) {
      tasks_.reset();
      done.set_value(true);
    });
    return result;
  }

 private:
  template <class T, class Work>
  T on_shard(Work work) {
    std::promise<T> done;
    shards_.post(0, [&] { work(done); });
    return done.get_future().get();
  }
  static Task<> start_node(broker::Node& node, std::promise<Result<broker::ReadyReport>>& done) {
    auto starting = node.start();
    auto started = co_await std::move(starting);
    done.set_value(std::move(started));
  }
  static Task<> stop_node(broker::Node& node, std::promise<Result<>>& done) {
    auto stopping = node.stop();
    auto stopped = co_await std::move(stopping);
    done.set_value(std::move(stopped));
  }

  runtime::Shards shards_;
  std::unique_ptr<broker::Node> node_;
  std::optional<TaskScope> tasks_;
  bool stopped_ = false;
};

}  // namespace

class Broker::Impl {
 public:
  explicit Impl(BrokerOptions options)
      : options_(std::move(options)), log_(options_.log), port_(options_.port) {}
  ~Impl() {
    running_.reset();
    std::error_code ignored;
    if (is_temporary_) std::filesystem::remove_all(directory_, ignored);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::expected<void, Failure> start() {
    if (directory_.empty()) {
      directory_ = options_.directory;
      if (directory_.empty()) {
        auto fresh = fresh_directory();
        if (!fresh) return std::unexpected(fresh.error());
        directory_ = *std::move(fresh);
        is_temporary_ = true;
      }
    }
    auto node = node_options();
    if (!node) return std::unexpected(node.error());
    auto running = std::make_unique<Running>(*std::move(node), log_);
    const auto report = running->start();
    if (!report) return refuse(report.error());
    port_ = report->addresses.front().port;
    address_ = report->addresses.front().text();
    running_ = std::move(running);
    return {};
  }

  std::expected<void, Failure> stop() {
    if (!running_) return {};
    const Result<> stopped = running_->stop();
    running_.reset();
    if (!stopped) return refuse(stopped.error());
    return {};
  }

  const std::string& address() const { return address_; }
  std::uint16_t port() const { return port_; }
  const std::string& directory() const { return directory_; }

 private:
  std::expected<broker::NodeOptions, Failure> node_options() const {
    broker::NodeOptions node;
    node.static_config = defaults();
    for (const auto& [name, value] : options_.settings) node.static_config[name] = value;
    node.static_config["listeners"] = fmt::format("PLAINTEXT://127.0.0.1:{}", port_);
    node.static_config["log.dirs"] = directory_;
    const auto review = metadata::review_static_configs(node.static_config);
    if (!review.unknown.empty()) {
      return refuse(Failure::Kind::invalid, "unknown setting " + review.unknown.front());
    }
    for (const auto& notices : {review.invalid, review.refused}) {
      if (!notices.empty()) return refuse(Failure::Kind::invalid, notices.front().message);
    }
    auto settings = metadata::broker_settings({.static_broker = &node.static_config});
    if (!settings) return refuse(settings.error());
    node.settings = *std::move(settings);
    return node;
  }

  const BrokerOptions options_;
  NodeLog log_;
  std::string directory_;
  bool is_temporary_ = false;
  std::uint16_t port_;
  std::string address_;
  std::unique_ptr<Running> running_;
};

Broker::Broker(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Broker::Broker(Broker&&) noexcept = default;
Broker& Broker::operator=(Broker&&) noexcept = default;
Broker::~Broker() = default;

std::expected<Broker, Failure> Broker::start() { return start(BrokerOptions()); }

std::expected<Broker, Failure> Broker::start(BrokerOptions options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  if (auto started = impl->start(); !started) return std::unexpected(started.error());
  return Broker(std::move(impl));
}

const std::string& Broker::address() const { return impl_->address(); }
std::uint16_t Broker::port() const { return impl_->port(); }
const std::string& Broker::directory() const { return impl_->directory(); }
std::expected<void, Failure> Broker::stop() { return impl_->stop(); }

std::expected<void, Failure> Broker::restart() {
  if (auto stopped = impl_->stop(); !stopped) return stopped;
  return impl_->start();
}

}  // namespace weir::test
