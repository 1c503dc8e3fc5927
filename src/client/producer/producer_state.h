#pragma once
// The inside of a Producer. All that happens, happens in turn(), at the end of a turn of the loop
// in which something changed; tasks and timers only note what came and ask for a turn.

#include <deque>
#include <map>
#include <optional>
#include <set>

#include "base/one_shot.h"
#include "base/signal.h"
#include "base/task_scope.h"
#include "client/patience.h"
#include "client/producer/producer.h"

namespace weir::client {

class Producer::State : public std::enable_shared_from_this<State> {
 public:
  enum class Offer : std::uint8_t { taken, ended, must_wait };

  State(Cluster& cluster, ProducerOptions options);

  Offer offer(const ProducerRecord& record, OnDelivery& done);
  static Task<> post(std::shared_ptr<State> self, ProducerRecord record, OnDelivery done,
                     env::Duration waited = {});
  static Task<Delivery> send(std::shared_ptr<State> self, ProducerRecord record);
  static Task<Outcome<>> flush(std::shared_ptr<State> self, env::Instant deadline);
  void purge(bool in_flight_too);
  static Task<> close(std::shared_ptr<State> self, env::Instant deadline);

  std::size_t memory_in_use() const { return accumulator_.memory_in_use(); }
  bool is_stopped() const { return is_stopped_; }

 private:
  // A record that was not taken at once, in the frame of its post().
  struct Waiter {
    const ProducerRecord& record;
    OnDelivery& done;
    TopicTable::Topic& topic;
    env::Instant deadline;
    OneShot<bool> over;
  };

  env::Instant now() const { return env_.clock.now(); }
  void schedule();
  void turn();
  void learn_view();
  void forget_dead_connections();
  void admit();
  Offer take(TopicTable::Topic& topic, const ProducerRecord& record, OnDelivery& done);
  Failure why_waiting(const Waiter& waiter) const;
  void fail_waiters(const Failure& why);
  void ask();
  void tell();
  void set_timer();
  void stop();

  // Tasks of tasks_, which end soon after stop().
  static Task<> refresh(std::shared_ptr<State> self);
  static Task<> connect(std::shared_ptr<State> self, BrokerId broker);
  static Task<> get_producer_id(std::shared_ptr<State> self);
  Task<Outcome<>> ask_for_producer_id();
  static Task<> carry(std::shared_ptr<State> self, ProduceCall call);
  void lost(const ProduceCall& call, const Cluster::Connection& connection, const Error& error);
  Task<> pause(env::Instant until);

  Cluster& cluster_;
  env::Env& env_;
  const ProducerOptions options_;
  Accumulator accumulator_;
  Sender sender_;
  TopicTable topics_;
  TaskScope tasks_;
  Patience patience_;  // with brokers; ends in stop()
  Signal ended_;       // batches, or everything
  Signal stopping_;

  std::deque<Waiter*> waiters_;  // null: is over
  bool starving_ = false;        // somebody waits for memory
  std::uint64_t looks_ = 0;

  std::shared_ptr<const ClusterView> view_;
  std::map<BrokerId, Cluster::Connection> connections_;
  std::set<BrokerId> connecting_;
  std::map<BrokerId, env::Instant> throttled_until_;
  bool wants_metadata_ = false;
  bool refreshing_ = false;
  bool getting_producer_id_ = false;
  Cluster::Connection asked_for_producer_id_;
  std::optional<Failure> last_failure_;  // to refresh

  bool is_scheduled_ = false;
  bool is_closing_ = false;
  bool is_stopped_ = false;
  std::optional<env::TimerId> timer_;
  env::Instant timer_at_{};
};

}  // namespace weir::client
