#pragma once
// AdminRouter: whom to ask for what, and again until the deadline.
//
// A round finds the broker of each open item, asks the brokers side by side and collects outcomes.
// When items stay open it waits (retry.backoff.ms), asks for metadata again, forgets the
// coordinators it knew of them, and goes on with the next round.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/admin/admin.h"
#include "client/admin/batch.h"
#include "client/cluster/cluster.h"

namespace weir::client {

// Stand for a broker where no certain one is meant.
inline constexpr BrokerId any_broker = -1;
inline constexpr BrokerId the_controller = -2;

// Items by broker, and those that have none.
template <class Key>
struct Routes {
  std::map<BrokerId, std::vector<Key>> by_broker;
  std::map<Key, Failure> lost;
};

class AdminRouter {
 public:
  explicit AdminRouter(Cluster& cluster) : cluster_(cluster) {}

  Cluster& cluster() { return cluster_; }
  env::Env& env() { return cluster_.env(); }
  bool is_too_late(env::Instant deadline) { return env().clock.now() >= deadline; }
  // Of one request: request.timeout.ms, or what is left until the deadline.
  rpc::CallOptions call_options(env::Instant deadline);
  std::int32_t timeout_ms(env::Instant deadline);  // the same, for the broker

  // `again`: the brokers that the last round asked may have been the wrong ones.
  template <class Key>
  using Locate = std::function<Task<Routes<Key>>(std::vector<Key>, bool again)>;

  // Rounds until subject.batch is complete or the deadline has passed. A subject has
  //   Batch<Key, T> batch;
  //   env::Instant deadline;
  //   Task<Outcome<>> ask(Cluster::Connection, BrokerId asked, std::vector<Key> keys);
  // ask() settles those of `keys` that were answered; a failure that it returns is that of all.
  template <class Subject, class Key>
  Task<> run(Subject& subject, Locate<Key> locate);
  // One question, to one of the two below, again until it is answered. A subject has
  //   env::Instant deadline;
  //   Task<Outcome<T>> ask(Cluster::Connection);
  template <class T, class Subject>
  Task<Outcome<T>> ask_one_of(BrokerId broker, Subject& subject);

  // --- ways to locate ---
  template <class Key>
  static Locate<Key> at(BrokerId broker) {
    return [broker](std::vector<Key> keys, bool) { return all_at(broker, std::move(keys)); };
  }
  // Each at the broker that it names; one that the cluster does not have is not_found.
  Locate<BrokerId> brokers(env::Instant deadline);
  Locate<TopicPartition> leaders(env::Instant deadline);
  Locate<std::string> coordinators(env::Instant deadline);
  // All at the coordinator of one group.
  Locate<TopicPartition> coordinator_of(std::string group, env::Instant deadline);

  // The ids of all brokers that are up.
  Task<Outcome<std::vector<BrokerId>>> broker_ids(env::Instant deadline);

 private:
  template <class Key>
  static Task<Routes<Key>> all_at(BrokerId broker, std::vector<Key> keys) {
    Routes<Key> routes;
    routes.by_broker[broker] = std::move(keys);
    co_return routes;
  }
  template <class Subject, class Key>
  Task<> ask_broker(Subject& subject, BrokerId broker, std::vector<Key> keys);
  Task<Outcome<Cluster::Connection>> connect(BrokerId broker, env::Instant deadline);
  Task<> all(std::vector<Task<>> tasks);
  // False when the deadline comes first.
  Task<bool> wait(std::uint32_t rounds, env::Instant deadline);

  Task<Routes<BrokerId>> locate_brokers(std::vector<BrokerId> ids, bool again,
                                        env::Instant deadline);
  Task<Routes<TopicPartition>> locate_leaders(std::vector<TopicPartition> partitions, bool again,
                                              env::Instant deadline);
  Task<Routes<std::string>> locate_coordinators(std::vector<std::string> groups, bool again,
                                                env::Instant deadline);
  Task<Routes<TopicPartition>> locate_coordinator_of(std::string group,
                                                     std::vector<TopicPartition> partitions,
                                                     bool again, env::Instant deadline);
  Task<Outcome<>> find_coordinators(std::vector<std::string> groups,
                                    std::map<std::string, Failure>& lost, env::Instant deadline);

  Cluster& cluster_;
  std::map<std::string, BrokerId> coordinators_;  // by group
};

template <class Subject, class Key>
Task<> AdminRouter::ask_broker(Subject& subject, BrokerId broker, std::vector<Key> keys) {
  auto connecting = connect(broker, subject.deadline);
  auto connection = co_await std::move(connecting);
  if (!connection) {
    for (const Key& key : keys) subject.batch.postpone(key, connection.error());
    co_return;
  }
  auto asking = subject.ask(*std::move(connection), broker, keys);
  const Outcome<> asked = co_await std::move(asking);
  if (asked) co_return;
  for (const Key& key : keys) subject.batch.settle(key, std::unexpected(asked.error()));
}

template <class Subject, class Key>
Task<> AdminRouter::run(Subject& subject, Locate<Key> locate) {
  for (std::uint32_t round = 0; !subject.batch.is_complete(); ++round) {
    if (round > 0) {
      auto waiting = wait(round, subject.deadline);
      if (!co_await std::move(waiting)) co_return;
    }
    auto locating = locate(subject.batch.open(), round > 0);
    Routes<Key> routes = co_await std::move(locating);
    for (auto& [key, failure] : routes.lost) {
      subject.batch.settle(key, std::unexpected(std::move(failure)));
    }
    std::vector<Task<>> asking;
    for (auto& [broker, keys] : routes.by_broker) {
      asking.push_back(ask_broker(subject, broker, std::move(keys)));
    }
    auto waiting_for_all = all(std::move(asking));
    co_await std::move(waiting_for_all);
  }
}

template <class T, class Subject>
Task<Outcome<T>> AdminRouter::ask_one_of(BrokerId broker, Subject& subject) {
  for (std::uint32_t round = 1;; ++round) {
    auto connecting = connect(broker, subject.deadline);
    auto connection = co_await std::move(connecting);
    if (!connection) co_return std::unexpected(std::move(connection).error());
    auto asking = subject.ask(*std::move(connection));
    Outcome<T> outcome = co_await std::move(asking);
    if (outcome || !outcome.error().is_retriable()) co_return outcome;
    auto waiting = wait(round, subject.deadline);
    if (!co_await std::move(waiting)) co_return outcome;
  }
}

}  // namespace weir::client
