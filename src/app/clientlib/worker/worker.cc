#include "weir/worker.h"

#include <algorithm>

#include "app/clientlib/client_impl.h"
#include "app/clientlib/configuration.h"
#include "app/clientlib/worker/worker_core.h"

namespace weir {
namespace {

std::expected<void, Failure> review(const WorkerOptions& options) {
  const auto refuse = [](std::string what) {
    return std::unexpected(Failure(Failure::Kind::invalid, std::move(what)));
  };
  if (options.group.empty()) return refuse("group: a worker needs one");
  if (options.topics.empty()) return refuse("topics: a worker needs some");
  if (options.reject_topic.empty()) {
    return refuse("reject_topic: a worker needs a topic for what its handler rejects");
  }
  if (std::ranges::find(options.topics, options.reject_topic) != options.topics.end()) {
    return refuse("reject_topic: '" + options.reject_topic + "' is one of topics");
  }
  if (options.concurrency == 0 || options.retries_max == 0 || options.records_max == 0 ||
      options.bytes_max == 0) {
    return refuse("concurrency, retries_max, records_max and bytes_max are 1 or more");
  }
  if (std::min(options.failure_backoff, options.drain_time) < std::chrono::milliseconds(0)) {
    return refuse("failure_backoff and drain_time are not below 0");
  }
  return {};
}

}  // namespace

class Worker::Impl {
 public:
  Impl(std::shared_ptr<clientlib::Engine> engine_in, clientlib::WorkerSetup setup)
      : engine(std::move(engine_in)),
        core(std::make_shared<clientlib::WorkerCore>(engine, std::move(setup))) {}
  ~Impl() {
    engine->post([core = std::move(core)] { core->retire(); });
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  const std::shared_ptr<clientlib::Engine> engine;
  std::shared_ptr<clientlib::WorkerCore> core;
};

std::expected<Worker, Failure> Client::worker(const WorkerOptions& options, Handler handler) const {
  TRY(review(options));
  ConsumerOptions of_group = options.consumer;
  of_group.group = options.group;
  TRY_ASSIGN(auto reading, clientlib::configured(impl_->config, of_group));
  TRY_ASSIGN(auto rejecting, clientlib::configured(impl_->config, options.producer));
  reading.consumer.commits_by_itself = true;
  reading.consumer.finishes_by_hand = true;
  return Worker(std::make_shared<Worker::Impl>(
      impl_->engine, clientlib::WorkerSetup{.reading = std::move(reading),
                                            .rejecting = std::move(rejecting),
                                            .topics = options.topics,
                                            .reject_topic = options.reject_topic,
                                            .handler = std::move(handler),
                                            .limits = {.order = options.order,
                                                       .concurrency = options.concurrency,
                                                       .retries_max = options.retries_max,
                                                       .records_max = options.records_max,
                                                       .bytes_max = options.bytes_max},
                                            .failure_backoff = options.failure_backoff,
                                            .drain_time = options.drain_time}));
}

Worker::Worker(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Worker::Worker(Worker&&) noexcept = default;
Worker& Worker::operator=(Worker&&) noexcept = default;
Worker::~Worker() = default;

Future<> Worker::run(std::stop_token stop) {
  clientlib::Promise<> promise(*impl_->engine);
  auto future = promise.future();
  impl_->engine->post([engine = impl_->engine.get(), core = impl_->core,
                       promise = std::move(promise), stop = std::move(stop)]() mutable {
    engine->spawn(clientlib::WorkerCore::run(std::move(core), std::move(promise), std::move(stop)));
  });
  return future;
}

WorkerStatistics Worker::statistics() const { return impl_->core->statistics(); }

}  // namespace weir
