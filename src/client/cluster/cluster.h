#pragma once
// Cluster: what producers, consumers and administrators reach brokers through. It keeps one
// connection to each broker that is used, the view of the cluster, and the rules of when to ask
// again (KIP-1102 rebootstrap, exponential back-off with jitter as KIP-580, unused topics
// forgotten).
//
// Errors of calls: no broker of `bootstrap.servers` reachable, or none answered within the time, is
// timed_out and names every address with its own error. Lives on one shard; shared by everything
// of one client. Destroying it ends calls with `closed`.

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/env/env.h"
#include "base/task.h"
#include "client/cluster/cluster_view.h"
#include "client/failure.h"
#include "rpc/broker_connection.h"

namespace weir::client {

struct ClusterOptions {
  std::vector<env::Address> bootstrap;  // bootstrap.servers
  rpc::ConnectionOptions connection;
  std::string rack;                                        // client.rack
  std::chrono::milliseconds metadata_age_max{300'000};     // metadata.max.age.ms
  std::chrono::milliseconds retry_backoff{100};            // retry.backoff.ms
  std::chrono::milliseconds retry_backoff_max{1'000};      // retry.backoff.max.ms
  std::chrono::milliseconds reconnect_backoff{50};         // reconnect.backoff.ms
  std::chrono::milliseconds reconnect_backoff_max{1'000};  // reconnect.backoff.max.ms
  std::chrono::milliseconds rebootstrap_after{300'000};  // metadata.recovery.rebootstrap.trigger.ms
  bool rebootstraps = true;                              // metadata.recovery.strategy=rebootstrap
  bool creates_topics = false;                           // allow.auto.create.topics
};

class Cluster {
 public:
  Cluster(env::Env& env, ClusterOptions options);
  ~Cluster();

  // Connects where nothing is known yet.
  Task<Outcome<>> ready(env::Instant deadline);
  std::shared_ptr<const ClusterView> view() const;

  // Topics that shall be known from now on; a topic not named for metadata.max.age.ms is forgotten.
  void want(std::span<const std::string> topics);
  void want_all();
  // Asks as soon as the back-off allows; the task ends when an answer has been applied. Several who
  // ask at once share one request.
  Task<Outcome<>> refresh(env::Instant deadline);
  // Waits until the topic is known, refreshing. Failure: Kafka's error of the topic when it is
  // final, or at the deadline.
  Task<Outcome<TopicInfo>> topic(std::string name, env::Instant deadline);

  // The open connection to a broker of the view, opened when there is none (callers at the same
  // time share it). Failures: not_found (not in the view), those of rpc::BrokerConnection::open,
  // and while the reconnect back-off runs the error of the last attempt.
  Task<Outcome<std::shared_ptr<rpc::BrokerConnection>>> connection(BrokerId broker,
                                                                   env::Instant deadline);
  // Some broker that is up, the one with the fewest calls in flight.
  Task<Outcome<std::shared_ptr<rpc::BrokerConnection>>> any_connection(env::Instant deadline);

  env::Env& env();
  const ClusterOptions& options() const;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace weir::client
