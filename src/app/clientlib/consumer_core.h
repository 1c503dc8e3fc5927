#pragma once
// ConsumerCore: a consumer on the engine's thread. Calls that say what is read, and polls, are
// carried out one after the other in the order in which they were made; the others at once, so
// that a rebalance callback may use them while its poll waits for it.

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <type_traits>

#include "app/clientlib/engine.h"
#include "app/clientlib/failures.h"
#include "app/clientlib/partition_values.h"
#include "app/clientlib/promise.h"
#include "client/consumer/consumer.h"
#include "client/properties.h"
#include "weir/consumer.h"

namespace weir::clientlib {

struct ConsumerSetup {
  client::ClusterOptions cluster;
  client::ConsumerOptions consumer;
  RebalanceListener listener;
  std::chrono::milliseconds timeout{};
};

// Made by any thread; every task keeps it alive. Everything else on the engine's thread.
class ConsumerCore final : public std::enable_shared_from_this<ConsumerCore>,
                           public StatisticsSource {
 public:
  ConsumerCore(const std::shared_ptr<Engine>& engine, ConsumerSetup setup);

  void start();
  void note_subscribed() { is_subscribed_ = true; }

  // `call`: (client::Consumer&, deadline) to a Task of an Outcome or to an Outcome. `alone`: after
  // the calls before it, and a poll under way ends.
  template <class T, class Call, class Convert>
  static Task<> carry(std::shared_ptr<ConsumerCore> self, Promise<T> promise, bool alone, Call call,
                      Convert convert);
  static Task<> assign(std::shared_ptr<ConsumerCore> self, Promise<> promise,
                       client::Partitions partitions);
  static Task<> poll(std::shared_ptr<ConsumerCore> self, Promise<Records> promise,
                     std::chrono::milliseconds timeout, std::stop_token stop);
  void wakeup();
  static Task<> close(std::shared_ptr<ConsumerCore> self, Promise<> promise,
                      std::chrono::milliseconds timeout);
  static Task<> retire(std::shared_ptr<ConsumerCore> self);

  ConsumerStatistics statistics() const;  // any thread
  void add_to(Statistics& statistics) const override;

 private:
  // Ends when all who entered before have left.
  Task<> enter(bool ends_poll);
  void leave();
  void interrupt_poll();
  client::RebalanceListener inner_listener();
  Task<> tell(RebalanceCallback RebalanceListener::* callback, client::Partitions partitions);
  Task<client::Outcome<>> end(env::Instant deadline);
  static Task<> cut_off(std::shared_ptr<ConsumerCore> self, env::Instant at);
  env::Instant deadline_in(std::chrono::milliseconds timeout) const;
  void count(const Records& records);

  Engine& engine_;
  const std::weak_ptr<Engine> weak_engine_;
  const std::shared_ptr<const RebalanceListener> listener_;
  const std::chrono::milliseconds timeout_;
  client::ClusterOptions cluster_options_;
  client::ConsumerOptions options_;
  std::optional<client::Cluster> cluster_;
  std::optional<client::Consumer> consumer_;
  std::optional<Signal> changed_;
  std::uint64_t next_ticket_ = 0;
  std::uint64_t serving_ = 0;
  std::size_t waiting_calls_ = 0;  // that end a poll
  bool is_polling_ = false;
  bool is_woken_ = false;
  bool is_subscribed_ = false;
  bool is_closed_ = false;
  bool is_cut_off_ = false;
  bool is_retiring_ = false;
  env::Instant tell_until_ = env::Instant::max();
  std::atomic<std::uint64_t> records_{0}, bytes_{0}, polls_{0}, rebalances_{0};
};

template <class T, class Call, class Convert>
Task<> ConsumerCore::carry(std::shared_ptr<ConsumerCore> self, Promise<T> promise, bool alone,
                           Call call, Convert convert) {
  using Called = std::invoke_result_t<Call&, client::Consumer&, env::Instant>;
  if (alone) {
    auto entering = self->enter(true);
    co_await std::move(entering);
  }
  const env::Instant deadline = self->deadline_in(self->timeout_);
  if (self->is_closed_) {
    promise.set(std::unexpected(closed_failure("the consumer was closed")));
  } else if constexpr (requires { typename Called::promise_type; }) {
    auto calling = call(*self->consumer_, deadline);
    auto called = co_await std::move(calling);
    promise.set(convert(std::move(called)));
  } else {
    promise.set(convert(call(*self->consumer_, deadline)));
  }
  if (alone) self->leave();
}

}  // namespace weir::clientlib
