#include "weir/producer.h"

#include <fmt/format.h>

#include <limits>

#include "app/clientlib/client_impl.h"
#include "app/clientlib/configuration.h"
#include "app/clientlib/producer_core.h"

namespace weir {
namespace {

using clientlib::HandOver;
using clientlib::ProducerCore;

constexpr std::size_t longest_topic = 249;  // Kafka's
constexpr std::size_t largest_record = std::numeric_limits<std::int32_t>::max();

std::expected<void, Failure> review(const Record& record) {
  const auto refuse = [](Failure::Kind kind, std::string what) {
    return std::unexpected(Failure(kind, std::move(what)));
  };
  if (record.topic.empty() || record.topic.size() > longest_topic) {
    return refuse(Failure::Kind::invalid, "a topic's name has 1 to 249 characters");
  }
  if (record.partition && *record.partition < 0) {
    return refuse(Failure::Kind::invalid, "a partition below 0");
  }
  if (record.timestamp && record.timestamp->time_since_epoch().count() < 0) {
    return refuse(Failure::Kind::invalid, "a time before 1970");
  }
  std::size_t size = record.key.size() + record.value.size();
  for (const Header& each : record.headers) size += each.name.size() + each.value.size();
  if (size > largest_record) return refuse(Failure::Kind::too_large, "a record beyond 2 GiB");
  return {};
}

Failure no_room(std::chrono::milliseconds waited) {
  return {Failure::Kind::timed_out,
          fmt::format("not taken within max.block.ms ({} ms): too many records wait already",
                      waited.count())};
}

}  // namespace

class Producer::Impl {
 public:
  Impl(std::shared_ptr<clientlib::Engine> engine_in, const client::ClientConfig& config,
       std::size_t hand_over_bytes)
      : engine(std::move(engine_in)),
        core(std::make_shared<ProducerCore>(*engine, config, hand_over_bytes)) {
    engine->post([core = core] { core->start(); });
  }
  ~Impl() {
    core->records().close();
    engine->post([engine = engine.get(), core = std::move(core)]() mutable {
      engine->spawn(ProducerCore::retire(std::move(core)));
    });
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // Failure: `done` was not taken.
  std::expected<void, Failure> take(const Record& record, HandOver::Teller teller, OnDelivery& done,
                                    bool waits) {
    if (auto reviewed = review(record); !reviewed) return reviewed;
    HandOver& records = core->records();
    const auto wait_max = waits ? core->block_max() : std::chrono::milliseconds(0);
    const auto taken =
        waits && detail::is_client_thread()
            ? records.put_always(record, teller, done)
            : records.put(record, teller, done, std::chrono::steady_clock::now() + wait_max);
    switch (taken) {
      case HandOver::Taken::yes:
        return {};
      case HandOver::Taken::first:
        engine->post([core = core] { core->drain(); });
        return {};
      case HandOver::Taken::no_room:
        return std::unexpected(no_room(wait_max));
      case HandOver::Taken::is_closed:
        break;
    }
    return std::unexpected(clientlib::closed_failure("the producer was closed"));
  }
  Future<> begin(Task<> (*work)(std::shared_ptr<ProducerCore>, clientlib::Promise<>,
                                std::chrono::nanoseconds),
                 std::chrono::nanoseconds timeout) {
    clientlib::Promise<> promise(*engine);
    auto future = promise.future();
    engine->post(
        [engine = engine.get(), core = core, work, promise = std::move(promise),
         timeout]() mutable { engine->spawn(work(std::move(core), std::move(promise), timeout)); });
    return future;
  }

  const std::shared_ptr<clientlib::Engine> engine;
  std::shared_ptr<ProducerCore> core;
};

std::expected<Producer, Failure> Client::producer() const { return producer(ProducerOptions()); }

std::expected<Producer, Failure> Client::producer(const ProducerOptions& options) const {
  TRY_ASSIGN(const auto config, clientlib::configured(impl_->config, options));
  return Producer(std::make_shared<Producer::Impl>(impl_->engine, config, options.hand_over_bytes));
}

Producer::Producer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Producer::Producer(Producer&&) noexcept = default;
Producer& Producer::operator=(Producer&&) noexcept = default;
Producer::~Producer() = default;

Future<Delivered> Producer::send(const Record& record) {
  clientlib::Promise<Delivered> promise(*impl_->engine);
  auto future = promise.future();
  OnDelivery done = [promise = std::move(promise)](const auto& outcome) mutable {
    promise.set(outcome);
  };
  if (auto taken = impl_->take(record, HandOver::Teller::future, done, true); !taken) {
    return Future<Delivered>::ready(std::unexpected(std::move(taken).error()));
  }
  return future;
}

void Producer::send(const Record& record, OnDelivery done) {
  if (auto taken = impl_->take(record, HandOver::Teller::executor, done, true); !taken) {
    impl_->engine->post(
        [engine = impl_->engine.get(), done = std::move(done), why = taken.error()]() mutable {
          engine->run([done = std::move(done), why = std::move(why)]() mutable {
            done(std::unexpected(std::move(why)));
          });
        });
  }
}

std::expected<void, Failure> Producer::post(const Record& record) {
  OnDelivery nobody;
  return impl_->take(record, HandOver::Teller::on_error, nobody, true);
}

std::expected<void, Failure> Producer::try_send(const Record& record, OnDelivery& done) {
  return impl_->take(record, HandOver::Teller::executor, done, false);
}

Future<> Producer::flush(std::chrono::milliseconds timeout) {
  return impl_->begin(&ProducerCore::flush, timeout);
}

Future<> Producer::flush() {
  return impl_->begin(&ProducerCore::flush,
                      impl_->core->delivery_time_max() + impl_->core->block_max());
}

Future<> Producer::purge(bool in_flight_too) {
  clientlib::Promise<> promise(*impl_->engine);
  auto future = promise.future();
  impl_->engine->post([core = impl_->core, in_flight_too, promise = std::move(promise)]() mutable {
    core->purge(in_flight_too, std::move(promise));
  });
  return future;
}

Future<> Producer::close(std::chrono::milliseconds timeout) {
  impl_->core->records().close();
  return impl_->begin(&ProducerCore::close, timeout);
}

ProducerStatistics Producer::statistics() const { return impl_->core->statistics(); }

}  // namespace weir
