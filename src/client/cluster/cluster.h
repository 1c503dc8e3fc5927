#pragma once
// Cluster: what producers, consumers and administrators reach brokers through. It keeps the
// connections to the brokers that are used, the view of the cluster, and asks again when that is
// old (refresh_plan.h, KIP-580).
//
// A question of the cluster goes to an open connection first, then to the known brokers in random
// order, then, when none of them answers, to the addresses of bootstrap.servers (KIP-899, KIP-1102;
// metadata.recovery.strategy=none leaves that out once a broker is known). Each address is tried
// with every IP address of its name.
//
// Errors: what needs a broker when none answers in time is timed_out and names every address that
// was tried with its own error; after close() it is `closed`.
//
// Lives on one shard. close() is awaited before a Cluster is destroyed.

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/env/env.h"
#include "base/task.h"
#include "client/backoff.h"
#include "client/cluster/cluster_view.h"
#include "client/cluster/leader_hints.h"
#include "client/failure.h"
#include "rpc/broker_connection.h"

namespace weir::client {

struct ClusterOptions {
  std::vector<env::Address> bootstrap;  // bootstrap.servers
  rpc::ConnectionOptions connection;
  std::string rack;                                     // client.rack
  std::chrono::milliseconds metadata_age_max{300'000};  // metadata.max.age.ms
  std::chrono::milliseconds retry_backoff{100};         // retry.backoff.ms
  std::chrono::milliseconds retry_backoff_max{1'000};   // retry.backoff.max.ms
  Backoff retry() const { return {.first = retry_backoff, .longest = retry_backoff_max}; }
  std::chrono::milliseconds reconnect_backoff{50};         // reconnect.backoff.ms
  std::chrono::milliseconds reconnect_backoff_max{1'000};  // reconnect.backoff.max.ms
  std::chrono::milliseconds rebootstrap_after{300'000};  // metadata.recovery.rebootstrap.trigger.ms
  bool rebootstraps = true;                              // metadata.recovery.strategy=rebootstrap
  // allow.auto.create.topics: for those that records are sent to or read from; what is only asked
  // about is never made.
  bool creates_topics = true;
};

// A broker answers the requests of one connection in order, so that what waits there for long
// (JoinGroup) has a connection of its own, as in Kafka's client.
enum class Lane : std::uint8_t { data, group };

class Cluster {
 public:
  using Connection = std::shared_ptr<rpc::BrokerConnection>;

  Cluster(env::Env& env, ClusterOptions options);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;
  // Ends connections, and every call that waits. Harmless when repeated.
  Task<> close();

  // Waits until some broker has told who belongs to the cluster.
  Task<Outcome<>> ready(env::Instant deadline);
  std::shared_ptr<const ClusterView> view() const;

  // Topics that shall be known; one that is not named again for metadata.max.age.ms is forgotten.
  enum class IfMissing : std::uint8_t { leave, create };  // create: where creates_topics allows it
  void want(std::span<const std::string> topics, IfMissing missing = IfMissing::leave);
  void want_all();
  // Asks as soon as the back-off allows, without waiting.
  void ask_again();
  // What brokers told beside an answer; true when something of it is news (KIP-951).
  bool learn(const LeaderHints& hints);
  // Ends when an answer to a question put from now on is in the view.
  Task<Outcome<>> refresh(env::Instant deadline);
  // Waits until the topic is there and each of its partitions (or `only` that one, if it has one of
  // that number) has a leader. Failure: Kafka's error of the topic, at once when it is final (it
  // may not exist yet: UNKNOWN_TOPIC_OR_PARTITION is not), else at the deadline.
  Task<Outcome<TopicInfo>> topic(std::string name, env::Instant deadline,
                                 std::optional<PartitionIndex> only = {});

  // The open connection to a broker of the view, opened when there is none; callers at the same
  // time share it. Failures: not_found (not in the view), those of rpc::BrokerConnection::open,
  // and while the reconnect back-off runs the error of the last attempt.
  Task<Outcome<Connection>> connection(BrokerId broker, env::Instant deadline,
                                       Lane lane = Lane::data);
  // Some broker that is up, the one with the fewest calls in flight.
  Task<Outcome<Connection>> any_connection(env::Instant deadline);
  // The active controller, or whoever stands for it.
  Task<Outcome<Connection>> controller_connection(env::Instant deadline);

  // What may go on when whoever began it has gone: it looks at this Cluster and its connections
  // only, so that close() ends it.
  void spawn(Task<> task);
  env::Env& env();
  const ClusterOptions& options() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::client
