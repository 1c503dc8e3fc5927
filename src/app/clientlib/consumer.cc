#include "weir/consumer.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include "app/clientlib/client_impl.h"
#include "app/clientlib/configuration.h"
#include "app/clientlib/consumer_core.h"

namespace weir {
namespace {

using clientlib::ConsumerCore;
using clientlib::inner_of;
using clientlib::public_of;
using InnerConsumer = client::Consumer;

}  // namespace

class Consumer::Impl {
 public:
  Impl(std::shared_ptr<clientlib::Engine> engine_in, clientlib::ConsumerSetup setup)
      : engine(std::move(engine_in)),
        core(std::make_shared<ConsumerCore>(engine, std::move(setup))) {
    engine->post([core = core] { core->start(); });
  }
  ~Impl() {
    engine->post([engine = engine.get(), core = std::move(core)]() mutable {
      engine->spawn(ConsumerCore::retire(std::move(core)));
    });
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  template <class T, class Call, class Convert>
  Future<T> ask(bool alone, Call call, Convert convert) {
    clientlib::Promise<T> promise(*engine);
    auto future = promise.future();
    engine->post([engine = engine.get(), core = core, alone, promise = std::move(promise),
                  call = std::move(call), convert = std::move(convert)]() mutable {
      engine->spawn(ConsumerCore::carry(std::move(core), std::move(promise), alone, std::move(call),
                                        std::move(convert)));
    });
    return future;
  }
  // Calls whose answer is converted, if it is one.
  template <class T, class Call>
  Future<T> ask(Call call, bool alone = false) {
    return ask<T>(alone, std::move(call), [](auto called) -> std::expected<T, Failure> {
      if (!called) return std::unexpected(clientlib::failure_of(called.error()));
      if constexpr (std::is_void_v<T>) {
        return {};
      } else {
        return public_of(*called);
      }
    });
  }
  // Calls that cannot fail.
  template <class T, class Call, class Convert>
  Future<T> look(Call call, Convert convert) {
    return ask<T>(
        false,
        [call = std::move(call)](InnerConsumer& consumer, env::Instant) { return call(consumer); },
        [convert = std::move(convert)](auto called) -> std::expected<T, Failure> {
          return convert(std::move(called));
        });
  }

  const std::shared_ptr<clientlib::Engine> engine;
  std::shared_ptr<ConsumerCore> core;
};

std::expected<Consumer, Failure> Client::consumer() const { return consumer(ConsumerOptions()); }

std::expected<Consumer, Failure> Client::consumer(const ConsumerOptions& options) const {
  TRY_ASSIGN(const auto config, clientlib::configured(impl_->config, options));
  return Consumer(std::make_shared<Consumer::Impl>(
      impl_->engine, clientlib::ConsumerSetup{.cluster = config.cluster,
                                              .consumer = config.consumer,
                                              .listener = options.listener,
                                              .timeout = config.call_timeout()}));
}

Consumer::Consumer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Consumer::Consumer(Consumer&&) noexcept = default;
Consumer& Consumer::operator=(Consumer&&) noexcept = default;
Consumer::~Consumer() = default;

// --- which partitions ---

Future<> Consumer::subscribe(std::vector<std::string> topics) {
  return impl_->ask<void>(
      [core = impl_->core.get(), topics = std::move(topics)](InnerConsumer& consumer,
                                                             env::Instant) {
        auto subscribed = consumer.subscribe(topics);
        if (subscribed) core->note_subscribed();
        return subscribed;
      },
      true);
}

Future<> Consumer::subscribe_matching(std::string pattern) {
  RE2::Options quiet;
  quiet.set_log_errors(false);
  const auto expression = std::make_shared<const RE2>(pattern, quiet);
  if (!expression->ok()) {
    return Future<>::ready(std::unexpected(
        Failure(Failure::Kind::invalid,
                fmt::format("'{}' is no pattern: {}", pattern, expression->error()))));
  }
  return impl_->ask<void>(
      [core = impl_->core.get(), expression](InnerConsumer& consumer, env::Instant) {
        auto subscribed = consumer.subscribe_matching([expression](std::string_view name) {
          return RE2::FullMatch(re2::StringPiece(name.data(), name.size()), *expression);
        });
        if (subscribed) core->note_subscribed();
        return subscribed;
      },
      true);
}

Future<> Consumer::assign(Partitions partitions) {
  clientlib::Promise<> promise(*impl_->engine);
  auto future = promise.future();
  impl_->engine->post([engine = impl_->engine.get(), core = impl_->core,
                       promise = std::move(promise), inner = inner_of(partitions)]() mutable {
    engine->spawn(ConsumerCore::assign(std::move(core), std::move(promise), std::move(inner)));
  });
  return future;
}

Future<> Consumer::unsubscribe() { return assign({}); }

Future<Partitions> Consumer::assignment() const {
  return impl_->look<Partitions>([](InnerConsumer& consumer) { return consumer.assignment(); },
                                 [](const client::Partitions& all) { return public_of(all); });
}

// --- records ---

Future<Records> Consumer::poll(std::chrono::milliseconds timeout, std::stop_token stop) {
  clientlib::Promise<Records> promise(*impl_->engine);
  auto future = promise.future();
  impl_->engine->post([engine = impl_->engine.get(), core = impl_->core,
                       promise = std::move(promise), timeout, stop = std::move(stop)]() mutable {
    engine->spawn(
        ConsumerCore::poll(std::move(core), std::move(promise), timeout, std::move(stop)));
  });
  return future;
}

void Consumer::wakeup() {
  impl_->engine->post([core = impl_->core] { core->wakeup(); });
}

// --- where to read ---

Future<> Consumer::seek(TopicPartition partition, Position to) {
  return impl_->ask<void>(
      [which = inner_of(partition), to = inner_of(to)](InnerConsumer& consumer, env::Instant) {
        return consumer.seek(which, to);
      });
}

Future<> Consumer::seek(TopicPartition partition, OffsetSpec to) {
  return impl_->ask<void>([which = inner_of(partition), to](InnerConsumer& consumer, env::Instant) {
    return consumer.seek_to_time(which, to.kafka_timestamp());
  });
}

namespace {

auto each_of(Partitions partitions,
             client::Outcome<> (InnerConsumer::*call)(const client::TopicPartition&)) {
  return [all = inner_of(partitions), call](InnerConsumer& consumer, env::Instant) {
    client::Outcome<> outcome;
    for (const client::TopicPartition& each : all) {
      if (auto one = (consumer.*call)(each); !one && outcome) outcome = std::move(one);
    }
    return outcome;
  };
}

}  // namespace

Future<> Consumer::pause(Partitions partitions) {
  return impl_->ask<void>(each_of(std::move(partitions), &InnerConsumer::pause));
}

Future<> Consumer::resume(Partitions partitions) {
  return impl_->ask<void>(each_of(std::move(partitions), &InnerConsumer::resume));
}

Future<Position> Consumer::position(TopicPartition partition) const {
  return impl_->ask<Position>(
      [which = inner_of(partition)](InnerConsumer& consumer, env::Instant deadline) {
        return consumer.position(which, deadline);
      });
}

Future<std::optional<Lag>> Consumer::lag(TopicPartition partition) const {
  return impl_->look<std::optional<Lag>>(
      [which = inner_of(partition)](InnerConsumer& consumer) { return consumer.lag(which); },
      [](const std::optional<client::Lag>& lag) {
        return lag ? std::optional(Lag{.records = lag->records, .time = lag->time}) : std::nullopt;
      });
}

// --- what is done ---

Future<> Consumer::finished(const ReceivedRecord& record) {
  return impl_->ask<void>(
      [which = inner_of(record.topic_partition()), next = record.offset + 1](
          InnerConsumer& consumer, env::Instant) { return consumer.finished(which, next); });
}

Future<> Consumer::commit() {
  return impl_->ask<void>(
      [](InnerConsumer& consumer, env::Instant deadline) { return consumer.commit(deadline); });
}

Future<> Consumer::commit(Offsets offsets) {
  return impl_->ask<void>(
      [inner = inner_of(offsets)](InnerConsumer& consumer, env::Instant deadline) {
        return consumer.commit(inner, deadline);
      });
}

Future<Offsets> Consumer::committed(Partitions partitions) const {
  return impl_->ask<Offsets>(
      [inner = inner_of(partitions)](InnerConsumer& consumer, env::Instant deadline) {
        return consumer.committed(inner, deadline);
      });
}

// --- offsets of any partitions ---

Future<Offsets> Consumer::beginning_offsets(Partitions partitions) const {
  return impl_->ask<Offsets>(
      [inner = inner_of(partitions)](InnerConsumer& consumer, env::Instant deadline) {
        return consumer.beginning_offsets(inner, deadline);
      });
}

Future<Offsets> Consumer::end_offsets(Partitions partitions) const {
  return impl_->ask<Offsets>(
      [inner = inner_of(partitions)](InnerConsumer& consumer, env::Instant deadline) {
        return consumer.end_offsets(inner, deadline);
      });
}

Future<Offsets> Consumer::offsets_at(std::map<TopicPartition, Timestamp> times) const {
  std::map<client::TopicPartition, std::int64_t> inner;
  for (const auto& [partition, time] : times) {
    inner[inner_of(partition)] = time.time_since_epoch().count();
  }
  return impl_->ask<Offsets>(
      [inner = std::move(inner)](InnerConsumer& consumer, env::Instant deadline) {
        return consumer.offsets_at(inner, deadline);
      });
}

// --- the end ---

Future<> Consumer::close(std::chrono::milliseconds timeout) {
  clientlib::Promise<> promise(*impl_->engine);
  auto future = promise.future();
  impl_->engine->post([engine = impl_->engine.get(), core = impl_->core,
                       promise = std::move(promise), timeout]() mutable {
    engine->spawn(ConsumerCore::close(std::move(core), std::move(promise), timeout));
  });
  return future;
}

ConsumerStatistics Consumer::statistics() const { return impl_->core->statistics(); }

}  // namespace weir
